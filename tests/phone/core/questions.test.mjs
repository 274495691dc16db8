import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KINDS, asked, gapsOf, kindsFor, questionsFor, withAnswer, withoutStale } from '../../../client_sync/phone/core/questions.js';
import { complaintsOf } from '../../../client_sync/phone/core/field_check.js';
import { OBSERVATIONS, ONSITE } from '../../../client_sync/phone/core/manifest_limits.js';
import { hintsFor, missingHints, sideOf } from '../../../client_sync/phone/core/photo_hints.js';
import { aPhoto } from './drafts.mjs';

const START = { programme: 'idle_land', kind: 'start_construction', party: '昆山某某置业有限公司', attributes: {} };
const PARCEL = { holder: '昆山某某置业有限公司', land_use: { scheme: 'GB/T 21010-2017', code: '0701' } };

/** The fields on the screen once these answers are given. */
function fieldsAfter(kind, answers, known = {}) {
  let draft = { observation: { kind }, onsite: null };
  for (const [field, value] of Object.entries(answers)) draft = withAnswer(draft, field, value);
  return asked(questionsFor(kind, known), draft).map((question) => question.field);
}

test('"nothing found" asks nothing', () => {
  assert.deepEqual(questionsFor('routine', { duties: [START] }), []);
});

test('every question is about a field of the manifest and every choice is one it may hold', () => {
  for (const kind of KINDS) {
    for (const { field, options = [], type } of questionsFor(kind)) {
      const [part, name] = field.split('.');
      const limit = (part === 'onsite' ? ONSITE : OBSERVATIONS[kind]).fields[name];
      assert.ok(limit, field);
      for (const { value } of options)
        assert.deepEqual(complaintsOf(type === 'choices' ? [value] : value, limit, field), [], field);
    }
  }
});

test('a condition is about a field that is asked before it', () => {
  for (const kind of KINDS) {
    const before = [];
    for (const { field, when = [] } of questionsFor(kind)) {
      for (const condition of when) assert.ok(before.includes(condition.field), `${field} depends on ${condition.field}`);
      before.push(field);
    }
  }
});

test('piles are counted only where there are piles', () => {
  const piles = fieldsAfter('construction', { 'observation.stage': 'foundation', 'observation.foundation': 'piles' });
  assert.ok(piles.includes('observation.piles_done') && piles.includes('observation.piles_total'));
  assert.ok(!piles.includes('observation.foundation_share'));
});

test('a pit is asked whether it is fully dug, another foundation how much of it is done', () => {
  const typeOf = (foundation) => {
    const draft = { observation: { kind: 'construction', stage: 'foundation', foundation }, onsite: null };
    return asked(questionsFor('construction'), draft).filter(({ field }) => field === 'observation.foundation_share');
  };
  assert.deepEqual(
    typeOf('deep_pit').map(({ type, options }) => [type, options[0]]),
    [['choice', { value: 1, label_key: 'answer.pit.finished' }]],
  );
  assert.deepEqual(
    typeOf('other').map(({ type }) => type),
    ['share'],
  );
  assert.deepEqual(typeOf('piles'), []);
});

test('once the building stands nobody asks for its foundation', () => {
  for (const stage of ['none', 'structure', 'topped_out', 'completed']) {
    assert.ok(!fieldsAfter('construction', { 'observation.stage': stage }).includes('observation.foundation'), stage);
  }
});

test('since when work has been halted is asked only where it has', () => {
  const answers = { 'observation.stage': 'structure', 'onsite.state': 'in_progress' };
  assert.ok(!fieldsAfter('construction', answers).includes('observation.halted_since'));
  assert.ok(fieldsAfter('construction', { ...answers, 'onsite.state': 'stopped' }).includes('observation.halted_since'));
});

test('the law of a start is printed where the start is asked', () => {
  const [stage] = questionsFor('construction');
  assert.deepEqual([stage.field, stage.law_text_id], ['observation.stage', 'IDLE-05']);
});

test('whoever fulfils a duty is not asked what is asked of a suspect', () => {
  const owed = fieldsAfter('construction', { 'observation.stage': 'structure' }, { duties: [START] });
  for (const field of ['onsite.suspect', 'onsite.approval_shown', 'onsite.act_started_on'])
    assert.ok(!owed.includes(field), field);
  const unowed = fieldsAfter('construction', { 'observation.stage': 'structure' });
  for (const field of ['onsite.suspect', 'onsite.approval_shown', 'onsite.act_started_on'])
    assert.ok(unowed.includes(field), field);
});

test('an open matter of illegal use asks in full even where a duty is owed', () => {
  const fields = fieldsAfter('construction', {}, { duties: [START], notes: [{ programme: 'illegal_use' }] });
  assert.ok(fields.includes('onsite.suspect'));
});

test('the state of the act is asked once', () => {
  for (const kind of KINDS) {
    const fields = questionsFor(kind).map(({ field }) => field);
    assert.equal(fields.filter((field) => field === 'onsite.state').length, 1, kind);
  }
});

test('a notice number is asked when a notice was served, a witness when the party refused', () => {
  const served = { 'onsite.state': 'in_progress', 'onsite.measures': ['oral_stop', 'stop_notice'] };
  assert.ok(fieldsAfter('land_use', served).includes('onsite.notice_no'));
  assert.ok(!fieldsAfter('land_use', { ...served, 'onsite.measures': ['oral_stop'] }).includes('onsite.notice_no'));
  assert.ok(fieldsAfter('land_use', { 'onsite.party_present': true, 'onsite.party_refused': true }).includes('onsite.witness'));
  assert.ok(!fieldsAfter('land_use', { 'onsite.party_present': true, 'onsite.party_refused': false }).includes('onsite.witness'));
});

test('the register answers for the land class, so nobody is asked', () => {
  const fields = questionsFor('land_use', { parcel: PARCEL }).map(({ field }) => field);
  assert.ok(!fields.includes('observation.current_class'));
  assert.ok(questionsFor('land_use').some(({ field }) => field === 'observation.current_class'));
});

test('known parties are offered for one tap, each once', () => {
  const duties = [START, { ...START, kind: 'finish_construction' }, { ...START, party: null }];
  const [suspect] = questionsFor('land_use', { parcel: { ...PARCEL, holder: '某村' }, duties }).filter(
    ({ field }) => field === 'onsite.suspect',
  );
  assert.deepEqual(suspect.suggestions, [
    { value: START.party, source: 'duty' },
    { value: '某村', source: 'parcel' },
  ]);
});

test('a party that is the holder too is offered once, as the party', () => {
  const suspect = questionsFor('land_use', { parcel: PARCEL, duties: [START] }).find(({ field }) => field === 'onsite.suspect');
  assert.deepEqual(suspect.suggestions, [{ value: START.party, source: 'duty' }]);
});

test('a permit number is offered from the building duty and never from a mining right', () => {
  const mine = { programme: 'reclamation', kind: 'reclaim', party: 'x', attributes: { permit_no: 'C3205832019' } };
  const permit = (known) =>
    questionsFor('construction', known).find(({ field }) => field === 'observation.permit_no').suggestions;
  assert.equal(permit({ duties: [mine], approvals: [{ layer: 'mining', attributes: { permit_no: 'C1' } }] }), undefined);
  const duty = { ...START, attributes: { permit_no: '320583202611200101' } };
  assert.deepEqual(permit({ duties: [duty] }), [{ value: '320583202611200101', source: 'duty' }]);
  const supply = { layer: 'supply', attributes: { 施工许可证号: 'A1' } };
  assert.deepEqual(permit({ approvals: [supply] }), [{ value: 'A1', source: 'approval' }]);
});

test('answers whose question no longer makes sense are not signed', () => {
  const questions = questionsFor('construction', { duties: [START] });
  const piles = { kind: 'construction', stage: 'foundation', foundation: 'piles', piles_done: 60, piles_total: 180 };
  const changed = withoutStale(questions, { observation: { ...piles, stage: 'structure' }, onsite: { state: 'stopped' } });
  assert.deepEqual(changed, { observation: { kind: 'construction', stage: 'structure' }, onsite: { state: 'stopped' } });
});

test('a share told for a pit stays while a foundation of another kind is told', () => {
  const questions = questionsFor('construction');
  const draft = {
    observation: { kind: 'construction', stage: 'foundation', foundation: 'other', foundation_share: 0.5 },
    onsite: null,
  };
  assert.equal(withoutStale(questions, draft), draft);
});

test('an answer taken back leaves no trace, and the draft before it is untouched', () => {
  const draft = Object.freeze({ observation: Object.freeze({ kind: 'land_use' }), onsite: null });
  const told = withAnswer(draft, 'onsite.suspect', '某某');
  assert.deepEqual(told.onsite, { suspect: '某某' });
  assert.deepEqual(withAnswer(told, 'onsite.suspect', null).onsite, {});
});

test('the kind that a task or duty is about is offered first, and every kind is offered', () => {
  assert.equal(kindsFor({ duties: [{ programme: 'reclamation' }] })[0], 'reclamation');
  assert.equal(kindsFor({ task: { programme: 'illegal_use' }, duties: [START] })[0], 'land_use');
  fc.assert(
    fc.property(fc.array(fc.constantFrom('idle_land', 'illegal_use', 'reclamation', 'other')), (programmes) => {
      assert.deepEqual(kindsFor({ notes: programmes.map((programme) => ({ programme })) }).sort(), [...KINDS].sort());
    }),
  );
});

test('a building site is asked for its sign board and any visit for its panorama', () => {
  const wanted = (told) => missingHints(hintsFor(told)).map(({ kind }) => kind);
  assert.deepEqual(wanted({ kind: 'construction', photos: [] }), ['panorama', 'near', 'sign_board']);
  assert.deepEqual(wanted({ kind: 'land_use', photos: [], duties: [START] }), ['panorama', 'near', 'sign_board']);
  assert.deepEqual(wanted({ kind: 'routine', photos: [], duties: [START] }), ['panorama']);
  assert.deepEqual(wanted({ kind: 'routine', photos: [aPhoto({ view: null })] }), []);
});

test('sides are hinted at only once a photo has a heading', () => {
  const blind = hintsFor({ kind: 'land_use', photos: [aPhoto({ view: null })] });
  assert.ok(blind.every(({ side }) => side === null));
  const seen = hintsFor({ kind: 'land_use', photos: [aPhoto({ view: { azimuth_deg: 350, azimuth_ref: 'magnetic' } })] });
  assert.deepEqual(
    missingHints(seen).flatMap(({ side }) => side ?? []),
    ['east', 'south', 'west'],
  );
});

test('every direction has one side', () => {
  assert.deepEqual([0, 44, 46, 134, 180, 270, 316, 360].map(sideOf), [
    'north',
    'north',
    'east',
    'east',
    'south',
    'west',
    'north',
    'north',
  ]);
});

test('papers that were shown and signatures that were given are photographed', () => {
  const kinds = hintsFor({
    kind: 'land_use',
    photos: [],
    onsite: { approval_shown: true, party_present: true, party_refused: false },
  });
  assert.ok(['document', 'signature'].every((kind) => kinds.some((hint) => hint.kind === kind)));
});

/** What is missing of a report about this, with these answers. */
function gapsAfter(kind, answers = {}, rest = {}) {
  const place = { parcel_claim: null, task_id: null, sketch: null, position: { lon: 120, lat: 31 }, ...rest };
  const draft = { observation: { kind, ...answers }, onsite: null, ...place };
  return gapsOf(questionsFor(kind), draft).map(({ code, field = '' }) => `${code} ${field}`.trim());
}

test('a report says what was seen, by the one question its kind is about', () => {
  const here = { parcel_claim: 'P1' };
  assert.deepEqual(gapsAfter('reclamation', {}, here), ['unsaid observation.stage']);
  assert.deepEqual(gapsAfter('reclamation', { stage: 'none' }, here), []);
  assert.deepEqual(gapsAfter('construction', { sign_board: true }, here), ['unsaid observation.stage']);
  assert.deepEqual(gapsAfter('construction', { stage: 'none' }, here), []);
  assert.deepEqual(gapsAfter('land_use', { buildings: 2 }, here), ['unsaid observation.use']);
  assert.deepEqual(gapsAfter('land_use', { use: 'industrial' }, here), []);
});

test('what is owed on a parcel names the parcel by a tap, a task or an outline; an act without one is judged where it stands', () => {
  for (const kind of ['construction', 'reclamation']) {
    assert.deepEqual(gapsAfter(kind, { stage: 'none' }), ['no_parcel'], kind);
    for (const pointed of [{ parcel_claim: 'P1' }, { task_id: 'T1' }, { sketch: { type: 'Polygon' } }])
      assert.deepEqual(gapsAfter(kind, { stage: 'none' }, pointed), [], kind);
  }
  assert.deepEqual(gapsAfter('land_use', { use: 'road' }), []);
});

test('a report of nowhere says so, once', () => {
  for (const [kind, answers] of [['land_use', { use: 'road' }], ['reclamation', { stage: 'none' }]])
    assert.deepEqual(gapsAfter(kind, answers, { position: null }), ['nowhere'], kind);
});

test('"nothing found", and what is not begun, lack nothing', () => {
  assert.deepEqual(gapsAfter('routine', { nothing_found: true }, { position: null }), []);
  assert.deepEqual(gapsOf([], { observation: null, onsite: null, parcel_claim: null, task_id: null, sketch: null, position: null }), []);
});

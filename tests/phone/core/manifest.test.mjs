import { test } from 'node:test';
import assert from 'node:assert/strict';
import { anotherMatter, newDraft, revisionOf } from '../../../client_sync/phone/core/drafts.js';
import { checkDraft, reportText, summaryOf, taskProgressText } from '../../../client_sync/phone/core/manifest.js';
import { BROKEN, HEAD, NOW, ORDINARY, aDraft, aPhoto } from './drafts.mjs';
import { aDigest } from './records.mjs';

const written = (draft, head = HEAD) => JSON.parse(reportText(draft, head));

test('nothing stands in the way of ordinary work', () => {
  for (const [name, draft] of Object.entries(ORDINARY)) assert.deepEqual(checkDraft(draft), [], name);
});

test('what no office could store is refused at capture, and the field is named', () => {
  for (const [name, [differences, field]] of Object.entries(BROKEN)) {
    const fields = checkDraft(aDraft(differences)).map((complaint) => complaint.field);
    assert.ok(fields.includes(field), `${name}: ${fields}`);
  }
});

test('a gallery photo needs its reason', () => {
  const draft = aDraft({ photos: [aPhoto({ source: 'gallery' })] });
  assert.deepEqual(checkDraft(draft), [{ code: 'gallery-reason-missing', field: 'photos.0' }]);
});

test('a draft larger than a manifest may be is refused before it is signed', () => {
  const ring = Array.from({ length: 60_000 }, (_, n) => [120 + n * 1e-7, 31.123456]);
  assert.deepEqual(checkDraft(aDraft({ sketch: { type: 'Polygon', coordinates: [ring] } })), [{ code: 'too-large', field: '' }]);
});

test('the manifest says what was recorded and is silent about what was not', () => {
  const manifest = written(ORDINARY['piles being driven']);
  assert.equal(manifest.observation.piles_total, 180);
  for (const field of ['permit_no', 'foundation_share']) assert.ok(!(field in manifest.observation), field);
  for (const field of ['onsite', 'note', 'sketch', 'task_id', 'parcel_claim']) assert.ok(!(field in manifest), field);
});

test('answers of false and zero are answers', () => {
  const manifest = written(
    aDraft({ observation: { kind: 'construction', sign_board: false, piles_done: 0, foundation_share: 0 } }),
  );
  assert.deepEqual(manifest.observation, { kind: 'construction', sign_board: false, piles_done: 0, foundation_share: 0 });
});

test('raw fixes and screen state stay on the phone', () => {
  const manifest = written(ORDINARY['a pit half dug']);
  for (const field of ['fixes', 'step', 'parcel_id', 'updated_at', 'also_present']) assert.ok(!(field in manifest), field);
  assert.deepEqual(manifest.clock, { zone: 'Asia/Shanghai', mono_ms: 1235, server_offset_ms: -40 });
});

test('everybody present is named once, the author first and without their name', () => {
  const people = written(ORDINARY['more people']).inspectors;
  assert.deepEqual(people, [
    { id: HEAD.inspectors[0].id, certificate_no: null },
    { id: 'i-2', certificate_no: '32-0001' },
    { id: 'i-3', certificate_no: null },
  ]);
});

test('a person named twice is the one named first', () => {
  const draft = aDraft({ also_present: [{ ...HEAD.inspectors[0], certificate_no: '32-9999' }] });
  assert.deepEqual(written(draft).inspectors, [{ id: HEAD.inspectors[0].id, certificate_no: null }]);
});

test('a note may have ten thousand characters, however many units each takes', () => {
  assert.deepEqual(checkDraft(aDraft({ note: '😀'.repeat(10_000) })), []);
});

test('a broken chain or revision is never written', () => {
  for (const head of [
    { ...HEAD, seq: 1 },
    { ...HEAD, chain: null },
    { ...HEAD, seq: 0, chain: null },
  ]) {
    assert.throws(() => reportText(aDraft(), head), RangeError);
    assert.throws(() => taskProgressText({ id: 'e', task_id: 't', state: 'done', captured_at: NOW }, head), RangeError);
  }
  assert.throws(() => reportText(aDraft({ prev: aDigest(1) }), HEAD), RangeError);
  assert.throws(() => reportText(aDraft({ note: 'a\u0000' }), HEAD), RangeError);
});

test('a revision begins with everything that was sealed, and names its predecessor', () => {
  const sealed = reportText(ORDINARY['a use with a sketch and every fact of the spot'], HEAD);
  const draft = revisionOf(sealed, { digest: aDigest(4), now: NOW });
  const { rev, prev, ...rest } = written(draft);
  const { rev: _, prev: none, ...before } = JSON.parse(sealed);
  assert.deepEqual([rev, prev, none], [2, aDigest(4), null]);
  assert.deepEqual(rest, before);
});

test('another matter at the same place keeps place and photos and asks anew what was seen', () => {
  const draft = aDraft({ photos: [aPhoto()], note: 'a', parcel_claim: 'P1', rev: 2, prev: aDigest(2) });
  const another = anotherMatter(draft, { id: 'other', now: NOW });
  assert.deepEqual([another.id, another.rev, another.prev, another.observation, another.note], ['other', 1, null, null, null]);
  assert.deepEqual([another.photos, another.parcel_claim, another.position], [draft.photos, 'P1', draft.position]);
});

test('a task sends somebody to a parcel and claims nothing for them', () => {
  const task = { id: 't', parcel_id: 'p', parcel_code: 'P1' };
  const draft = newDraft({ id: 'd', now: NOW, task });
  assert.deepEqual([draft.task_id, draft.parcel_id, draft.parcel_claim], ['t', null, null]);
  assert.equal(newDraft({ id: 'd', now: NOW, task, parcel: { id: 'p', code: 'P1' } }).parcel_claim, 'P1');
});

test('a list can show a draft that has neither position nor observation yet', () => {
  const draft = newDraft({ id: 'd', now: NOW });
  const summary = summaryOf(draft);
  assert.deepEqual([summary.captured_at, summary.kind, summary.lon], [NOW, null, null]);
});

/** The sentence, the ring and the care of every state a sealed record can be in. Draws nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { gathered } from '../../../client_sync/phone/ui/screens/more_self.js';
import { photoStep } from '../../../client_sync/phone/ui/screens/report_photos.js';
import {
  mayTryAgain, peopleWords, refusalWords, stateLevel, stateWords, wantsCare,
} from '../../../client_sync/phone/ui/screens/report_words.js';
import { newestRevisions } from '../../../client_sync/phone/ui/screens/reports.js';
import { t } from '../../../client_sync/phone/ui/words.js';

const NOW_MS = Date.parse('2026-11-22T02:00:00Z');
const DIGEST = `sha256:${'a'.repeat(64)}`;
const RECORD = {
  n: 1, type: 'report', id: 'r', rev: 1, state: 'queued', current: null, missing: [], problem: null, attempts: 0, carried_at: null,
  photos: [DIGEST], originals_removed: false,
};
const PHOTO = { digest: DIGEST, bytes: 200, state: 'here', sent_bytes: 0 };

test('nothing is called received before a receipt, and nothing complete before all photos', () => {
  const said = (change) => stateWords({ ...RECORD, ...change }, NOW_MS);
  assert.equal(said({}), t('state.queued'));
  assert.equal(said({ attempts: 3 }), t('state.tried', { n: 3 }));
  assert.ok(said({ carried_at: '2026-11-22T01:00:00Z' }).includes('导出过'));
  assert.equal(said({ state: 'received', missing: [DIGEST] }), t('state.received', { n: 1 }));
  assert.equal(said({ state: 'received' }), t('state.confirming'));
  assert.equal(said({ state: 'complete' }), t('state.complete'));
  assert.equal(said({ state: 'complete', photos: [] }), t('state.bare'));
  assert.equal(said({ state: 'complete', current: 'quarantined' }), t('state.quarantined'));
  assert.equal(said({ state: 'aside' }), t('state.aside'));
});

test('a person is asked to look only where a person can do something', () => {
  assert.equal(wantsCare(RECORD), false);
  assert.equal(wantsCare({ ...RECORD, state: 'complete', current: 'quarantined' }), false);
  assert.equal(wantsCare({ ...RECORD, state: 'aside' }), true);
  assert.equal(wantsCare({ ...RECORD, state: 'received', problem: { code: 'photo-lost' } }), true);
  assert.equal(stateLevel({ ...RECORD, state: 'aside' }), 'bad');
  assert.equal(stateLevel({ ...RECORD, state: 'complete' }), 'ok');
});

test('a photo is at the office when a receipt no longer misses it, whatever this phone still holds', () => {
  assert.equal(photoStep(RECORD, PHOTO, DIGEST), 'here');
  assert.equal(photoStep(RECORD, { ...PHOTO, sent_bytes: 50 }, DIGEST), 'partly');
  assert.equal(photoStep(RECORD, null, DIGEST), 'lost');
  assert.equal(photoStep({ ...RECORD, state: 'received', missing: [DIGEST] }, { ...PHOTO, state: 'lost' }, DIGEST), 'lost');
  assert.equal(photoStep({ ...RECORD, state: 'received' }, PHOTO, DIGEST), 'there');
  assert.equal(photoStep({ ...RECORD, state: 'complete', originals_removed: true }, null, DIGEST), 'freed');
});

test('oneself is called by name, a colleague by what was written down, and a bare number stands alone for nobody known', () => {
  const self = { id: '8c60f85d', name: '张三' };
  const people = [{ id: '8c60f85d', certificate_no: null }, { id: '苏E-1', certificate_no: '苏E-1' }];
  assert.equal(peopleWords(people, self), '张三、苏E-1');
  assert.equal(peopleWords([{ id: '8c60f85d', certificate_no: '苏E-9' }], self), '张三 苏E-9');
  assert.equal(peopleWords(people, null), '8c60f85d、苏E-1');
});

test('a photo that the office did not take is named in the report, in the list and as something to look at', () => {
  const record = { ...RECORD, state: 'received', missing: [DIGEST] };
  const refused = new Set([DIGEST]);
  assert.equal(stateWords(record, NOW_MS, refused), t('state.refused', { n: 1 }));
  assert.deepEqual([wantsCare(record), wantsCare(record, refused), stateLevel(record, refused)], [false, true, 'warn']);
  assert.equal(photoStep(record, { ...PHOTO, state: 'refused' }, DIGEST), 'refused');
  assert.equal(photoStep({ ...record, missing: [] }, { ...PHOTO, state: 'refused' }, DIGEST), 'there', 'another way brought it');
  assert.equal(wantsCare({ ...record, missing: [] }, refused), false);
  assert.ok(refusalWords({ code: 'too-large', max_bytes: 5_000_000 }).includes('5.0 MB'));
  assert.equal(refusalWords({ code: 'too-large' }), t('report.refused_large'));
  assert.equal(refusalWords({ code: 'upload-length' }), t('problem.upload-length'));
});

test('what was set aside may be tried again, except where the office said never', () => {
  assert.deepEqual(['later', 'after-change', undefined, 'never'].map((retry) => mayTryAgain({ retry })), [true, true, true, false]);
});

test('the list shows the newest revision of each report once, the newest visit first', () => {
  const records = [RECORD, { ...RECORD, n: 2, id: 's' }, { ...RECORD, n: 3, rev: 2 }, { ...RECORD, n: 4, id: 't', type: 'task_progress' }];
  assert.deepEqual(newestRevisions(records).map(({ id, rev }) => [id, rev]), [['r', 2], ['s', 1]]);
});

test('the same failure many times in a row is one line with how often', () => {
  const line = { at: '', kind: 'sync', code: 'unreachable', text: 'GET /', request_id: null };
  const groups = gathered([line, line, { ...line, code: 'internal' }, line]);
  assert.deepEqual(groups.map(({ line: { code }, times }) => [code, times]), [['unreachable', 2], ['internal', 1], ['unreachable', 1]]);
});

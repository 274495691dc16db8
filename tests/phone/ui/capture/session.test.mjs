/** An open visit on a real database: what is called saved, what survives a full phone, what a late fix may not do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesOf, clock, enrolled, freshDatabase } from '../../sync/phones.mjs';
import { changesOf } from '../../../../client_sync/phone/store/database.js';
import { readIdentity } from '../../../../client_sync/phone/store/identity.js';
import { discardDraft, keepDraft, listDrafts, readDraft } from '../../../../client_sync/phone/store/drafts.js';
import { listRecords } from '../../../../client_sync/phone/store/outbox.js';
import { photoBytes } from '../../../../client_sync/phone/store/photos.js';
import { finishSealing, sealVisit } from '../../../../client_sync/phone/ui/capture/seal_visit.js';
import { openVisit, Visit } from '../../../../client_sync/phone/ui/capture/session.js';
import { startVisit } from '../../../../client_sync/phone/ui/capture/start.js';

const METRE_LAT = 1 / 110_950;
const fix = (at_ms, north_m = 0) => ({
  lon: 120.98, lat: 31.38 + north_m * METRE_LAT, accuracy_m: 5, altitude_m: null, heading_deg: null,
  fixed_at: '2026-11-19T02:00:00.000Z', at_ms,
});
const picture = () => ({ bytes: bytesOf(2000), media_type: 'image/jpeg', camera_api: 'canvas' });
const facts = () => ({ kind: 'near', taken_at: clock.nowIso(), position: null, view: null });

async function opened(db) {
  const config = { base_map: null, app: { name: 'xuntu-phone', version: 'test' } };
  const phone = { db, changes: changesOf(db), clock, config, identity: await readIdentity(db), go: () => undefined, back: () => undefined };
  const id = await startVisit(phone, {});
  const visit = await openVisit(phone, id);
  return { phone, id, visit };
}

/** The database as one that has no room: every further write fails until it is given back. */
function full(context) {
  const put = context.mock.method(IDBObjectStore.prototype, 'put', () => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  return () => put.mock.restore();
}

/** Tells whether a page would close without asking. */
function closing(context) {
  const heard = new EventTarget();
  for (const name of ['addEventListener', 'removeEventListener']) {
    const before = globalThis[name];
    globalThis[name] = heard[name].bind(heard);
    context.after(() => { globalThis[name] = before; });
  }
  return () => {
    const event = Object.defineProperty(new Event('beforeunload', { cancelable: true }), 'returnValue', { writable: true });
    return heard.dispatchEvent(event);
  };
}

/** Waits until a change of the drafts was told and whoever heard it has looked. */
async function toldOfDrafts(db, change) {
  const told = new Promise((resolve) => { changesOf(db).addEventListener('drafts', resolve, { once: true }); });
  await change();
  await told;
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}

test('a picture in memory only is asked about no more once its draft was thrown away', async (context) => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  const closes = closing(context);
  const make_room = full(context);
  await visit.addPhoto(picture(), facts());
  visit.release();
  make_room();
  assert.equal(closes(), false);
  await toldOfDrafts(db, () => discardDraft(db, id));
  assert.equal(closes(), true);
  assert.equal(await openVisit(visit.phone, id), null);
});

test('a picture in memory only goes on being asked about when another window sealed its report without it', async (context) => {
  const { db } = await enrolled();
  const { visit, id } = await opened(db);
  const closes = closing(context);
  const make_room = full(context);
  await visit.addPhoto(picture(), facts());
  make_room();
  const other = new Visit(visit.phone, await readDraft(db, id));
  await other.change({ observation: { kind: 'routine', nothing_found: true } });
  await toldOfDrafts(db, () => sealVisit(other));
  assert.equal(await readDraft(db, id), null);
  assert.equal(closes(), false);
  visit.unkept = [];
  visit.release();
});

test('the browser asks before it closes a page that alone holds a picture, and not otherwise', async (context) => {
  const { db } = await freshDatabase();
  const { visit } = await opened(db);
  const closes = closing(context);
  const make_room = full(context);
  await visit.addPhoto(picture(), facts());
  assert.equal(closes(), false);
  make_room();
  await visit.again();
  assert.equal(closes(), true);
  visit.release();
});

test('every change is on disk when it is called saved', async () => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  await visit.change({ note: '土堆' });
  assert.equal((await readDraft(db, id)).note, '土堆');
  assert.equal(visit.kept.note, '土堆');
  assert.equal(visit.saving, 0);
  visit.release();
});

test('changes that overlap end with the last of them on disk', async () => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  await Promise.all([visit.change({ note: '一' }), visit.change({ note: '二' }), visit.change({ parcel_claim: 'P1' })]);
  const kept = await readDraft(db, id);
  assert.deepEqual([kept.note, kept.parcel_claim], ['二', 'P1']);
  visit.release();
});

test('a picture is in the draft with its untouched bytes, and the time it took is measured', async () => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  const taken = picture();
  const kept = await visit.addPhoto(taken, facts());
  assert.deepEqual((await readDraft(db, id)).photos.map(({ digest, bytes }) => [digest, bytes]), [[kept.digest, 2000]]);
  assert.deepEqual(await photoBytes(db, kept.digest), taken.bytes);
  assert.ok(performance.getEntriesByName('photo-saved').length > 0);
  visit.release();
});

test('a phone that dies while a picture is written has the picture with the draft that names it, or neither', async (context) => {
  const { db } = await freshDatabase();
  for (const dying of ['photo_bytes', 'photos', 'drafts']) {
    const { visit, id } = await opened(db);
    const { put } = IDBObjectStore.prototype;
    const death = context.mock.method(IDBObjectStore.prototype, 'put', function dies(...given) {
      if (this.name === dying) this.transaction.abort();
      return put.apply(this, given);
    });
    assert.equal(await visit.addPhoto(picture(), facts()), null);
    death.mock.restore();
    assert.deepEqual((await readDraft(db, id)).photos, [], `${dying}: the draft names a picture that is not there`);
    assert.deepEqual([await db.count('photos'), await db.count('photo_bytes')], [0, 0], `${dying}: a picture nobody names is left`);
    visit.release();
    await db.delete('drafts', id);
  }
});

test('a picture the phone has no room for is not called saved and is kept once there is room', async (context) => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  const make_room = full(context);
  assert.equal(await visit.addPhoto(picture(), facts()), null);
  assert.equal(visit.problem.code, 'storage-full');
  await visit.again();
  assert.equal(visit.unkept.length, 1);
  assert.deepEqual(visit.kept.photos, []);
  make_room();
  await visit.again();
  assert.equal(visit.problem, null);
  assert.equal((await readDraft(db, id)).photos.length, 1);
  visit.release();
});

test('a change that could be written does not hide a picture that still waits for room', async (context) => {
  const { db } = await freshDatabase();
  const { visit } = await opened(db);
  const make_room = full(context);
  await visit.addPhoto(picture(), facts());
  make_room();
  assert.equal(await visit.change({ note: 'small' }), true);
  assert.equal(visit.problem.code, 'storage-full');
  visit.release();
});

test('a change that could not be written says so and is on disk with the next that can', async (context) => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  const make_room = full(context);
  assert.equal(await visit.change({ note: 'first' }), false);
  assert.equal(visit.kept.note, null);
  make_room();
  assert.equal(await visit.change({ parcel_claim: 'P1' }), true);
  assert.equal((await readDraft(db, id)).note, 'first');
  assert.equal(visit.problem, null);
  visit.release();
});

test('a picture thrown away leaves neither draft nor disk with it', async () => {
  const { db } = await freshDatabase();
  const { visit, id } = await opened(db);
  const { digest } = await visit.addPhoto(picture(), facts());
  await visit.dropPhoto(digest);
  assert.deepEqual((await readDraft(db, id)).photos, []);
  assert.equal(await photoBytes(db, digest), null);
  visit.release();
});

test('the place of a report is where its pictures were begun, however far the inspector walks on', async () => {
  const { db } = await freshDatabase();
  const { visit } = await opened(db);
  const now_ms = clock.monoMs();
  [0, 1, 2].forEach((s) => visit.take(fix(now_ms + s)));
  await visit.addPhoto(picture(), facts());
  [3, 4, 5, 6].forEach((s) => visit.take(fix(now_ms + s, 100)));
  assert.ok(Math.abs(visit.draft.position.lat - 31.38) < 5 * METRE_LAT);
  assert.ok(Math.abs(visit.here().lat - 31.38) > 90 * METRE_LAT);
  visit.release();
});

test('before the first picture the report goes along to where the inspector stands', async () => {
  const { db } = await freshDatabase();
  const { visit } = await opened(db);
  const now_ms = clock.monoMs();
  [0, 1, 2].forEach((s) => visit.take(fix(now_ms + s)));
  [3, 4, 5].forEach((s) => visit.take(fix(now_ms + s, 100)));
  assert.ok(Math.abs(visit.draft.position.lat - 31.38 - 100 * METRE_LAT) < 5 * METRE_LAT);
  visit.release();
});

test('a place set by hand is not moved by the receiver', async () => {
  const { db } = await freshDatabase();
  const { visit } = await opened(db);
  await visit.change({ position: { lon: 120.5, lat: 31.5, accuracy_m: 30, source: 'manual' } });
  visit.take(fix(clock.monoMs()));
  assert.equal(visit.draft.position.lat, 31.5);
  visit.release();
});

test('a fix or a key that comes late does not bring a sealed draft back', async () => {
  const { db } = await enrolled();
  const { visit, id } = await opened(db);
  await visit.change({ observation: { kind: 'routine', nothing_found: true } });
  visit.take(fix(clock.monoMs()));
  await sealVisit(visit);
  visit.take(fix(clock.monoMs()));
  await visit.change({ note: 'late' });
  visit.release();
  await visit.written;
  assert.equal(await readDraft(db, id), null);
  assert.equal((await listRecords(db)).length, 1);
});

test('a draft that cannot be sealed stays open and can be changed', async () => {
  const { db } = await enrolled();
  const { visit, id } = await opened(db);
  await assert.rejects(sealVisit(visit), { name: 'NotSealable' });
  await visit.change({ note: 'on' });
  assert.equal((await readDraft(db, id)).note, 'on');
  visit.release();
});

test('"nothing found" of an app that died before it sealed is sealed at the next start', async () => {
  const { db } = await enrolled();
  const { phone, visit, id } = await opened(db);
  visit.release();
  const draft = await readDraft(db, id);
  await keepDraft(db, { ...draft, observation: { kind: 'routine', nothing_found: true }, step: 'sealing' });
  assert.equal(await finishSealing(phone), 1);
  assert.equal(await finishSealing(phone), 0);
  assert.deepEqual((await listRecords(db)).map(({ id: sealed }) => sealed), [id]);
  assert.deepEqual(await listDrafts(db), []);
});

test('what cannot be sealed at the start becomes a draft to go on with, and stops nothing', async () => {
  const { db } = await enrolled();
  const { phone, visit, id } = await opened(db);
  visit.release();
  await keepDraft(db, { ...(await readDraft(db, id)), observation: { kind: 'unheard-of' }, step: 'sealing' });
  assert.equal(await finishSealing(phone), 0);
  assert.equal((await readDraft(db, id)).step, 'visit');
});

test('a phone that belongs to nobody seals nothing at its start', async () => {
  const { db } = await freshDatabase();
  const { phone, visit, id } = await opened(db);
  visit.release();
  await keepDraft(db, { ...(await readDraft(db, id)), observation: { kind: 'routine', nothing_found: true }, step: 'sealing' });
  assert.equal(await finishSealing(phone), 0);
  assert.equal((await readDraft(db, id)).step, 'sealing');
});

test('the same task is never begun twice, and says it was started once', async () => {
  const { db } = await enrolled();
  const due = { reason: '', due_on: '2026-12-01', programme: null, title: '' };
  await db.put('tasks', { id: 't1', parcel_id: 'p', parcel_code: 'c', region: 'r', state: 'open', ...due });
  const { phone } = await opened(db);
  const first = await startVisit(phone, { task_id: 't1' });
  assert.equal(await startVisit(phone, { task_id: 't1' }), first);
  assert.deepEqual((await listRecords(db)).map(({ summary }) => summary.task_state), ['started']);
});

test('a picture that found no room is still there after the inspector left the visit to make room', async (context) => {
  const { db } = await freshDatabase();
  const { phone, visit, id } = await opened(db);
  const make_room = full(context);
  await visit.addPhoto(picture(), facts());
  visit.release();
  make_room();
  const again = await openVisit(phone, id);
  assert.equal(again, visit);
  await again.again();
  assert.equal((await readDraft(db, id)).photos.length, 1);
  again.release();
  const fresh = await openVisit(phone, id);
  assert.notEqual(fresh, visit, 'a visit that waits for nothing is read from the disk');
  fresh.release();
});

test('a correction, and a visit gone on with elsewhere, keep the place where it was made', async () => {
  const { db } = await enrolled();
  for (const changes of [{ rev: 2, prev: `sha256:${'0'.repeat(64)}` }, { observation: { kind: 'land_use' } }]) {
    const { phone, visit, id } = await opened(db);
    visit.release();
    const position = { lon: 120.98, lat: 31.38, accuracy_m: 5, source: 'gnss' };
    await keepDraft(db, { ...(await readDraft(db, id)), ...changes, position });
    const later = await openVisit(phone, id);
    later.take(fix(clock.monoMs(), 5000));
    assert.equal(later.draft.position.lat, 31.38);
    later.release();
  }
});

test('what two windows change in one visit is kept of both, pictures above all', async () => {
  const { db } = await enrolled();
  const { visit, id } = await opened(db);
  await visit.addPhoto(picture(), facts());
  const other = new Visit(visit.phone, await readDraft(db, id));
  await new Promise((later) => { setTimeout(later, 2); });
  const taken = await visit.addPhoto(picture(), facts());
  await visit.dropPhoto(visit.draft.photos[0].digest);
  await other.change({ note: '另一个窗口' });
  assert.deepEqual(other.draft.photos.map(({ digest }) => digest), [taken.digest]);
  await other.change({ observation: { kind: 'routine', nothing_found: true } });
  await visit.change({ parcel_claim: 'P1' });
  await sealVisit(other);
  const [record] = await listRecords(db);
  const claims = JSON.parse(record.manifest);
  assert.deepEqual([claims.note, claims.parcel_claim, record.photos], ['另一个窗口', 'P1', [taken.digest]]);
  visit.release();
});

test('a change after another window sealed or threw away the visit is never called saved', async () => {
  const { db } = await enrolled();
  for (const end of [
    async (visit) => sealVisit(visit),
    async (visit) => discardDraft(db, visit.draft.id),
  ]) {
    const { visit, id } = await opened(db);
    await visit.change({ observation: { kind: 'routine', nothing_found: true } });
    const other = new Visit(visit.phone, await readDraft(db, id));
    await end(visit);
    assert.equal(await other.change({ note: 'late' }), false);
    assert.equal(other.problem.code, 'gone-elsewhere');
    assert.equal(await other.addPhoto(picture(), facts()), null);
    await assert.rejects(sealVisit(other), { code: 'gone-elsewhere' });
    assert.equal(await readDraft(db, id), null);
    visit.release();
  }
});

test('a double tap begins one visit of a free spot, and one of a task', async () => {
  const { db } = await enrolled();
  const { phone, visit } = await opened(db);
  visit.release();
  await db.put('tasks', { id: 't2', state: 'open', parcel_id: 'p', parcel_code: 'P', due_on: '2026-12-01' });
  const [one, two] = await Promise.all([startVisit(phone, {}), startVisit(phone, {})]);
  assert.equal(one, two);
  const [first, second] = await Promise.all([startVisit(phone, { task_id: 't2' }), startVisit(phone, { task_id: 't2' })]);
  assert.equal(first, second);
  assert.equal((await listRecords(db)).length, 1, 'the task was started once');
  assert.notEqual(await startVisit(phone, {}), one, 'another spot later is another visit');
});

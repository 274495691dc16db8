import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { newDraft } from '../../../client_sync/phone/core/drafts.js';
import { closeDatabase, openDatabase } from '../../../client_sync/phone/store/database.js';
import { keepDraft, listDrafts } from '../../../client_sync/phone/store/drafts.js';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import { listRecords, recordsOfReport, seal } from '../../../client_sync/phone/store/outbox.js';
import { keepPhoto, photoBytes } from '../../../client_sync/phone/store/photos.js';
import { enrol } from '../../../client_sync/phone/sync/enrol.js';
import { Wire } from '../../../client_sync/phone/sync/wire.js';
import { FakeOffice, ORIGIN } from './fake_office.mjs';
import { Died, Mortal } from './mortal.mjs';
import { APP, bytesOf, clock, enrolled, photoFacts, positionAt, round, WORLD } from './phones.mjs';

const TASK = 'd36d0517-f007-4578-998d-5849eaa64b88';
const PHOTOS = [bytesOf(300_000), bytesOf(1_000)];

/** What an inspector does with a visit from where the phone stands now, until it is sealed. `told` is what the screen said. */
async function capture(db, id, told) {
  if ((await recordsOfReport(db, id)).length > 0) return;
  const now = clock.nowIso();
  let draft = (await listDrafts(db)).find((each) => each.id === id);
  if (!draft) {
    draft = newDraft({ id, now, position: positionAt(now) });
    await keepDraft(db, draft);
    told.draft = true;
  }
  for (const bytes of PHOTOS.slice(draft.photos.length)) {
    const row = await keepPhoto(db, bytes, { media_type: 'image/jpeg', taken_at: now });
    draft = { ...draft, photos: [...draft.photos, { ...photoFacts(now), digest: row.digest, bytes: row.bytes }] };
    await keepDraft(db, draft);
    told.photos = draft.photos.map((photo) => photo.digest);
  }
  draft = { ...draft, observation: { kind: 'routine', nothing_found: true } };
  await keepDraft(db, draft);
  await seal(db, draft, { ...WORLD, progress: { task_id: TASK, state: 'done' } });
  told.sealed = true;
}

async function live(db, fetch, id, told) {
  await capture(db, id, told);
  const { token } = await readIdentity(db);
  const summary = await round(db, null, { wire: new Wire({ origin: ORIGIN, token, fetch }) });
  if (!summary.ok) throw new Died('the round ended early');
  told.complete = (await recordsOfReport(db, id))[0].state === 'complete';
}

/** Lives until death at step `dies_at`, then again on the same database in peace. Returns the steps lived. */
async function dieAt(dies_at) {
  const { db, name, office } = await enrolled();
  const mortal = new Mortal(dies_at);
  const id = randomUUID();
  const told = { draft: false, photos: [], sealed: false, complete: false };
  let died = false;
  try {
    await live(mortal.database(db), mortal.network(office.fetch), id, told);
  } catch (fault) {
    died = mortal.is_dead;
    if (!died) throw fault;
  }
  closeDatabase(db);
  const reopened = await openDatabase(name);
  await keepsItsWord(reopened, id, told, mortal.last);
  const peace = { ...told };
  await live(reopened, office.fetch, id, peace);
  await isWhole(reopened, office, id, `after dying ${mortal.last}`);
  closeDatabase(reopened);
  return { steps: mortal.steps, died };
}

async function keepsItsWord(db, id, told, where) {
  const records = await recordsOfReport(db, id);
  const drafts = await listDrafts(db);
  if (told.sealed) assert.equal(records.length, 1, `sealed and gone: ${where}`);
  if (told.draft) assert.equal(drafts.length + records.length, 1, `a draft that was saved is gone or double: ${where}`);
  for (const digest of told.photos) assert.ok(await photoBytes(db, digest), `a saved photo is gone: ${where}`);
  if (told.complete) assert.equal(records[0].state, 'complete', where);
}

async function isWhole(db, office, id, where) {
  assert.deepEqual(office.stored().map((row) => [row.id, row.current]), [[id, 'stored']], `not exactly one report ${where}`);
  assert.equal(office.stored('task_progress').length, 1, `not exactly one task event ${where}`);
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['complete', 'complete'], where);
  assert.deepEqual(await listDrafts(db), [], where);
  const sent = office.stored()[0].photos.map((digest) => office.blobs.get(digest));
  assert.deepEqual(sent.map((bytes) => new Uint8Array(bytes)), PHOTOS, where);
  const seqs = [...office.rows.values()].map((row) => row.said.seq).sort();
  assert.deepEqual(seqs, [1, 2], `the chain has a gap ${where}`);
}

test('a phone that dies at any step between capture and complete loses nothing and sends nothing twice', async (t) => {
  const { steps, died } = await dieAt(Infinity);
  assert.equal(died, false);
  assert.ok(steps > 60, `only ${steps} steps`);
  for (let at = 1; at <= steps; at += 1) {
    const life = await dieAt(at);
    assert.equal(life.died, true, `it did not die at ${at}`);
  }
  t.diagnostic(`${steps} deaths`);
});

test('a phone that dies at any step of its enrolment is enrolled once, with one key', async () => {
  const ask = (fetch) => ({ code: 'code-1', origin: ORIGIN, label: '一号机', platform: 'test', app: APP, fetch });
  const dieEnrolling = async (dies_at) => {
    const office = new FakeOffice();
    const name = randomUUID();
    const mortal = new Mortal(dies_at);
    const db = await openDatabase(name);
    await enrol(mortal.database(db), ask(mortal.network(office.fetch))).catch((fault) => {
      if (!mortal.is_dead) throw fault;
    });
    closeDatabase(db);
    const reopened = await openDatabase(name);
    const identity = (await readIdentity(reopened)) ?? (await enrol(reopened, ask(office.fetch)));
    assert.deepEqual([...office.devices.keys()], [identity.device_id], `after dying ${mortal.last}`);
    assert.equal((await round(reopened, office)).ok, true);
    closeDatabase(reopened);
    return mortal.steps;
  };
  const steps = await dieEnrolling(Infinity);
  for (let at = 1; at <= steps; at += 1) await dieEnrolling(at);
});

test('a browser that makes Ed25519 keys and cannot keep them joins with the older kind', async (context) => {
  const { put } = IDBObjectStore.prototype;
  context.mock.method(IDBObjectStore.prototype, 'put', function fails(value, ...given) {
    if (value?.key?.alg === 'Ed25519') throw new DOMException('no clone', 'DataCloneError');
    return put.call(this, value, ...given);
  });
  const { db } = await enrolled();
  assert.equal((await readIdentity(db)).key.alg, 'ES256');
});

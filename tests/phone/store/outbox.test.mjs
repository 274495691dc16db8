import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discardDraft, keepDraft, listDrafts } from '../../../client_sync/phone/store/drafts.js';
import { openDatabase } from '../../../client_sync/phone/store/database.js';
import { keepIdentity, readIdentity } from '../../../client_sync/phone/store/identity.js';
import {
  freeOriginals, listRecords, NotSealable, revise, seal, sealTaskProgress,
} from '../../../client_sync/phone/store/outbox.js';
import { keepPhoto, photoBytes } from '../../../client_sync/phone/store/photos.js';
import { newKey, sign } from '../../../client_sync/phone/device/keys.js';
import { checkSignature } from '../../../client_sync/phone/core/signatures.js';
import { bytesOf, clock, enrolled, round, sealed, visit, WORLD } from '../sync/phones.mjs';

const DAY_MS = 86_400_000;

test('two tabs that seal at once, with no locks to order them, still make one unbroken chain', async () => {
  const { db, name } = await enrolled();
  const other = await openDatabase(name);
  const drafts = [];
  for (let i = 0; i < 6; i += 1) drafts.push(await visit(db));
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  // Locks that keep nobody out: only the check inside the transaction is left.
  const locks = { request: (_, ...given) => given.at(-1)({}) };
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } });
  try {
    const twice = [...drafts, drafts[0]];
    await Promise.all(twice.map((draft, at) => seal(at % 2 === 0 ? db : other, draft, WORLD)));
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete globalThis.navigator;
  }
  const records = (await listRecords(db)).sort((a, b) => a.seq - b.seq);
  assert.deepEqual(records.map((record) => record.seq), [1, 2, 3, 4, 5, 6]);
  const chained = records.slice(1).map((record) => JSON.parse(record.manifest).chain);
  assert.deepEqual(chained, records.slice(0, -1).map((record) => record.digest));
});

test('sealing the same draft twice gives the same record', async () => {
  const { db } = await enrolled();
  const draft = await visit(db);
  const [first, second] = await Promise.all([seal(db, draft, WORLD), seal(db, draft, WORLD)]);
  assert.equal(first.digest, second.digest);
  assert.equal((await listRecords(db)).length, 1);
});

test('a draft without an observation is refused before anything is signed, and says which field', async () => {
  const { db } = await enrolled();
  const draft = await visit(db, [], { observation: null });
  const names_it = (fault) => fault instanceof NotSealable && fault.faults[0].field === 'observation';
  await assert.rejects(seal(db, draft, WORLD), names_it);
  assert.equal((await listDrafts(db)).length, 1);
});

test('finishing a task shows on this phone at once and is queued with its report', async () => {
  const { db } = await enrolled();
  const task = { id: 'd36d0517-f007-4578-998d-5849eaa64b88', state: 'open', due_on: '2026-11-30', parcel_code: '1' };
  await db.put('tasks', task);
  await sealTaskProgress(db, { task_id: task.id, state: 'started' }, WORLD);
  assert.equal((await db.get('tasks', task.id)).state, 'started');
  await seal(db, await visit(db, [], { task_id: task.id }), { ...WORLD, progress: { task_id: task.id, state: 'done' } });
  assert.equal((await db.get('tasks', task.id)).state, 'done');
  await sealTaskProgress(db, { task_id: task.id, state: 'started' }, WORLD);
  assert.equal((await db.get('tasks', task.id)).state, 'done', 'what is done is not begun again');
  assert.deepEqual((await listRecords(db)).map((record) => record.summary.task_state), ['started', null, 'done', 'started']);
});

test('a save that comes after the seal does not bring the visit back, and a correction begun since is kept', async () => {
  const { db } = await enrolled();
  const draft = await visit(db);
  await seal(db, draft, WORLD);
  assert.equal(await keepDraft(db, { ...draft, note: 'late' }), false);
  assert.deepEqual(await listDrafts(db), []);
  const correction = await revise(db, draft.id);
  await seal(db, draft, WORLD);
  assert.deepEqual(await listDrafts(db), [correction]);
});

test('a discarded draft takes only the photos that nothing else names', async () => {
  const { db } = await enrolled();
  const first = await visit(db, [1_000, 2_000]);
  const shared = { ...first, id: crypto.randomUUID(), photos: first.photos.slice(0, 1) };
  await keepDraft(db, shared);
  await discardDraft(db, first.id);
  assert.ok(await photoBytes(db, first.photos[0].digest));
  assert.equal(await photoBytes(db, first.photos[1].digest), null);
  await seal(db, shared, WORLD);
  await discardDraft(db, shared.id);
  assert.ok(await photoBytes(db, first.photos[0].digest));
});

test('the same photo saved twice is kept once, and a lost one is saved again', async () => {
  const { db } = await enrolled();
  const bytes = bytesOf(500);
  const facts = { media_type: 'image/jpeg', taken_at: clock.nowIso() };
  const row = await keepPhoto(db, bytes, facts);
  await db.delete('photo_bytes', row.digest);
  assert.equal(await photoBytes(db, row.digest), null);
  assert.equal((await keepPhoto(db, bytes, facts)).state, 'here');
  assert.deepEqual(await photoBytes(db, row.digest), bytes);
  assert.equal(await db.count('photos'), 1);
});

test('originals leave the phone 30 days after complete, never earlier, and never while a draft needs them', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [1_000]);
  const now = clock.nowMs();
  assert.equal(await freeOriginals(db, now + 400 * DAY_MS), 0, 'what is only queued stays for ever');
  await round(db, office);
  assert.equal(await freeOriginals(db, now + 29 * DAY_MS), 0);
  const draft = { ...(await visit(db)), photos: [{ digest: record.photos[0] }] };
  await keepDraft(db, draft);
  assert.equal(await freeOriginals(db, now + 31 * DAY_MS), 0);
  await discardDraft(db, draft.id);
  assert.equal(await freeOriginals(db, now + 31 * DAY_MS), 1);
  assert.equal(await photoBytes(db, record.photos[0]), null);
  const [kept] = await listRecords(db);
  assert.deepEqual([kept.state, kept.originals_removed, kept.manifest], ['complete', true, record.manifest]);
});

test('the private key cannot be read out of the database', async () => {
  const { db } = await enrolled();
  const [key] = await db.getAll('keys');
  assert.equal(key.private_key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('pkcs8', key.private_key));
  assert.equal((await readIdentity(db)).key.key_id, key.key_id);
});

test('a browser without Ed25519 signs with ES256, and the signature verifies', async () => {
  const { subtle } = crypto;
  const old = {
    generateKey: async (how, ...given) => {
      if (how.name === 'Ed25519') throw new DOMException('no', 'NotSupportedError');
      return subtle.generateKey(how, ...given);
    },
    exportKey: (...given) => subtle.exportKey(...given),
    digest: (...given) => subtle.digest(...given),
  };
  const key = await newKey(old);
  assert.equal(key.alg, 'ES256');
  const entry = { key_id: key.key_id, use: 'receipt', alg: key.alg, spki: key.spki };
  const signature = await sign(key, '文本');
  await checkSignature('文本', signature, entry);
  await assert.rejects(checkSignature('文本2', signature, entry));
});

test('an older enrolment is remembered beside a new one', async () => {
  const { db } = await enrolled();
  const identity = await readIdentity(db);
  await keepIdentity(db, { ...identity, device_id: 'other' }, null);
  assert.equal((await db.get('meta', 'enrolments')).length, 2);
});

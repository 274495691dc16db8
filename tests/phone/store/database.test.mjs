import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  changesOf, closeDatabase, openDatabase, StorageBroken, StorageFull, strict, UPGRADES,
} from '../../../client_sync/phone/store/database.js';
import { counts, listRecords, move, seal } from '../../../client_sync/phone/store/outbox.js';
import { keepPhoto, photoRow } from '../../../client_sync/phone/store/photos.js';
import { keepIdentity, readIdentity } from '../../../client_sync/phone/store/identity.js';
import { note } from '../../../client_sync/phone/store/log.js';
import { enrolled, freshDatabase, round, sealed, visit, WORLD } from '../sync/phones.mjs';
import { FakeOffice } from '../sync/fake_office.mjs';

const FIRST = UPGRADES.slice(0, 1);

test('a phone that slept through an update finds its queued work in the new version and sends it', async () => {
  const office = new FakeOffice();
  const name = randomUUID();
  const old = await openDatabase(name, {}, FIRST);
  const donor = await enrolled(office);
  await keepIdentity(old, await readIdentity(donor.db), (await donor.db.getAll('keys'))[0]);
  const record = await sealed(donor.db, [2_000]);
  const { carried_at: _, ...of_version_1 } = (await listRecords(donor.db))[0];
  await old.put('outbox', of_version_1);
  for (const digest of record.photos) {
    await old.put('photos', await donor.db.get('photos', digest));
    await old.put('photo_bytes', await donor.db.get('photo_bytes', digest), digest);
  }
  closeDatabase(old);
  const db = await openDatabase(name);
  assert.equal(db.version, UPGRADES.length);
  assert.equal((await listRecords(db))[0].carried_at, null);
  await note(db, { at: 'now', kind: 'sync', code: 'x', text: '', request_id: null });
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual((await listRecords(db)).map((each) => each.state), ['complete']);
});

test('an upgrade that is cut in the middle leaves the old version whole, and the next start finishes it', async () => {
  const name = randomUUID();
  const old = await openDatabase(name, {}, FIRST);
  await old.put('meta', 'here', 'x');
  closeDatabase(old);
  const cut_short = [...FIRST, (db, tx) => {
    UPGRADES[1](db, tx);
    throw new Error('the battery died');
  }];
  await assert.rejects(openDatabase(name, {}, cut_short), StorageBroken);
  const still_old = await openDatabase(name, {}, FIRST);
  assert.equal(still_old.version, 1);
  assert.equal(await still_old.get('meta', 'x'), 'here');
  assert.equal(still_old.objectStoreNames.contains('log'), false);
  closeDatabase(still_old);
  const db = await openDatabase(name);
  assert.deepEqual([db.version, await db.get('meta', 'x')], [UPGRADES.length, 'here']);
});

test('an app older than the database says so instead of touching it', async () => {
  const { db, name } = await freshDatabase();
  closeDatabase(db);
  await assert.rejects(openDatabase(name, {}, FIRST), { code: 'storage-newer' });
});

test('a tab with the older app lets go at once when the newer one comes and nobody listens', async () => {
  const name = randomUUID();
  await openDatabase(name, {}, FIRST);
  const db = await openDatabase(name, { onBlocked: assert.fail });
  assert.equal(db.version, UPGRADES.length);
});

test('a newer app waits, and says so, until the tab with the older one lets go', async () => {
  const name = randomUUID();
  const heard = [];
  let letGo = assert.fail;
  await openDatabase(name, { onReplaced: (go) => { heard.push('replaced'); letGo = go; } }, FIRST);
  const opening = openDatabase(name, { onBlocked: () => { heard.push('blocked'); letGo(); } });
  assert.equal((await opening).version, UPGRADES.length);
  assert.deepEqual(heard, ['replaced', 'blocked']);
});

/** Lets the n-th put of any store fail as a full disk does. */
function fillUpAt(n) {
  const { put } = IDBObjectStore.prototype;
  let puts = 0;
  IDBObjectStore.prototype.put = function full(...given) {
    puts += 1;
    if (puts < n) return put.apply(this, given);
    this.transaction.abort();
    throw new DOMException('no room', 'QuotaExceededError');
  };
  return () => { IDBObjectStore.prototype.put = put; };
}

for (const n of [1, 2]) {
  test(`a photo that finds no room at write ${n} is StorageFull, and nothing of it is half saved`, async () => {
    const { db } = await freshDatabase();
    const give_back = fillUpAt(n);
    const bytes = new Uint8Array(1_000).fill(n);
    try {
      await assert.rejects(keepPhoto(db, bytes, { media_type: 'image/jpeg', taken_at: 'now' }), StorageFull);
    } finally {
      give_back();
    }
    assert.deepEqual([await db.count('photos'), await db.count('photo_bytes')], [0, 0]);
    const row = await keepPhoto(db, bytes, { media_type: 'image/jpeg', taken_at: 'now' });
    assert.equal((await photoRow(db, row.digest)).state, 'here');
  });
}

test('a draft that finds no room to be sealed stays a draft and takes no place in the chain', async () => {
  const { db } = await enrolled();
  const draft = await visit(db);
  const give_back = fillUpAt(1);
  try {
    await assert.rejects(seal(db, draft, WORLD), StorageFull);
  } finally {
    give_back();
  }
  assert.deepEqual([(await listRecords(db)).length, (await readIdentity(db)).next_seq], [0, 1]);
  const { drafts } = await counts(db);
  assert.equal(drafts, 1);
});

test('what throws inside a transaction undoes all of it', async () => {
  const { db } = await freshDatabase();
  await assert.rejects(strict(db, ['meta'], async (tx) => {
    await tx.objectStore('meta').put(1, 'a');
    throw new RangeError('no');
  }), RangeError);
  assert.equal(await db.get('meta', 'a'), undefined);
});

test('a move that must never be made leaves the record as it was', async () => {
  const { db } = await enrolled();
  const record = await sealed(db);
  await assert.rejects(move(db, record.n, { type: 'originals_removed' }), RangeError);
  assert.deepEqual(await listRecords(db), [record]);
});

test('a change is told to this tab and to the others, by name only', async () => {
  const { db, name } = await freshDatabase();
  const other = await openDatabase(name);
  const heard = [];
  const told = new Promise((go) => { changesOf(other).addEventListener('drafts', () => go()); });
  changesOf(db).addEventListener('drafts', () => heard.push('drafts'));
  await strict(db, ['drafts'], (tx) => tx.objectStore('drafts').put({ id: 'a' }));
  await told;
  assert.deepEqual(heard, ['drafts']);
});

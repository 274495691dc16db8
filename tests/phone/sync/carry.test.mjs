import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { test } from 'node:test';
import { Decrypter, generateX25519Identity, identityToRecipient } from '../../../client_sync/phone/vendor/age-encryption/age.js';
import { listRecords } from '../../../client_sync/phone/store/outbox.js';
import { carriedFile, readReceiptsFile } from '../../../client_sync/phone/sync/carry.js';
import { digestOf, FakeOffice, Signer } from './fake_office.mjs';
import { clock, enrolled, round, sealed } from './phones.mjs';

/** The entries of a zip, by its central directory. */
function entriesOf(bytes) {
  const zip = Buffer.from(bytes);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const entries = new Map();
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < zip.readUInt16LE(end + 10); i += 1) {
    const [method, size, name_length] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
    const name = zip.subarray(at + 46, at + 46 + name_length).toString();
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const raw = zip.subarray(start, start + size);
    entries.set(name, method === 0 ? raw : inflateRawSync(raw));
    at += 46 + name_length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

async function officeWithCarrier() {
  const office = new FakeOffice();
  const secret = await generateX25519Identity();
  office.carry_recipient = await identityToRecipient(secret);
  return { office, secret };
}

async function opened(blob, secret) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return entriesOf(await decrypter.decrypt(new Uint8Array(await blob.arrayBuffer())));
}

test('the carried file holds everything the office has not confirmed, and nobody else can read it', async () => {
  const { office, secret } = await officeWithCarrier();
  const { db } = await enrolled(office);
  await sealed(db, [4_000]);
  await round(db, office);
  const partly = await sealed(db, [700_000, 5_000]);
  await round(db, office, { photos_allowed: false });
  office.blobs.set(partly.photos[1], 'arrived by another way');
  await round(db, office, { photos_allowed: false });
  const queued = await sealed(db, [6_000]);
  const file = await carriedFile(db, clock);
  assert.deepEqual([file.reports, file.photos], [2, 2]);
  assert.match(file.name, /^xuntu-\d{4}-\d\d-\d\d-[0-9a-f]{8}\.age$/);
  const entries = await opened(file.blob, secret);
  const push = JSON.parse(entries.get('push.json').toString('utf8'));
  assert.deepEqual(push.items.map((item) => digestOf(item.manifest)), [partly.digest, queued.digest]);
  assert.equal(JSON.parse(push.enrolment.payload).device_id, queued.device_id);
  for (const digest of [partly.photos[0], queued.photos[0]]) {
    assert.equal(digestOf(entries.get(`photos/${digest.replace(':', '-')}`)), digest);
  }
  assert.equal(entries.size, 3);
  const records = await listRecords(db);
  const carried = records.map((record) => [record.state, record.carried_at !== null]);
  assert.deepEqual(carried, [['complete', false], ['received', true], ['queued', true]]);
  await assert.rejects(opened(file.blob, await generateX25519Identity()));
});

test('when nothing waits there is nothing to carry', async () => {
  const { office } = await officeWithCarrier();
  const { db } = await enrolled(office);
  assert.equal(await carriedFile(db, clock), null);
  await sealed(db);
  await round(db, office);
  assert.equal(await carriedFile(db, clock), null);
});

test('receipts that are brought back settle the reports, and only signed ones about bytes of this phone', async () => {
  const { office } = await officeWithCarrier();
  const { db } = await enrolled(office);
  const [whole, partly, forged, aside] = [await sealed(db), await sealed(db, [1_000]), await sealed(db), await sealed(db)];
  const results = [whole, partly, forged].map((record) => office.judge(record));
  results[2] = { ...results[2], receipt: new Signer().signed(JSON.parse(results[2].receipt.payload)) };
  results.push({ outcome: 'refused', digest: aside.digest, receipt: null, problem: { code: 'invalid', status: 422 } });
  results.push({ outcome: 'stored', digest: digestOf('elsewhere'), receipt: null });
  results.push(null);
  const read = await readReceiptsFile(db, JSON.stringify({ receipts: results }));
  assert.deepEqual(read, { complete: 1, received: 1, aside: 1, unknown: 2, not_believed: 1 });
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['complete', 'received', 'queued', 'aside']);
});

for (const text of ['', 'no json', '[]', '{"receipts": 3}']) {
  test(`${JSON.stringify(text)} is no receipts file and says so`, async () => {
    const { db } = await enrolled();
    await assert.rejects(readReceiptsFile(db, text), { code: 'receipts-unreadable' });
  });
}

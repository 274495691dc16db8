/** What the office refuses: a photo that is told and blocks nothing, and a record that a person tries again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, listRecords, revise, seal, sealTaskProgress, tryAgain } from '../../../client_sync/phone/store/outbox.js';
import { photoBytes, photoRow, refusedPhotos } from '../../../client_sync/phone/store/photos.js';
import { readReceiptsFile } from '../../../client_sync/phone/sync/carry.js';
import { photoStep } from '../../../client_sync/phone/ui/screens/report_photos.js';
import { digestOf, problem, Reply } from './fake_office.mjs';
import { clock, enrolled, round, sealed, WORLD } from './phones.mjs';

const states = async (db) => (await listRecords(db)).map((record) => record.state);
const tooLarge = (max_bytes) => {
  const told = problem(413, 'too-large');
  return new Reply(413, { ...told.body, retry: 'after-change', max_bytes }, told.headers);
};

/** An office that takes photos up to a size, and says so in its session. */
function takesUpTo(office, max_bytes) {
  const { fetch } = office;
  office.max_bytes = max_bytes;
  office.before = (method, path, headers) => {
    if (method === 'POST' && path.endsWith('/files') && Number(headers.get('Upload-Length')) > office.max_bytes) throw tooLarge(office.max_bytes);
  };
  office.fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!new URL(url).pathname.endsWith('/session')) return response;
    const session = await response.json();
    return Response.json({ ...session, limits: { ...session.limits, photo_bytes: office.max_bytes } }, { headers: response.headers });
  };
}

const at = (ms) => ({ ...clock, nowMs: () => clock.nowMs() + ms });
const creations = (office) => office.count('POST /sync/v1/files');

test('a photo larger than the office takes is told as refused, and the other photos and reports go on', async () => {
  const { db, office } = await enrolled();
  takesUpTo(office, 5_000);
  const [first, second] = [await sealed(db, [9_000, 1_000]), await sealed(db, [2_000])];
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual(await states(db), ['received', 'complete']);
  const [large, small] = await Promise.all(first.photos.map((digest) => photoRow(db, digest)));
  assert.deepEqual([large.state, large.refusal.problem.code, large.refusal.problem.max_bytes], ['refused', 'too-large', 5_000]);
  assert.equal(small.state, 'uploaded');
  assert.deepEqual([...(await refusedPhotos(db))], [first.photos[0]]);
  const { photos_unsent, photos_refused } = await counts(db);
  assert.deepEqual([photos_unsent, photos_refused], [0, 1]);
  assert.deepEqual(office.pushes.at(-1).unsent, { reports: 0, photos: 1 }, 'the office hears that one is on the phone only');
  assert.equal(digestOf(await photoBytes(db, first.photos[0])), first.photos[0], 'its bytes stay');
  const [record] = await listRecords(db);
  assert.deepEqual([photoStep(record, large, large.digest), photoStep(record, small, small.digest)], ['refused', 'there']);
  assert.equal(second.photos.length, 1);
});

test('a refused photo is left alone for an hour, and then tried again by itself', async () => {
  const { db, office } = await enrolled();
  takesUpTo(office, 5_000);
  await sealed(db, [9_000]);
  const quietly = { insist: false };
  await round(db, office, quietly);
  await round(db, office, { ...quietly, clock: at(3_000_000) });
  assert.equal(creations(office), 1);
  await round(db, office, { ...quietly, clock: at(3_700_000) });
  assert.equal(creations(office), 2);
  await round(db, office, { ...quietly, clock: at(-86_400_000) });
  assert.equal(creations(office), 3, 'a clock that was set back does not keep it for ever');
});

test('an office that takes larger photos since gets the refused one with the next round', async () => {
  const { db, office } = await enrolled();
  takesUpTo(office, 5_000);
  const record = await sealed(db, [9_000]);
  await round(db, office, { insist: false });
  office.max_bytes = 10_000;
  await round(db, office, { insist: false });
  assert.deepEqual(await states(db), ['complete']);
  const row = await photoRow(db, record.photos[0]);
  assert.deepEqual([row.state, row.refusal], ['uploaded', null]);
});

test('a person who tries again has a refused photo sent at once, and a tap on sync asks too, once a round', async () => {
  const { db, office } = await enrolled();
  let refuses = true;
  office.before = (method, path) => { if (refuses && method === 'PATCH' && path.includes('/files/')) throw problem(403, 'forbidden'); };
  await sealed(db, [9_000]);
  await sealed(db, [1_000]);
  await round(db, office, { insist: false });
  assert.equal((await counts(db)).photos_refused, 2);
  await round(db, office, { insist: true });
  assert.equal(creations(office), 4);
  refuses = false;
  const [record] = await listRecords(db);
  await tryAgain(db, [record]);
  assert.deepEqual([(await counts(db)).photos_unsent, (await counts(db)).photos_refused], [1, 1]);
  await round(db, office, { insist: false });
  assert.deepEqual(await states(db), ['complete', 'received']);
});

test('a photo whose every upload the server ends is told, and blocks no larger one', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [1_000, 9_000]);
  office.before = (method, path) => {
    const [, id] = /\/files\/(.+)$/.exec(path) ?? [];
    if (method === 'PATCH' && office.uploads.get(id).digest === record.photos[0]) throw problem(410, 'upload-gone');
  };
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual([...office.blobs.keys()], [record.photos[1]]);
  assert.equal((await photoRow(db, record.photos[0])).refusal.problem.code, 'upload-gone');
});

test('a correction that keeps a refused photo tells of it too, and one without it is complete', async () => {
  const { db, office } = await enrolled();
  takesUpTo(office, 5_000);
  const first = await sealed(db, [9_000, 1_000]);
  await round(db, office, { insist: false });
  const kept = await revise(db, first.id);
  await seal(db, { ...kept, note: '更正' }, WORLD);
  await round(db, office, { insist: false });
  const [, second] = await listRecords(db);
  assert.deepEqual([second.state, second.missing, [...(await refusedPhotos(db))]], ['received', [first.photos[0]], [first.photos[0]]]);
  const without = await revise(db, first.id);
  await seal(db, { ...without, photos: without.photos.slice(1) }, WORLD);
  await round(db, office, { insist: false });
  assert.equal((await listRecords(db))[2].state, 'complete');
});

test('after a restore a refused photo is offered like every other', async () => {
  const { db, office } = await enrolled();
  takesUpTo(office, 5_000);
  await sealed(db, [9_000]);
  await round(db, office, { insist: false });
  office.restore_to_nothing();
  office.epoch = 'e2';
  await round(db, office, { insist: false });
  assert.equal(creations(office), 2);
});

test('a record that was set aside goes on once a person tries it again and the office takes it', async () => {
  const { db, office } = await enrolled();
  const judge = office.judge.bind(office);
  office.judge = (item) => {
    if (item.manifest.includes('poison')) throw problem(422, 'invalid');
    return judge(item);
  };
  await sealed(db, [], { note: 'poison' });
  await round(db, office);
  const [aside] = await listRecords(db);
  assert.equal(aside.state, 'aside');
  await tryAgain(db, [aside]);
  await round(db, office);
  assert.deepEqual(await states(db), ['aside'], 'nothing has changed at the office yet');
  office.judge = judge;
  await round(db, office);
  assert.deepEqual(await states(db), ['aside'], 'nothing is offered again by itself');
  await tryAgain(db, await listRecords(db));
  await round(db, office);
  assert.deepEqual(await states(db), ['complete']);
});

/** What `flask sync import` answers of a queue that lacked a photo: the receipt is older than the photos it brought. */
function carriedWithout(office, record, lacking) {
  const item = { type: record.type, manifest: record.manifest, signature: record.signature };
  const { receipt } = office.judge(item);
  for (const digest of record.photos.filter((each) => each !== lacking)) office.blobs.set(digest, 'carried');
  const row = office.stored().find(({ digest }) => digest === record.digest);
  return { ...office.word(row), outcome: 'stored', flags: [], receipt };
}

test('after an import that lacked a photo the counts and the report say one photo, and the next round sends that one', async () => {
  const { db, office } = await enrolled();
  const sent = await sealed(db, [1_000, 2_000, 3_000]);
  const result = carriedWithout(office, sent, sent.photos[1]);
  assert.equal((await readReceiptsFile(db, JSON.stringify({ receipts: [result] }))).received, 1);
  assert.equal((await counts(db)).photos_unsent, 1);
  const [record] = await listRecords(db);
  const rows = await Promise.all(sent.photos.map((digest) => photoRow(db, digest)));
  assert.deepEqual(rows.map((row) => photoStep(record, row, row.digest)), ['there', 'here', 'there']);
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual([...office.uploads.values()].map((upload) => upload.digest), [sent.photos[1]]);
  assert.deepEqual([await states(db), (await counts(db)).photos_unsent], [['complete'], 0]);
});

test('a photo that was uploaded and is told missing by an import is offered again, from the beginning', async () => {
  const { db, office } = await enrolled();
  const sent = await sealed(db, [1_000, 2_000]);
  let patches = 0;
  office.before = (method) => { if (method === 'PATCH' && (patches += 1) > 1) throw problem(503, 'unavailable'); };
  await round(db, office);
  assert.equal((await photoRow(db, sent.photos[0])).state, 'uploaded');
  office.before = () => {};
  office.blobs.clear();
  const row = office.stored()[0];
  const said = { ...office.word({ ...row, photos: [] }), missing: sent.photos, outcome: 'duplicate' };
  const { payload } = said.receipt;
  const stale = { ...JSON.parse(payload), state: 'received', photos: { declared: 2, stored: 1 } };
  await readReceiptsFile(db, JSON.stringify({ receipts: [{ ...said, receipt: office.signer.signed(stale) }] }));
  assert.deepEqual([(await photoRow(db, sent.photos[0])).state, (await counts(db)).photos_unsent], ['here', 2]);
  await round(db, office, { clock: at(3_600_000) });
  assert.deepEqual([await states(db), office.blobs.size], [['complete'], 2]);
});

test('task progress is counted among what waits and told apart from reports', async () => {
  const { db } = await enrolled();
  for (let i = 0; i < 3; i += 1) await sealed(db);
  for (let i = 0; i < 2; i += 1) await sealTaskProgress(db, { task_id: 'd36d0517-f007-4578-998d-5849eaa64b88', state: 'done' }, WORLD);
  const { queued, steps } = await counts(db);
  assert.deepEqual([queued, steps], [5, 2]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import { readLog } from '../../../client_sync/phone/store/log.js';
import { counts, listRecords, revise, seal, sealTaskProgress } from '../../../client_sync/phone/store/outbox.js';
import { keepDraft } from '../../../client_sync/phone/store/drafts.js';
import { photoRow } from '../../../client_sync/phone/store/photos.js';
import { cut, digestOf, problem, Reply, Signer } from './fake_office.mjs';
import { enrolled, round, sealed, WORLD } from './phones.mjs';

const states = async (db) => (await listRecords(db)).map((record) => record.state);

test('reports with photos are complete after one round, and the server holds exactly these bytes', async () => {
  const { db, office } = await enrolled();
  const first = await sealed(db, [700_000, 12_000]);
  const second = await sealed(db);
  const summary = await round(db, office);
  assert.deepEqual([summary.ok, summary.problem_code, summary.uploaded], [true, null, 2]);
  assert.deepEqual(await states(db), ['complete', 'complete']);
  const held = office.stored().map((row) => [row.digest, row.current]);
  assert.deepEqual(held, [[first.digest, 'stored'], [second.digest, 'stored']]);
  for (const digest of first.photos) {
    assert.equal(digestOf(office.blobs.get(digest)), digest);
    assert.equal((await photoRow(db, digest)).state, 'uploaded');
  }
  assert.equal(office.largest_patch, 256 * 1024);
  assert.equal(office.patched_bytes, 712_000);
});

test('small photos travel first, and each says which report it belongs to', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [40_000, 1_000, 9_000]);
  await round(db, office);
  const sent = [...office.uploads.values()];
  assert.deepEqual(sent.map((upload) => upload.length), [1_000, 9_000, 40_000]);
  assert.deepEqual([sent[0].facts.report_id, sent[0].facts.rev, sent[0].facts.filetype], [record.id, '1', 'image/jpeg']);
});

test('every push says how much is unsent, and the round ends with the true counts', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [1_000]);
  await round(db, office);
  const told = office.pushes.map(({ unsent, items }) => [unsent.reports, unsent.photos, items.length]);
  assert.deepEqual(told, [[1, 1, 1], [0, 0, 0]]);
  await round(db, office);
  assert.equal(office.pushes.length, 2, 'what the server was told already is not told again');
});

test('a task event travels beside its report and is complete at once', async () => {
  const { db, office } = await enrolled();
  await sealTaskProgress(db, { task_id: 'd36d0517-f007-4578-998d-5849eaa64b88', state: 'started' }, WORLD);
  await sealed(db);
  await round(db, office);
  assert.equal(office.stored('task_progress')[0].said.state, 'started');
  assert.deepEqual(await states(db), ['complete', 'complete']);
});

test('a correction is a full revision that names the digest before it', async () => {
  const { db, office } = await enrolled();
  const first = await sealed(db, [2_000]);
  await round(db, office);
  const draft = await revise(db, first.id);
  assert.equal((await revise(db, first.id)).updated_at, draft.updated_at, 'a correction begun is gone on with');
  await keepDraft(db, { ...draft, note: '地点有误' });
  await seal(db, { ...draft, note: '地点有误' }, WORLD);
  await round(db, office);
  const [, second] = office.stored();
  assert.deepEqual([second.rev, second.said.prev, second.said.note, second.current], [2, first.digest, '地点有误', 'stored']);
  assert.deepEqual(second.photos, first.photos);
  assert.deepEqual(await states(db), ['complete', 'complete']);
});

const PORTALS = {
  'a page of a captive portal': new Reply(200, '<html>登录</html>'),
  'a redirect': new Reply(302, null, { Location: 'https://portal.test/' }),
  'a redirect the browser hides': new Reply(307, null, { Location: 'http://office.test/' }),
  'an empty object': new Reply(200, {}),
  'results without receipts': new Reply(200, { results: [{ outcome: 'stored', missing: [], receipt: null }] }),
  'an authentication page of somebody else': new Reply(401, '<html>'),
};
for (const [name, reply] of Object.entries(PORTALS)) {
  test(`${name} acknowledges nothing and loses nothing`, async () => {
    const { db, office } = await enrolled();
    await sealed(db, [1_000]);
    office.before = () => { throw reply; };
    const summary = await round(db, office);
    assert.equal(summary.ok, false);
    assert.equal(summary.problem_code, 'not-believed');
    assert.deepEqual(await states(db), ['queued']);
    assert.equal((await readIdentity(db)).standing, 'ok');
    office.before = () => {};
    assert.equal((await round(db, office)).ok, true);
    assert.deepEqual(await states(db), ['complete']);
  });
}

for (const [name, reply] of Object.entries(PORTALS)) {
  test(`${name} that steps in at the push acknowledges nothing either`, async () => {
    const { db, office } = await enrolled();
    await sealed(db, [1_000]);
    office.before = (_, path) => { if (path.endsWith('/push')) throw reply; };
    assert.equal((await round(db, office)).problem_code, 'not-believed');
    assert.deepEqual([await states(db), office.rows.size], [['queued'], 0]);
  });
}

test('a receipt by a key nobody vouched for acknowledges nothing', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  const stranger = new Signer();
  office.spoil = (receipt) => stranger.signed(JSON.parse(receipt.payload));
  const summary = await round(db, office);
  assert.equal(summary.problem_code, 'not-believed');
  assert.deepEqual(await states(db), ['queued']);
});

test('a receipt about another report acknowledges nothing', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  office.spoil = (receipt) => office.signer.signed({ ...JSON.parse(receipt.payload), digest: digestOf('other') });
  assert.equal((await round(db, office)).unbelieved > 0, true);
  assert.deepEqual(await states(db), ['queued']);
});

test('a push that is too much is halved until the server takes it, and one item alone is set aside', async () => {
  const { db, office } = await enrolled();
  for (let i = 0; i < 5; i += 1) await sealed(db);
  office.max_items = 1;
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual(await states(db), Array(5).fill('complete'));
  office.max_items = 0;
  await sealed(db);
  await round(db, office).catch(() => null);
  const last = (await listRecords(db)).at(-1);
  assert.deepEqual([last.state, last.problem.code], ['aside', 'too-large']);
});

test('a server that refuses even an empty push sets no report aside', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  await sealed(db);
  for (const reply of [problem(400, 'malformed'), problem(413, 'too-large')]) {
    office.before = (_, path) => { if (path.endsWith('/push')) throw reply; };
    assert.equal((await round(db, office)).problem_code, reply.body.code);
    assert.deepEqual(await states(db), ['queued', 'queued']);
  }
});

test('one report the server refuses as it is waits for a person, and the others go on', async () => {
  const { db, office } = await enrolled();
  for (let i = 0; i < 4; i += 1) await sealed(db, [], { note: i === 2 ? 'poison' : `n${i}` });
  const judge = office.judge.bind(office);
  office.judge = (item) => {
    if (item.manifest.includes('poison')) throw problem(422, 'invalid');
    return judge(item);
  };
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual(await states(db), ['complete', 'complete', 'aside', 'complete']);
});

test('a busy server is left alone for as long as it asked, even when a person insists', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  office.before = () => { throw problem(503, 'unavailable', { 'Retry-After': '120' }); };
  const before = Date.now();
  const summary = await round(db, office);
  assert.equal(summary.problem_code, 'unavailable');
  assert.ok(summary.retry_at_ms >= before + 120_000);
  office.before = () => {};
  const asked = office.requests.length;
  assert.equal((await round(db, office)).retry_at_ms, summary.retry_at_ms);
  assert.equal(office.requests.length, asked, 'nothing was asked');
  const later = { nowMs: () => Date.now() + 121_000, nowIso: () => new Date().toISOString(), monoMs: () => 0, zone: () => 'UTC' };
  assert.equal((await round(db, office, { clock: later })).ok, true);
});

for (const [code, standing] of [['device-revoked', 'revoked'], ['token-expired', 'expired']]) {
  test(`${code} keeps everything and asks to enrol again, after which all is sent`, async () => {
    const { db, office, name } = await enrolled();
    await sealed(db, [5_000]);
    office.revoked.set((await readIdentity(db)).token, code);
    assert.equal((await round(db, office)).problem_code, code);
    assert.equal((await readIdentity(db)).standing, standing);
    assert.deepEqual(await states(db), ['queued']);
    const again = await enrolled(office, 'code-2', name);
    const identity = await readIdentity(again.db);
    assert.deepEqual([identity.standing, identity.next_seq, identity.chain], ['ok', 1, null]);
    const second = await sealed(again.db);
    assert.equal(second.seq, 1);
    assert.equal((await round(again.db, office)).ok, true);
    assert.deepEqual(await states(again.db), ['complete', 'complete']);
    assert.deepEqual(office.stored().map((row) => row.current), ['stored', 'stored']);
  });
}

test('after a restore everything still held is offered again, photos too, once a signed word names the new epoch', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [3_000, 300_000]);
  await round(db, office);
  office.restore_to_nothing();
  office.epoch = 'e2';
  await round(db, office);
  const identity = await readIdentity(db);
  assert.deepEqual([identity.epoch, identity.past_epochs.length], ['e2', 1]);
  assert.deepEqual(await states(db), ['complete']);
  assert.deepEqual(office.stored().map((row) => row.digest), [record.digest]);
  assert.equal(office.blobs.size, 2);
});

test('a header that speaks of a new epoch is a rumour: nothing is offered again before something signed repeats it', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  await round(db, office);
  const pushes = office.pushes.length;
  const lying = async (url, init) => {
    const response = await office.fetch(url, init);
    const headers = new Headers(response.headers);
    headers.set('Server-Epoch', 'rumour');
    return new Response(await response.arrayBuffer(), { status: response.status, headers });
  };
  await round(db, office, { fetch: lying });
  assert.equal(office.pushes.length, pushes);
  assert.notEqual((await readIdentity(db)).epoch, 'rumour');
  assert.deepEqual(await states(db), ['complete']);
});

test('one report that breaks the server does not block those behind it', async () => {
  const { db, office } = await enrolled();
  for (let i = 0; i < 4; i += 1) await sealed(db, [], { note: i === 1 ? 'poison' : `n${i}` });
  const judge = office.judge.bind(office);
  office.judge = (item) => {
    if (item.manifest.includes('poison')) throw problem(500, 'internal');
    return judge(item);
  };
  await round(db, office);
  assert.deepEqual(await states(db), ['complete', 'queued', 'complete', 'complete']);
});

test('a photo upload that is cut goes on where the server stands, with no byte sent twice', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [900_000]);
  let patches = 0;
  office.after = (method) => {
    if (method === 'PATCH' && (patches += 1) === 2) throw cut();
  };
  assert.equal((await round(db, office)).ok, true);
  assert.equal(office.patched_bytes, 900_000);
  assert.equal(office.count('POST /sync/v1/files'), 1);
  assert.deepEqual(await states(db), ['complete']);
});

test('an upload cut for good is taken up by the next round at the stored address', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [900_000]);
  let patches = 0;
  office.before = (method) => {
    if (method === 'PATCH' && (patches += 1) > 1) throw cut();
  };
  assert.equal((await round(db, office)).problem_code, 'unreachable');
  assert.deepEqual(await states(db), ['received']);
  office.before = () => {};
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual([office.patched_bytes, office.count('POST /sync/v1/files')], [900_000, 1]);
});

test('an upload the server no longer has, or whose bytes it found damaged, starts over', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [600_000]);
  let patches = 0;
  office.before = (method) => {
    if (method !== 'PATCH') return;
    patches += 1;
    if (patches === 2) office.uploads.forEach((upload) => { upload.bytes[0] ^= 1; });
    if (patches === 5) office.uploads.clear();
  };
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual(await states(db), ['complete']);
});

test('bytes the server has already are not sent again', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [50_000]);
  await round(db, office);
  const patched = office.patched_bytes;
  office.rows.clear();
  office.epoch = 'e2';
  const [digest] = record.photos;
  const word = office.word.bind(office);
  let is_first = true;
  office.word = (row) => {
    const blobs = office.blobs;
    if (is_first) office.blobs = new Map();
    const said = word(row);
    [office.blobs, is_first] = [blobs, false];
    return said;
  };
  assert.equal((await round(db, office)).ok, true);
  assert.equal(office.patched_bytes, patched);
  assert.equal((await photoRow(db, digest)).state, 'uploaded');
});

/** The office's fetch with one header of some answers changed on the way. */
const altered = (office, method, name, value) => async (url, init) => {
  const response = await office.fetch(url, init);
  if (init.method !== method || !response.headers.has(name)) return response;
  const headers = new Headers(response.headers);
  headers.set(name, value(headers.get(name)));
  return new Response(null, { status: response.status, headers });
};

test('an upload address on another server is not followed: token and bytes stay with the office', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [1_000]);
  const hosts = new Set();
  const elsewhere = altered(office, 'POST', 'Location', (path) => `https://elsewhere.test${path}`);
  const watched = async (url, init) => {
    hosts.add(new URL(url).host);
    return elsewhere(url, init);
  };
  assert.equal((await round(db, office, { fetch: watched })).problem_code, 'not-believed');
  assert.deepEqual([[...hosts], await states(db)], [['office.test'], ['received']]);
  assert.equal((await round(db, office)).ok, true);
});

const LIES = {
  'beyond what was sent': (at) => String(Number(at) + 1), 'that is no number': () => 'soon', 'before the last': () => '-1',
};
for (const [name, lie] of Object.entries(LIES)) {
  test(`an offset ${name} is not believed`, async () => {
    const { db, office } = await enrolled();
    await sealed(db, [300_000]);
    const summary = await round(db, office, { fetch: altered(office, 'PATCH', 'Upload-Offset', lie) });
    assert.equal(summary.problem_code, 'not-believed');
    assert.deepEqual(await states(db), ['received']);
    assert.equal((await round(db, office)).ok, true);
    assert.deepEqual(await states(db), ['complete']);
  });
}

test('a photo counts as arrived only where the signed counts say the same as the unsigned list', async () => {
  const { db, office } = await enrolled();
  const record = await sealed(db, [1_000]);
  const word = office.word.bind(office);
  office.word = (row) => ({ ...word(row), missing: [] });
  await round(db, office);
  assert.equal((await photoRow(db, record.photos[0])).state, 'here');
  office.word = word;
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual([await states(db), office.blobs.size], [['complete'], 1]);
});

test('a photo damaged on this phone is said to be lost, and its report and the others go on', async () => {
  const { db, office } = await enrolled();
  const broken = await sealed(db, [4_000]);
  await sealed(db, [5_000]);
  await db.put('photo_bytes', new Uint8Array(4_000), broken.photos[0]);
  assert.equal((await round(db, office)).ok, true);
  const [first, second] = await listRecords(db);
  assert.deepEqual([first.state, first.problem.code, second.state], ['received', 'photo-lost', 'complete']);
  assert.equal((await counts(db)).photos_unsent, 0);
});

test('with photos kept back reports travel and photos stay', async () => {
  const { db, office } = await enrolled();
  await sealed(db, [4_000]);
  assert.equal((await round(db, office, { photos_allowed: false })).ok, true);
  assert.deepEqual([await states(db), office.uploads.size], [['received'], 0]);
});

test('a failure leaves a line in the diary with the name the server gave the exchange', async () => {
  const { db, office } = await enrolled();
  await sealed(db);
  office.before = (_, path) => { if (path.endsWith('/push')) throw problem(403, 'forbidden'); };
  assert.equal((await round(db, office)).problem_code, 'forbidden');
  const [line] = await readLog(db);
  assert.equal(line.code, 'forbidden');
  assert.match(line.request_id, /^[0-9a-f-]{36}$/);
  assert.doesNotMatch(line.text, new RegExp((await readIdentity(db)).token));
});

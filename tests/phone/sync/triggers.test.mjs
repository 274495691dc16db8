import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { changesOf, openDatabase } from '../../../client_sync/phone/store/database.js';
import { keepSetting } from '../../../client_sync/phone/store/identity.js';
import { readPackage } from '../../../client_sync/phone/store/land.js';
import { listRecords } from '../../../client_sync/phone/store/outbox.js';
import { photosAllowed } from '../../../client_sync/phone/sync/data_saver.js';
import { startTriggers, Triggers } from '../../../client_sync/phone/sync/triggers.js';
import { problem } from './fake_office.mjs';
import { FakeLocks, useLocks } from './locks.mjs';
import { clock, enrolled, sealed } from './phones.mjs';

const tabOf = (db, { fetch }) => new Triggers({ db, changes: changesOf(db), clock }, { fetch, jitter: () => 0 });

test('two tabs asked to sync at once never send twice: one works, the other leaves it to that one', async () => {
  useLocks(new FakeLocks());
  const { db, name, office } = await enrolled();
  for (let i = 0; i < 5; i += 1) await sealed(db, [300_000]);
  const tabs = [tabOf(db, office), tabOf(await openDatabase(name), office)];
  await Promise.all(tabs.flatMap((tab) => [tab.syncNow('start'), tab.syncNow('button')]));
  assert.equal(office.most_busy, 1, 'two exchanges were under way at once');
  assert.deepEqual((await listRecords(db)).map((record) => record.state), Array(5).fill('complete'));
  assert.equal(office.pushes.flatMap((push) => push.items).length, 5);
  assert.equal(office.patched_bytes, 1_500_000);
  assert.ok(tabs.some((tab) => tab.progress.problem_code === 'other-tab'));
});

test('without Web Locks one tab still runs one round at a time', async () => {
  useLocks(null);
  const { db, office } = await enrolled();
  await sealed(db, [300_000]);
  const tab = tabOf(db, office);
  await Promise.all(['start', 'online', 'button', 'visible'].map((why) => tab.syncNow(why)));
  assert.equal(office.most_busy, 1);
  assert.equal(office.patched_bytes, 300_000);
});

test('what is sealed while a round runs goes with the round after it', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  await sealed(db);
  const tab = tabOf(db, office);
  const running = tab.syncNow('start');
  await sealed(db);
  await tab.syncNow('button');
  await running;
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['complete', 'complete']);
});

test('what another tab seals while this one is at work goes soon after, by the tab that works', async (t) => {
  useLocks(new FakeLocks());
  const { db, name, office } = await enrolled();
  const other = await openDatabase(name);
  await sealed(db);
  const waits = [];
  const { setTimeout: later } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (go, ms, ...given) => {
    if (ms >= 1_000 && ms < 60_000) waits.push(ms);
    return later(go, ms, ...given);
  });
  let sealing = null;
  office.before = (_, path) => { if (path.endsWith('/pull')) sealing ??= sealed(other); };
  const tab = tabOf(db, office);
  tab.listen();
  for (let tries = 0; waits.length === 0 && tries < 500; tries += 1) await new Promise((go) => { later(go, 10); });
  assert.deepEqual([...new Set(waits)], [1_000]);
  tab.stop();
});

test('a stopped tab ends its round at the next exchange and keeps what was acknowledged', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  await sealed(db, [600_000]);
  const tab = tabOf(db, office);
  office.after = (method) => { if (method === 'PATCH') tab.stop(); };
  await tab.syncNow('button');
  assert.equal(tab.progress.problem_code, 'stopped');
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['received']);
  office.after = () => {};
  await tabOf(db, office).syncNow('button');
  assert.equal(office.patched_bytes, 600_000);
});

test('progress is told as it goes and ends done, or failed with the code that explains it', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  await sealed(db, [1_000]);
  const tab = tabOf(db, office);
  const phases = [];
  changesOf(db).addEventListener('sync', () => phases.push(tab.progress.phase));
  await tab.syncNow('button');
  assert.deepEqual([...new Set(phases)], ['pushing', 'uploading', 'receipts', 'pulling', 'package', 'done']);
  office.before = () => { throw problem(503, 'unavailable', { 'Retry-After': '60' }); };
  await tab.syncNow('button');
  assert.deepEqual([tab.progress.phase, tab.progress.problem_code], ['waiting', 'unavailable']);
});

test('a phone that seals starts a round by itself, and a failing one does not hammer the server', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  let rounds = 0;
  const round = async () => {
    rounds += 1;
    return { ok: false, problem_code: 'unreachable', retry_at_ms: null, uploaded: 0, unbelieved: 0, outcomes: {} };
  };
  const tab = startTriggers({ db, changes: changesOf(db), clock }, { fetch: office.fetch, jitter: () => 0, round });
  await tab.syncNow('start');
  const started = rounds;
  assert.ok(started >= 1);
  await tab.syncNow('change');
  assert.equal(rounds, started, 'its own wait is not over');
  await tab.syncNow('button');
  assert.equal(rounds, started + 1, 'a person need not wait');
  tab.stop();
});

test('the data saver decides by setting, connection and whether a person asked', () => {
  const wifi = { type: 'wifi' };
  const mobile = { type: 'cellular' };
  const careful = { type: 'cellular', saveData: true };
  const cases = [
    ['always', mobile, 'start', true], ['always', null, 'start', true], ['always', careful, 'start', false],
    ['wifi', wifi, 'start', true], ['wifi', mobile, 'button', false], ['wifi', mobile, 'photos', true],
    ['wifi', null, 'start', false], ['wifi', null, 'button', true], ['wifi', { type: 'unknown' }, 'button', true],
    ['button', wifi, 'start', false], ['button', mobile, 'button', true],
  ];
  for (const [setting, connection, why, allowed] of cases) {
    assert.equal(photosAllowed(setting, connection, why), allowed, `${setting} ${JSON.stringify(connection)} ${why}`);
  }
});

test('with photos only on the button, the start sends reports and the button the photos', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  await keepSetting(db, 'photos_on', 'button');
  await sealed(db, [1_000]);
  const tab = tabOf(db, office);
  await tab.syncNow('start');
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['received']);
  await tab.syncNow('button');
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['complete']);
});

/** A phone whose area comes in part, and then nothing more on that connection; the next one brings the rest. */
async function downloading() {
  useLocks(new FakeLocks());
  const { db, name, office } = await enrolled();
  const lines = [{ entity: 'package', v: 1, area: '320583', counts: {} }, { entity: 'end', lines: 2 }];
  const bytes = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  office.packages.set('320583', bytes);
  const sent = [];
  office.streamed = (part) => {
    sent.push(part.length);
    if (sent.length > 1) return part;
    return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(part.subarray(0, 20))) });
  };
  const tab = tabOf(db, office);
  return { db, name, office, tab, sent, whole: bytes.length };
}

const until = async (is_so) => {
  for (let tries = 0; !(await is_so()); tries += 1) {
    assert.ok(tries < 500, 'it never came');
    await new Promise((go) => { setTimeout(go, 10); });
  }
};
const isInstalled = async (db) => (await readPackage(db)) !== null;
const isSent = async (db) => (await listRecords(db)).every((record) => record.state === 'complete');

test('a report that is sealed while the area is downloaded does not wait for it, and the download goes on where it was', async () => {
  const { db, name, office, tab, sent, whole } = await downloading();
  tab.listen();
  await until(() => tab.progress.phase === 'package' && tab.progress.done > 0);
  await sealed(await openDatabase(name), [1_000]);
  await until(() => isSent(db));
  await until(() => isInstalled(db));
  assert.deepEqual(sent, [whole, whole - 20]);
  const pushed = office.requests.indexOf('POST /sync/v1/push');
  assert.ok(pushed < office.requests.lastIndexOf('GET /sync/v1/areas/320583/package'), 'the report went before the rest of the area');
  tab.stop();
});

test('a person who taps sync while the area is downloaded gets a round at once', async () => {
  const { db, tab, sent } = await downloading();
  const running = tab.syncNow('start');
  await until(() => tab.progress.phase === 'package' && tab.progress.done > 0);
  await sealed(db);
  await tab.syncNow('button');
  await running;
  assert.deepEqual([await isSent(db), await isInstalled(db), sent.length], [true, true, 2]);
  assert.deepEqual([tab.progress.phase, tab.progress.problem_code], ['done', null]);
});

test('an app that is closed while the area is downloaded stops at once', async () => {
  const { tab } = await downloading();
  const running = tab.syncNow('start');
  await until(() => tab.progress.phase === 'package' && tab.progress.done > 0);
  tab.stop();
  await running;
  assert.equal(tab.progress.problem_code, 'stopped');
});

test('an exchange that hangs on a dead connection is given up when a network comes or a person asks, and sent anew', async () => {
  useLocks(new FakeLocks());
  const { db, office } = await enrolled();
  await sealed(db, [300_000]);
  let [ahead_ms, hung] = [0, 0];
  const hanging = (url, what) => {
    if (what.method !== 'PATCH' || hung > 0) return office.fetch(url, what);
    hung += 1;
    return new Promise((_, reject) => { what.signal.addEventListener('abort', () => reject(new TypeError('aborted'))); });
  };
  const tab = new Triggers({ db, changes: changesOf(db), clock: { ...clock, nowMs: () => clock.nowMs() + ahead_ms } }, { fetch: hanging, jitter: () => 0 });
  const running = tab.syncNow('start');
  while (hung === 0) await new Promise((go) => { setTimeout(go, 5); });
  void tab.syncNow('button');
  await new Promise((go) => { setTimeout(go, 20); });
  assert.equal((await listRecords(db))[0].state, 'received', 'an exchange that has only just begun is left alone');
  ahead_ms = 11_000;
  void tab.syncNow('online');
  await running;
  assert.deepEqual((await listRecords(db)).map((record) => record.state), ['complete']);
});

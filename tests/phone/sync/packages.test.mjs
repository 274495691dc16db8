import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import {
  allParcels, dutiesOf, featuresIn, lawTexts, parcelByCode, parcelsIn, parcelsNear, readPackage, searchLand,
} from '../../../client_sync/phone/store/land.js';
import { readLog } from '../../../client_sync/phone/store/log.js';
import { listRecords } from '../../../client_sync/phone/store/outbox.js';
import { photoBytes } from '../../../client_sync/phone/store/photos.js';
import { downloadPackage, widest } from '../../../client_sync/phone/sync/packages.js';
import { Wire } from '../../../client_sync/phone/sync/wire.js';
import { clock, enrolled, round, sealed } from './phones.mjs';
import { ORIGIN } from './fake_office.mjs';
import { FakeLocks, useLocks } from './locks.mjs';

const GOLDEN = readFileSync(new URL('../../../schemas/examples/package.ndjson', import.meta.url), 'utf8');
const LINES = GOLDEN.trim().split('\n').map((line) => JSON.parse(line));
const AREA = LINES[0].area;
const PARCELS = LINES.filter((line) => line.entity === 'parcel');
const NOTES = LINES.filter((line) => line.entity === 'case_note');
/** What a pull of the same office says of its open leads and cases. */
const told = (notes) => notes.map(({ entity, ...data }) => ({ entity, id: data.id, op: 'put', data }));

const packed = (lines) => gzipSync(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
const smaller = () => {
  const kept = LINES.filter((line) => line.entity !== 'parcel' || line.id === PARCELS[0].id);
  const counts = { ...LINES[0].counts, parcel: 1 };
  return packed([{ ...LINES[0], counts }, ...kept.slice(1, -1), { entity: 'end', lines: kept.length }]);
};

async function phoneWith(bytes) {
  const { db, office } = await enrolled();
  office.regions = [AREA];
  office.packages.set(AREA, bytes);
  const { token } = await readIdentity(db);
  return { db, office, wire: new Wire({ origin: ORIGIN, token, fetch: office.fetch }) };
}

test('a round brings the package of the own area: parcels, features, duties, notes and law texts', async () => {
  const { db, office } = await phoneWith(packed(LINES));
  office.pull = () => ({ changes: told(NOTES), cursor: 'c0', more: false });
  assert.equal((await round(db, office)).ok, true);
  const row = await readPackage(db);
  assert.deepEqual([row.area, row.changed, row.pending], [AREA, false, null]);
  assert.equal((await allParcels(db)).length, PARCELS.length);
  assert.deepEqual((await parcelByCode(db, PARCELS[0].code)).geometry, PARCELS[0].geometry);
  assert.equal((await lawTexts(db)).length, LINES[0].counts.law_text);
  assert.equal(await db.count('duties'), LINES[0].counts.duty);
  assert.equal(await db.count('case_notes'), LINES[0].counts.case_note);
  assert.equal(await db.count('package_parts'), 0);
  const duty = LINES.find((line) => line.entity === 'duty');
  assert.equal((await dutiesOf(db, duty.parcel_id)).some((each) => each.id === duty.id), true);
});

test('a package brings back no lead or case that a pull has taken away since it was cut, and takes away none that came', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  const [ended, stays] = NOTES;
  const opened = { ...stays, id: 'opened-since', number: '2' };
  const pages = { null: { changes: told(NOTES), cursor: 'c1', more: false }, c1: {
    changes: [{ entity: 'case_note', id: ended.id, op: 'delete' }, ...told([opened])], cursor: 'c2', more: false,
  } };
  office.pull = (cursor) => pages[cursor] ?? { changes: [], cursor: 'c2', more: false };
  await round(db, office);
  await round(db, office);
  await db.put('packages', { ...(await readPackage(db)), etag: '"sha256:older"' });
  await downloadPackage(db, wire, AREA);
  const kept = (await db.getAll('case_notes')).map((note) => note.id);
  assert.deepEqual(kept.sort(), [stays.id, opened.id].sort());
});

test('before the first pull the package tells of leads and cases, and the whole of that pull takes their place', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  await downloadPackage(db, wire, AREA);
  assert.equal(await db.count('case_notes'), LINES[0].counts.case_note);
  office.pull = (cursor) => (cursor === null
    ? { changes: told(NOTES.slice(1)), cursor: 'c1', more: true } : { changes: [], cursor: 'c2', more: false });
  await round(db, office);
  assert.deepEqual((await db.getAll('case_notes')).map((note) => note.id), NOTES.slice(1).map((note) => note.id));
});

test('an unchanged package is not sent again, and is not asked for again the same day', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  await round(db, office);
  await round(db, office);
  assert.equal(office.count(`GET /sync/v1/areas/${AREA}`), 1);
  const before = await readPackage(db);
  const after = await downloadPackage(db, wire, AREA);
  assert.equal(after.installed_at, before.installed_at);
  assert.ok(Date.parse(after.checked_at) >= Date.parse(before.checked_at));
});

test('a screenful is found by its box, a county by reading all, and a place far away holds nothing', async () => {
  const { db, wire } = await phoneWith(packed(LINES));
  await downloadPackage(db, wire, AREA);
  const [west, south, east, north] = LINES[0].bbox;
  assert.equal((await parcelsIn(db, [west, south, east, north])).length, PARCELS.length);
  const [lon, lat] = PARCELS[0].geometry.coordinates.flat(4);
  const near = await parcelsIn(db, [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4]);
  assert.ok(near.some((each) => each.id === PARCELS[0].id));
  assert.deepEqual(await parcelsIn(db, [0, 0, 0.01, 0.01]), []);
  const features = LINES.filter((line) => line.entity === 'feature');
  assert.equal((await featuresIn(db, [west - 1, south - 1, east + 1, north + 1])).length, features.length);
  const { layer } = features[0];
  const of_layer = await featuresIn(db, [west, south, east, north], [layer]);
  assert.ok(of_layer.length > 0 && of_layer.every((each) => each.layer === layer));
});

test('land is found by code, holder and the party of a duty, all words at once', async () => {
  const { db, wire } = await phoneWith(packed(LINES));
  await downloadPackage(db, wire, AREA);
  const duty = LINES.find((line) => line.entity === 'duty' && line.party);
  assert.ok((await searchLand(db, duty.party)).some((each) => each.id === duty.parcel_id));
  assert.deepEqual((await searchLand(db, PARCELS[0].code)).map((each) => each.id), [PARCELS[0].id]);
  assert.deepEqual(await searchLand(db, `${PARCELS[0].code} nowhere`), []);
  const in_village = PARCELS.filter((each) => each.region_name === '玉山镇某某村').map((each) => each.id);
  assert.deepEqual((await searchLand(db, '某某村 玉山')).map((each) => each.id), in_village, 'a village is what people know');
  assert.deepEqual(await searchLand(db, '  '), []);
});

test('a download that is cut goes on where it stopped, in another round of the app', async () => {
  const bytes = packed([...LINES.slice(0, -1), LINES.at(-1)]);
  const { db, office, wire } = await phoneWith(bytes);
  const half = Math.floor(bytes.length / 2);
  const { streamed } = office;
  office.streamed = (part) => new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(part.subarray(0, half)));
    },
    pull(controller) {
      controller.error(new TypeError('the connection broke'));
    },
  });
  await assert.rejects(downloadPackage(db, wire, AREA), { code: 'unreachable' });
  assert.equal(await readPackage(db), null, 'nothing is installed before it is whole');
  let asked = null;
  office.streamed = (part) => {
    asked = part.length;
    return streamed(part);
  };
  await downloadPackage(db, wire, AREA);
  assert.equal(asked, bytes.length - half);
  assert.equal((await allParcels(db)).length, PARCELS.length);
});

test('a round does not wait for the area that somebody downloads by hand', async () => {
  useLocks(new FakeLocks());
  const { db, office, wire } = await phoneWith(packed(LINES));
  const { streamed } = office;
  let goOn = () => {};
  office.streamed = (bytes) => new ReadableStream({
    start(controller) {
      goOn = () => {
        controller.enqueue(new Uint8Array(bytes));
        controller.close();
      };
    },
  });
  const by_hand = downloadPackage(db, wire, AREA);
  await sealed(db);
  assert.equal((await round(db, office)).ok, true);
  assert.equal((await listRecords(db))[0].state, 'complete');
  assert.equal(office.count(`GET /sync/v1/areas/${AREA}`), 1, 'and does not download it a second time');
  office.streamed = streamed;
  goOn();
  await by_hand;
  assert.equal((await allParcels(db)).length, PARCELS.length);
  useLocks(null);
});

test('a package that changed during the cut starts over, and replaces the whole area', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  await downloadPackage(db, wire, AREA);
  const row = await readPackage(db);
  await db.put('packages', { ...row, pending: { etag: '"sha256:old"', bytes: 10, total: 20 } });
  await db.put('package_parts', { area: AREA, offset: 0, bytes: new Uint8Array(10) });
  office.packages.set(AREA, smaller());
  await downloadPackage(db, wire, AREA);
  assert.deepEqual((await allParcels(db)).map((each) => each.id), [PARCELS[0].id]);
});

const DAMAGED = {
  'whose bytes do not have its digest': (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]),
  'that ends early though the server says it is whole': (bytes) => bytes.subarray(0, bytes.length - 40),
};
for (const [name, spoil] of Object.entries(DAMAGED)) {
  test(`a package ${name} is thrown away and the old one stays`, async () => {
    const { db, office, wire } = await phoneWith(packed(LINES));
    await downloadPackage(db, wire, AREA);
    office.packages.set(AREA, smaller());
    office.streamed = spoil;
    await assert.rejects(downloadPackage(db, wire, AREA), (fault) => ['package-damaged', 'unreachable'].includes(fault.code));
    assert.equal((await allParcels(db)).length, PARCELS.length);
    office.streamed = (bytes) => bytes;
    await downloadPackage(db, wire, AREA);
    assert.equal((await allParcels(db)).length, 1);
  });
}

const NOT_WHOLE = {
  'package-incomplete': () => packed(LINES.slice(0, -1)),
  'package-version': () => packed([{ ...LINES[0], v: 9 }, ...LINES.slice(1)]),
  'package-unreadable': () => Buffer.from('no gzip at all'),
};
for (const [code, make] of Object.entries(NOT_WHOLE)) {
  test(`what has the right digest and is ${code} leaves the old package in place`, async () => {
    const { db, office, wire } = await phoneWith(packed(LINES));
    await downloadPackage(db, wire, AREA);
    office.packages.set(AREA, make());
    await assert.rejects(downloadPackage(db, wire, AREA), { code });
    assert.equal((await allParcels(db)).length, PARCELS.length);
    assert.equal(await db.count('package_parts'), 0);
  });
}

test('with photos kept back only an area that is not there at all is downloaded', async () => {
  const { db, office } = await phoneWith(packed(LINES));
  await round(db, office, { photos_allowed: false });
  assert.equal((await allParcels(db)).length, PARCELS.length);
  await db.put('packages', { ...(await readPackage(db)), changed: true });
  office.packages.set(AREA, smaller());
  await round(db, office, { photos_allowed: false });
  assert.equal((await allParcels(db)).length, PARCELS.length);
  await round(db, office);
  assert.equal((await allParcels(db)).length, 1);
});

test('a package that the server has not got does not stop the round', async () => {
  const { db, office } = await phoneWith(packed(LINES));
  office.packages.clear();
  await sealed(db);
  assert.equal((await round(db, office)).ok, true);
  assert.equal((await listRecords(db))[0].state, 'complete');
});

test('what goes wrong with a package is written down under the address and the name of its own exchange', async () => {
  const { db, office } = await phoneWith(packed(LINES.slice(0, -1)));
  const give_way = new AbortController().signal;
  assert.equal((await round(db, office, { give_way })).problem_code, 'package-incomplete');
  office.packages.delete(AREA);
  office.regions = ['320998'];
  await round(db, office, { give_way });
  const lines = (await readLog(db)).map(({ code, text }) => [code, text.split(' ').slice(0, 3).join(' ')]);
  assert.deepEqual(lines, [
    ['not-found', 'GET /sync/v1/areas/320998/package 404:'], ['package-incomplete', `GET /sync/v1/areas/${AREA}/package 200:`],
  ]);
});

test('land that is no longer the own is taken off once the new one is there, and not before', async () => {
  const { db, office } = await phoneWith(packed(LINES));
  await round(db, office);
  const other = `${AREA.slice(0, 6)}999`;
  office.regions = [other];
  await round(db, office);
  assert.equal((await allParcels(db)).length, PARCELS.length, 'the new area cannot be had yet');
  office.packages.set(other, packed([{ ...LINES[0], area: other, counts: {} }, { entity: 'end', lines: 2 }]));
  await round(db, office);
  assert.deepEqual([await allParcels(db), await db.count('duties'), (await readPackage(db)).area], [[], 0, other]);
});

test('of areas that contain each other only the widest is downloaded', () => {
  assert.deepEqual(widest(['320583', '320583100', '320584101', '320583']), ['320583', '320584101']);
});

test('a download in vain is not paid for again and again, except by a person', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES.slice(0, -1)));
  assert.equal((await round(db, office)).problem_code, 'package-incomplete');
  assert.equal((await round(db, office)).ok, true);
  assert.equal(office.count(`GET /sync/v1/areas/${AREA}`), 1);
  office.packages.set(AREA, packed(LINES));
  await downloadPackage(db, wire, AREA);
  assert.equal((await allParcels(db)).length, PARCELS.length);
});

test('a phone that has no room for land keeps what room there is for photos', async (context) => {
  const { db, office } = await phoneWith(packed(LINES));
  const { put } = IDBObjectStore.prototype;
  const full = context.mock.method(IDBObjectStore.prototype, 'put', function fails(...given) {
    if (this.name === 'parcels') throw new DOMException('no room', 'QuotaExceededError');
    return put.apply(this, given);
  });
  assert.equal((await round(db, office)).problem_code, 'storage-full');
  full.mock.restore();
  assert.equal(await db.count('package_parts'), 0);
});

test('land is not begun where it would take the room of the next visits', async (context) => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const estimate = async () => ({ quota: 100_000_000, usage: 90_000_000 });
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { ...globalThis.navigator, storage: { estimate } } });
  context.after(() => (before ? Object.defineProperty(globalThis, 'navigator', before) : delete globalThis.navigator));
  await assert.rejects(downloadPackage(db, wire, AREA), { code: 'storage-full' });
  assert.equal(await db.count('package_parts'), 0);
  assert.equal(office.count(`GET /sync/v1/areas/${AREA}`), 1);
});

test('room is made before land is brought, and no wrong clock alone ends the thirty days', async () => {
  const { db, office } = await phoneWith(packed(LINES.slice(0, -1)));
  const record = await sealed(db, [2000]);
  await round(db, office);
  const [digest] = record.photos;
  const day_ms = 86_400_000;
  const later = (days) => ({ ...clock, nowMs: () => clock.nowMs() + days * day_ms });
  await round(db, office, { clock: later(365) });
  assert.notEqual(await photoBytes(db, digest), null, 'a phone that is a year ahead of its server keeps the original');
  office.now = () => new Date(clock.nowMs() + 365 * day_ms).toISOString();
  await round(db, office);
  assert.notEqual(await photoBytes(db, digest), null, 'a server that is a year ahead takes no original off the phone');
  await round(db, office, { clock: later(365) });
  assert.equal(await photoBytes(db, digest), null);
});

test('land that was replaced is looked for anew, and the nearest is found however far away it lies', async () => {
  const { db, office, wire } = await phoneWith(packed(LINES));
  await downloadPackage(db, wire, AREA);
  const [first, other] = PARCELS;
  assert.deepEqual((await searchLand(db, other.code)).map((each) => each.id), [other.id]);
  office.packages.set(AREA, smaller());
  await downloadPackage(db, wire, AREA);
  assert.deepEqual(await searchLand(db, other.code), []);
  assert.deepEqual((await searchLand(db, first.code)).map((each) => each.id), [first.id]);
  const [lon, lat] = first.geometry.coordinates.flat(4);
  for (const away of [0, 0.01, 0.04, 2]) {
    assert.deepEqual((await parcelsNear(db, { lon: lon + away, lat }, 1)).map((each) => each.id), [first.id]);
  }
});

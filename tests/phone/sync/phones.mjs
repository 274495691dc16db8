/**
 * Phones for tests: a database of its own in fake-indexeddb, an enrolment, and a visit with photos. No phone here waits.
 */
import 'fake-indexeddb/auto';
import { randomBytes, randomUUID } from 'node:crypto';
import { newDraft } from '../../../client_sync/phone/core/drafts.js';
import { clock } from '../../../client_sync/phone/device/clock.js';
import { openDatabase } from '../../../client_sync/phone/store/database.js';
import { keepDraft } from '../../../client_sync/phone/store/drafts.js';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import { seal } from '../../../client_sync/phone/store/outbox.js';
import { keepPhoto } from '../../../client_sync/phone/store/photos.js';
import { enrol } from '../../../client_sync/phone/sync/enrol.js';
import { syncRound } from '../../../client_sync/phone/sync/round.js';
import { Wire } from '../../../client_sync/phone/sync/wire.js';
import { FakeOffice, ORIGIN } from './fake_office.mjs';

export const APP = { name: 'xuntu-phone', version: 'test' };
export const WORLD = { clock, app: APP };
export { clock };

export const bytesOf = (size) => new Uint8Array(randomBytes(size));

/** A fresh database, its name free for this test alone. */
export async function freshDatabase(name = randomUUID()) {
  return { db: await openDatabase(name), name };
}

export async function enrolled(office = new FakeOffice(), code = 'code-1', name = randomUUID()) {
  const db = await openDatabase(name);
  await enrol(db, { code, origin: ORIGIN, label: '一号机', platform: 'test', app: APP, fetch: office.fetch });
  return { db, name, office };
}

/** A visit ready to be sealed, its photos and itself saved. */
export async function visit(db, sizes = [], changes = {}) {
  const now = clock.nowIso();
  const photos = [];
  for (const size of sizes) {
    const row = await keepPhoto(db, bytesOf(size), { media_type: 'image/jpeg', taken_at: now });
    photos.push({ ...photoFacts(now), digest: row.digest, bytes: row.bytes });
  }
  const begun = newDraft({ id: randomUUID(), now, position: positionAt(now) });
  const draft = { ...begun, observation: { kind: 'routine', nothing_found: true }, photos, ...changes };
  await keepDraft(db, draft);
  return draft;
}

export const photoFacts = (taken_at) => ({
  media_type: 'image/jpeg', taken_at, kind: 'near', position: null, view: null, source: 'camera', camera_api: 'canvas',
});

export const positionAt = (fixed_at) => ({
  lon: 120.95, lat: 31.38, accuracy_m: 5, accuracy_p: 0.68, fixed_at, source: 'gnss', mocked: null, crs: 'wgs84',
});

export async function sealed(db, sizes = [], changes = {}) {
  return seal(db, await visit(db, sizes, changes), WORLD);
}

/** One round of this phone with this office; `how` is handed on. */
export async function round(db, office, how = {}) {
  const { token, server } = await readIdentity(db);
  const wire = how.wire ?? new Wire({ origin: server, token, fetch: how.fetch ?? office.fetch });
  return syncRound(db, { wire, clock, insist: true, jitter: () => 0, sleep: async () => {}, ...how });
}

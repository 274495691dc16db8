/**
 * The phone's own code against a real server, driven line by line from the test: each line of input is a JSON command, each
 * line of output its answer. The database lives as long as the process.
 *
 * Usage: node real_phone.mjs '{"origin", "code", "now", "position": {lon, lat}}'
 */
import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { newDraft } from '../../../client_sync/phone/core/drafts.js';
import { openDatabase } from '../../../client_sync/phone/store/database.js';
import { keepDraft } from '../../../client_sync/phone/store/drafts.js';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import { allParcels, lawTexts, listPackages } from '../../../client_sync/phone/store/land.js';
import { counts, listRecords, seal } from '../../../client_sync/phone/store/outbox.js';
import { keepPhoto } from '../../../client_sync/phone/store/photos.js';
import { listTasks } from '../../../client_sync/phone/store/work.js';
import { carriedFile, readReceiptsFile } from '../../../client_sync/phone/sync/carry.js';
import { enrol } from '../../../client_sync/phone/sync/enrol.js';
import { syncRound } from '../../../client_sync/phone/sync/round.js';
import { Wire } from '../../../client_sync/phone/sync/wire.js';

const { origin, code, now, position } = JSON.parse(process.argv[2]);
const started_ms = Date.parse(now) - performance.now();
const nowMs = () => Math.round(started_ms + performance.now());
const monoMs = () => Math.round(performance.now());
const clock = { nowMs, nowIso: () => new Date(nowMs()).toISOString(), monoMs, zone: () => 'Asia/Shanghai' };
const app = { name: 'xuntu-phone', version: 'test' };
const db = await openDatabase();

async function visit({ photos = [], progress = null, ...said }) {
  const at = clock.nowIso();
  const place = { ...position, accuracy_m: 4, accuracy_p: 0.68, fixed_at: at, source: 'gnss', mocked: null, crs: 'wgs84' };
  const kept = [];
  for (const path of photos) {
    const row = await keepPhoto(db, new Uint8Array(readFileSync(path)), { media_type: 'image/jpeg', taken_at: at });
    kept.push({
      digest: row.digest, bytes: row.bytes, media_type: row.media_type, taken_at: at, kind: 'near', position: place, view: null,
      source: 'camera', camera_api: 'canvas',
    });
  }
  const draft = { ...newDraft({ id: randomUUID(), now: at, position: place }), ...said, photos: kept };
  await keepDraft(db, draft);
  const record = await seal(db, draft, { clock, app, progress });
  return { id: record.id, digest: record.digest, photos: record.photos };
}

const COMMANDS = {
  enrol: async () => enrol(db, { code, origin, label: '一号机', platform: 'node', app }),
  visit,
  sync: async () => {
    const { token, server } = await readIdentity(db);
    return syncRound(db, { wire: new Wire({ origin: server, token, nowMs }), clock, insist: true });
  },
  carry: async ({ path }) => {
    const file = await carriedFile(db, clock);
    writeFileSync(path, new Uint8Array(await file.blob.arrayBuffer()));
    return { reports: file.reports, photos: file.photos };
  },
  receipts: async ({ path }) => readReceiptsFile(db, readFileSync(path, 'utf8')),
  records: async () => (await listRecords(db)).map(({ id, rev, digest, type, seq, state, current, manifest, problem }) => (
    { id, rev, digest, type, seq, state, current, manifest, problem }
  )),
  status: async () => ({
    ...(await counts(db)), parcels: (await allParcels(db)).length, law_texts: (await lawTexts(db)).length,
    tasks: (await listTasks(db)).map(({ id, state }) => ({ id, state })),
    packages: (await listPackages(db)).map(({ area }) => area),
  }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  const answer = await COMMANDS[command](given);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

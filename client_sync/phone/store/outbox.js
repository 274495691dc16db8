/**
 * Every sealed record until the office's signed word for it, and after. Each change is one call of `next` in one strict
 * transaction; nothing is ever deleted here but original photos 30 days after a verified `complete`.
 */

import { revisionOf } from '../core/drafts.js';
import { next, originalsMayGo, wantedPhotos } from '../core/sync_states.js';
import { clock as wall } from '../device/clock.js';
import { strict } from './database.js';
import { keepDraft, readDraft } from './drafts.js';
import { readIdentity } from './identity.js';
import { unsentRow } from './photos.js';

export { NotSealable, seal, sealTaskProgress } from './sealing.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("./database.js").WriteTx} WriteTx */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../types.js").Outcome} Outcome */
/** @typedef {import("../types.js").PhotoRow} PhotoRow */
/**
 * @typedef {{drafts: number, queued: number, steps: number, received: number, complete: number, aside: number,
 *   photos_unsent: number, photos_refused: number}} Counts
 */

/**
 * Every record, oldest first.
 * @param {Database} db
 * @returns {Promise<OutboxRecord[]>}
 */
export async function listRecords(db) {
  return db.getAll('outbox');
}

/**
 * The records in one state, oldest first.
 * @param {Database} db
 * @param {OutboxRecord["state"]} state
 * @returns {Promise<OutboxRecord[]>}
 */
export async function recordsIn(db, state) {
  return db.getAllFromIndex('outbox', 'by_state', state);
}

/**
 * Every revision of one report, oldest first.
 * @param {Database} db
 * @param {string} id
 * @returns {Promise<OutboxRecord[]>}
 */
export async function recordsOfReport(db, id) {
  return db.getAllFromIndex('outbox', 'by_id_rev', IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER]));
}

/**
 * @param {Database} db
 * @param {string} digest
 * @returns {Promise<OutboxRecord|null>}
 */
export async function recordByDigest(db, digest) {
  return (await db.getFromIndex('outbox', 'by_digest', digest)) ?? null;
}

/**
 * Begins a correction: the draft of the revision after the newest sealed one, or the draft already begun.
 * @param {Database} db
 * @param {string} id
 * @param {{nowIso: () => string}} [clock]
 * @returns {Promise<import("../types.js").Draft>}
 * @throws {RangeError} when this phone sealed no such report
 */
export async function revise(db, id, clock = wall) {
  const begun = await readDraft(db, id);
  if (begun) return begun;
  const newest = (await recordsOfReport(db, id)).filter((record) => record.type === 'report').at(-1);
  if (!newest) throw new RangeError(`this phone holds no report ${id}`);
  const { digest, manifest, summary } = newest;
  const draft = revisionOf(manifest, { digest, now: clock.nowIso(), parcel_id: summary.parcel_id });
  await keepDraft(db, draft);
  return draft;
}

/**
 * Lets one thing happen to one record; returns it as it then is.
 * @param {Database} db
 * @param {number} n
 * @param {Outcome} outcome
 * @returns {Promise<OutboxRecord>}
 */
export async function move(db, n, outcome) {
  return (await moveAll(db, [{ n, outcome }]))[0];
}

/**
 * Lets things happen to several records, all or none, in one transaction.
 * @param {Database} db
 * @param {{n: number, outcome: Outcome}[]} moves
 * @returns {Promise<OutboxRecord[]>}
 */
export async function moveAll(db, moves) {
  return strict(db, ['outbox', 'photos'], async (tx) => {
    const changed = [];
    for (const { n, outcome } of moves) changed.push(await moveIn(tx, n, outcome));
    return changed;
  });
}

/**
 * A person wants records tried again: what was set aside is offered anew, and so is each photo that the office refused.
 * @param {Database} db
 * @param {OutboxRecord[]} records
 */
export async function tryAgain(db, records) {
  await strict(db, ['outbox', 'photos'], async (tx) => {
    for (const { n, photos } of records) {
      await moveIn(tx, Number(n), { type: 'tried_again' });
      for (const digest of photos) {
        const row = /** @type {PhotoRow|undefined} */ (await tx.objectStore('photos').get(digest));
        if (row?.state === 'refused') await tx.objectStore('photos').put(unsentRow(row));
      }
    }
  });
}

/**
 * @param {WriteTx} tx
 * @param {number} n
 * @param {Outcome} outcome
 */
async function moveIn(tx, n, outcome) {
  const record = /** @type {OutboxRecord|undefined} */ (await tx.objectStore('outbox').get(n));
  if (!record) throw new RangeError(`there is no record ${n}`);
  const changed = next(record, outcome);
  await tx.objectStore('outbox').put(changed);
  if (outcome.type === 'answered' && changed.current !== null) await settlePhotos(tx, changed, outcome);
  return changed;
}

/**
 * What is missing again must be sent again, from the beginning. What is not is there, but only where the signed counts say
 * the same as the unsigned list: they may be older than it, and then only a later receipt tells.
 * @param {WriteTx} tx
 * @param {OutboxRecord} record
 * @param {Extract<Outcome, {type: "answered"}>} answer
 */
async function settlePhotos(tx, record, { missing, receipt }) {
  const { declared, stored } = receipt.photos;
  const agrees = declared === record.photos.length && declared - stored === missing.length;
  const is_sure = record.state === 'complete' || agrees;
  const wanted = new Set(wantedPhotos(record));
  for (const digest of record.photos) {
    const row = /** @type {PhotoRow|undefined} */ (await tx.objectStore('photos').get(digest));
    if (!row) continue;
    if (!wanted.has(digest) && row.state !== 'uploaded' && is_sure) {
      await tx.objectStore('photos').put(uploadedRow(row));
    } else if (wanted.has(digest) && row.state === 'uploaded') {
      await tx.objectStore('photos').put(unsentRow(row));
    }
  }
}

/** @param {PhotoRow} row @returns {PhotoRow} */
function uploadedRow(row) {
  return { ...row, state: 'uploaded', sent_bytes: row.bytes, refusal: null };
}

/**
 * The office has all bytes of a photo: every record that waited for it knows, in one transaction. Their receipts say the
 * last word.
 * @param {Database} db
 * @param {string} digest
 * @returns {Promise<OutboxRecord[]>} the records that waited for it, as they then are
 */
export async function photoArrived(db, digest) {
  return strict(db, ['outbox', 'photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(digest);
    if (row) await tx.objectStore('photos').put(uploadedRow(row));
    return everyWaiting(tx, digest, { type: 'photo_stored', digest });
  });
}

/**
 * The bytes of a photo are gone from this phone: the records that wait for it say so.
 * @param {Database} db
 * @param {string} digest
 */
export async function photoLost(db, digest) {
  await strict(db, ['outbox', 'photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(digest);
    if (row) await tx.objectStore('photos').put({ ...row, state: 'lost', upload_url: null, refusal: null });
    await everyWaiting(tx, digest, { type: 'photo_lost', digest });
  });
}

/**
 * @param {WriteTx} tx
 * @param {string} digest
 * @param {Outcome} outcome
 */
async function everyWaiting(tx, digest, outcome) {
  const received = await tx.objectStore('outbox').index('by_state').getAll('received');
  const waiting = /** @type {OutboxRecord[]} */ (received).filter((each) => each.missing.includes(digest));
  const changed = waiting.map((each) => next(each, outcome));
  for (const record of changed) await tx.objectStore('outbox').put(record);
  return changed;
}

/**
 * Believes in a new server epoch: everything still held is offered again, photos included. One transaction, so that a phone
 * which dies in the middle still lives wholly in the old epoch.
 * @param {Database} db
 * @param {string} epoch
 */
export async function adoptEpoch(db, epoch) {
  await strict(db, ['meta', 'outbox', 'photos'], async (tx) => {
    const meta = tx.objectStore('meta');
    const identity = /** @type {import("../types.js").Identity} */ (await meta.get('identity'));
    if (identity.epoch === epoch) return;
    const past_epochs = [...new Set([...identity.past_epochs, identity.epoch])].filter((each) => each !== epoch);
    await meta.put({ ...identity, epoch, past_epochs }, 'identity');
    await meta.delete('unsent_told');
    for (const record of /** @type {OutboxRecord[]} */ (await tx.objectStore('outbox').getAll())) {
      await tx.objectStore('outbox').put(next(record, { type: 'epoch_changed', epoch }));
    }
    for (const state of ['uploaded', 'refused']) {
      const rows = /** @type {PhotoRow[]} */ (await tx.objectStore('photos').index('by_state').getAll(state));
      for (const row of rows) await tx.objectStore('photos').put(unsentRow(row));
    }
  });
}

/**
 * How much stands where, of reports and task events together; `steps` are the task events among `queued`. `photos_unsent` and
 * `photos_refused` are the photos that the office still wants and that lie on this phone: to be sent, and not taken.
 * @param {Database} db
 * @returns {Promise<Counts>}
 */
export async function counts(db) {
  const tx = db.transaction(['drafts', 'outbox', 'photos']);
  const by_state = tx.objectStore('outbox').index('by_state');
  const photos_by_state = tx.objectStore('photos').index('by_state');
  const here = await photos_by_state.getAllKeys('here');
  const refused = await photos_by_state.getAllKeys('refused');
  const open = /** @type {OutboxRecord[]} */ ([]);
  for (const state of ['queued', 'received', 'aside']) open.push(...await by_state.getAll(state));
  const stands = (/** @type {string} */ state) => open.filter((record) => record.state === state).length;
  const wanted = new Set(open.flatMap(wantedPhotos));
  const among = (/** @type {IDBValidKey[]} */ digests) => digests.filter((digest) => wanted.has(String(digest))).length;
  return {
    drafts: await tx.objectStore('drafts').count(),
    queued: stands('queued'),
    steps: open.filter((record) => record.state === 'queued' && record.type === 'task_progress').length,
    received: stands('received'),
    complete: await by_state.count('complete'),
    aside: stands('aside'),
    photos_unsent: among(here),
    photos_refused: among(refused),
  };
}

/**
 * Takes original photos off the phone where every record that names them has been complete for 30 days; returns how many.
 * @param {Database} db
 * @param {number} now_ms wall clock corrected by the server's
 * @returns {Promise<number>}
 */
export async function freeOriginals(db, now_ms) {
  const identity = await readIdentity(db);
  if (identity === null) return 0;
  return strict(db, ['outbox', 'drafts', 'photos', 'photo_bytes'], async (tx) => {
    const records = /** @type {OutboxRecord[]} */ (await tx.objectStore('outbox').getAll());
    const drafts = /** @type {import("../types.js").Draft[]} */ (await tx.objectStore('drafts').getAll());
    const may_go = records.filter((record) => originalsMayGo(record, now_ms, identity.epoch));
    const kept = new Set([
      ...records.filter((record) => !may_go.includes(record)).flatMap((record) => record.photos),
      ...drafts.flatMap((draft) => draft.photos.map((photo) => photo.digest)),
    ]);
    let freed = 0;
    for (const record of may_go.filter((each) => !each.originals_removed && each.photos.every((digest) => !kept.has(digest)))) {
      for (const digest of record.photos) await tx.objectStore('photo_bytes').delete(digest);
      freed += record.photos.length;
      await tx.objectStore('outbox').put(next(record, { type: 'originals_removed' }));
    }
    return freed;
  });
}

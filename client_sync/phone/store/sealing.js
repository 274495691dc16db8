/**
 * Turns a draft into a signed record in the outbox: text, digest, signature and place in the chain, in one transaction.
 * Refuses to sign two texts for one place: the place is read again inside the transaction, whatever the locks did.
 */

import { sha256 } from '../core/digests.js';
import { utf8 } from '../core/bytes.js';
import { checkDraft, reportText, summaryOf, taskProgressText } from '../core/manifest.js';
import { next } from '../core/sync_states.js';
import { sign } from '../device/keys.js';
import { strict } from './database.js';
import { readIdentity, readSetting, signingKey } from './identity.js';
import { SEAL, withLock } from './locks.js';
import { furtherState } from './work.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Draft} Draft */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../device/clock.js").Clock} Clock */
/** @typedef {{name: string, version: string}} App */
/** @typedef {{task_id: string, state: "started"|"done"|"impossible", reason?: string|null}} Progress */
/** @typedef {{clock: Clock, app: App}} World */
/** @typedef {import("../device/keys.js").DeviceKey} DeviceKey */

/** A draft cannot be sealed as it is; `faults` says what is wrong where. */
export class NotSealable extends Error {
  /** @param {{code: string, field: string}[]} faults */
  constructor(faults) {
    super(`the draft cannot be sealed: ${faults.map(({ code, field }) => `${field} ${code}`).join(', ')}`);
    this.name = 'NotSealable';
    this.faults = faults;
  }
}

/** Another tab sealed in between (only where there are no Web Locks): begin again from the new place. */
class PlaceTaken extends Error {}

const MOST_ATTEMPTS = 50;

/**
 * Signs and queues a draft; on the disk when this returns. The draft is gone then, and its task's progress, when given, is
 * queued in the same transaction. Sealing what was sealed before (a tap repeated after a crash) returns that record.
 * @param {Database} db
 * @param {Draft} draft
 * @param {World & {progress?: Progress|null}} world
 * @returns {Promise<OutboxRecord>}
 * @throws {NotSealable|import("./database.js").StorageFull}
 */
export async function seal(db, draft, world) {
  const faults = checkDraft(draft);
  if (faults.length > 0) throw new NotSealable(faults);
  return withLock(SEAL, async () => {
    const known = await db.getFromIndex('outbox', 'by_id_rev', [draft.id, draft.rev]);
    if (known) {
      await strict(db, ['drafts'], (tx) => forget(tx, draft));
      return known;
    }
    const plans = [planOfReport(draft, world)];
    if (world.progress) plans.push(planOfProgress(world.progress, crypto.randomUUID(), world));
    const records = await sealed(db, plans, draft.id);
    return records[0];
  });
}

/**
 * Takes away the draft that was sealed, and not the correction that may have been begun since under the same id.
 * @param {import("./database.js").WriteTx} tx
 * @param {{id: string, rev: number}} sealed_one
 */
async function forget(tx, { id, rev }) {
  const kept = await tx.objectStore('drafts').get(id);
  if (kept?.rev === rev) await tx.objectStore('drafts').delete(id);
}

/**
 * Signs and queues one event of a task; the task itself shows it at once.
 * @param {Database} db
 * @param {Progress} progress
 * @param {World} world
 * @returns {Promise<OutboxRecord>}
 */
export async function sealTaskProgress(db, progress, world) {
  return withLock(SEAL, async () => {
    const records = await sealed(db, [planOfProgress(progress, crypto.randomUUID(), world)], null);
    return records[0];
  });
}

/**
 * What will be signed, as a function of the place in the chain that is found when its turn comes.
 * @typedef {object} Plan
 * @property {(identity: Identity, place: {seq: number, chain: string|null}, checkpoint: string|null) => string} text
 * @property {import("../types.js").ReportSummary} summary
 * @property {Progress|null} progress
 * @property {string} at
 */

/**
 * @param {Draft} draft
 * @param {World} world
 * @returns {Plan}
 */
function planOfReport(draft, { clock, app }) {
  return {
    at: clock.nowIso(),
    summary: summaryOf(draft),
    progress: null,
    text: (identity, place, checkpoint) => reportText(draft, {
      device_id: identity.device_id,
      ...place,
      inspectors: [{ id: identity.inspector.id, certificate_no: identity.inspector.certificate_no }],
      clock: { zone: clock.zone(), mono_ms: clock.monoMs(), server_offset_ms: identity.server_offset_ms },
      checkpoint,
      app,
    }),
  };
}

/**
 * @param {Progress} progress
 * @param {string} id
 * @param {World} world
 * @returns {Plan}
 */
function planOfProgress(progress, id, { clock }) {
  const at = clock.nowIso();
  const { task_id, state, reason = null } = progress;
  return {
    at,
    progress,
    summary: {
      ...{ captured_at: at, kind: null, parcel_claim: null, parcel_id: null },
      ...{ task_id, task_state: state, lon: null, lat: null, place: null },
    },
    text: (identity, place) => taskProgressText(
      { id, task_id, state, reason, captured_at: at }, { device_id: identity.device_id, ...place },
    ),
  };
}

/**
 * @param {Database} db
 * @param {Plan[]} plans
 * @param {string|null} draft_id
 * @returns {Promise<OutboxRecord[]>}
 */
async function sealed(db, plans, draft_id) {
  for (let attempt = 0; ; attempt += 1) {
    const identity = await readIdentity(db);
    if (identity === null) throw new RangeError('a phone that is not enrolled can keep drafts but not seal them');
    const records = await chained(db, identity, plans);
    try {
      return await written(db, identity, plans, records, draft_id);
    } catch (fault) {
      if (!(fault instanceof PlaceTaken) || attempt >= MOST_ATTEMPTS) throw fault;
    }
  }
}

/**
 * @param {Database} db
 * @param {Identity} identity
 * @param {Plan[]} plans
 */
async function chained(db, identity, plans) {
  const key = await signingKey(db, identity);
  const checkpoint = (await readSetting(db, 'checkpoint')) ?? null;
  const records = [];
  let place = { seq: identity.next_seq, chain: identity.chain };
  for (const plan of plans) {
    const manifest = plan.text(identity, place, checkpoint);
    const digest = await sha256(utf8(manifest));
    const signature = key === null ? null : await sign(key, manifest);
    const { device_id } = identity;
    const { seq } = place;
    records.push(next(null, { type: 'sealed', device_id, seq, digest, manifest, signature, at: plan.at, summary: plan.summary }));
    place = { seq: seq + 1, chain: digest };
  }
  return records;
}

/**
 * @param {Database} db
 * @param {Identity} identity
 * @param {Plan[]} plans
 * @param {OutboxRecord[]} records
 * @param {string|null} draft_id
 */
async function written(db, identity, plans, records, draft_id) {
  return strict(db, ['meta', 'outbox', 'drafts', 'tasks'], async (tx) => {
    const now = /** @type {Identity} */ (await tx.objectStore('meta').get('identity'));
    if (now.device_id !== identity.device_id || now.next_seq !== identity.next_seq) throw new PlaceTaken();
    const outbox = tx.objectStore('outbox');
    const known = draft_id === null ? undefined : await outbox.index('by_id_rev').get([records[0].id, records[0].rev]);
    if (known) return [known];
    const kept = [];
    for (const [at, record] of records.entries()) {
      const n = /** @type {number} */ (await outbox.add(record));
      kept.push({ ...record, n });
      await showProgress(tx, plans[at].progress);
    }
    const last = records[records.length - 1];
    await tx.objectStore('meta').put({ ...now, next_seq: last.seq + 1, chain: last.digest }, 'identity');
    if (draft_id !== null) await forget(tx, records[0]);
    return kept;
  });
}

/**
 * @param {import("./database.js").WriteTx} tx
 * @param {Progress|null} progress
 */
async function showProgress(tx, progress) {
  if (progress === null) return;
  const task = await tx.objectStore('tasks').get(progress.task_id);
  if (task) await tx.objectStore('tasks').put({ ...task, state: furtherState(task.state, progress.state) });
}

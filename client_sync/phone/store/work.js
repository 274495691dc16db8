/**
 * What the office sends: tasks, notices, open matters, and what became of each report. Refuses to let a page of news undo
 * what was done on this phone and is not sent yet.
 */

import { strict } from './database.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("./database.js").WriteTx} WriteTx */
/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Notice} Notice */
/** @typedef {import("../types.js").ReportState} ReportState */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {{entity: string, id: string, op: "put"|"delete"|"out_of_scope", data?: any}} Change */
/** @typedef {{changes: Change[], cursor: string, more: boolean}} PullPage */

const ORDER = ['open', 'started', 'impossible', 'done'];

/** Where each entity of a pull is kept; an entity of a newer server that stands not here is passed over. */
const STORE_OF = /** @type {Record<string, string>} */ ({
  task: 'tasks', case_note: 'case_notes', notice: 'notices', report_state: 'report_states',
});
const STORES = Object.values(STORE_OF);

/**
 * The later of two task states: done before impossible before started before open, as the office reads them.
 * @param {Task["state"]} a
 * @param {Task["state"]} b
 * @returns {Task["state"]}
 */
export function furtherState(a, b) {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/**
 * The tasks in the order to do them: unfinished first, then by the day they are due, then by place in the list.
 * @param {Database} db
 * @returns {Promise<Task[]>}
 */
export async function listTasks(db) {
  const tasks = /** @type {Task[]} */ (await db.getAll('tasks'));
  const is_over = (/** @type {Task} */ task) => Number(task.state === 'done' || task.state === 'impossible');
  return tasks.sort((a, b) => is_over(a) - is_over(b) || a.due_on.localeCompare(b.due_on) || a.parcel_code.localeCompare(b.parcel_code));
}

/** @param {Database} db @param {string} id @returns {Promise<Task|null>} */
export async function task(db, id) {
  return (await db.get('tasks', id)) ?? null;
}

/** The notices, newest first. @param {Database} db @returns {Promise<Notice[]>} */
export async function listNotices(db) {
  const notices = /** @type {Notice[]} */ (await db.getAll('notices'));
  return notices.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** @param {Database} db @param {string} id */
export async function markRead(db, id) {
  await strict(db, ['notices'], async (tx) => {
    const notice = await tx.objectStore('notices').get(id);
    if (notice) await tx.objectStore('notices').put({ ...notice, read: true });
  });
}

/**
 * What became of a report; with a revision, only if the office speaks of that one.
 * @param {Database} db
 * @param {string} id
 * @param {number} [rev]
 * @returns {Promise<ReportState|null>}
 */
export async function reportState(db, id, rev) {
  const state = /** @type {ReportState|undefined} */ (await db.get('report_states', id));
  return state !== undefined && (rev === undefined || state.rev === rev) ? state : null;
}

/**
 * Where the last pull ended; null before the first and after a request to begin again.
 * @param {Database} db
 * @returns {Promise<string|null>}
 */
export async function pullCursor(db) {
  return (await db.get('meta', 'pull'))?.cursor ?? null;
}

/**
 * Begins a whole new snapshot: what it does not name is swept away at its end, and nothing is lost before.
 * @param {Database} db
 */
export async function beginResync(db) {
  await strict(db, ['meta'], async (tx) => {
    const { round = 0 } = (await tx.objectStore('meta').get('pull')) ?? {};
    await tx.objectStore('meta').put({ cursor: null, round: round + 1, sweeps: true }, 'pull');
  });
}

/**
 * Applies one page and keeps its cursor, in one transaction. Never touches drafts, outbox or photos.
 * @param {Database} db
 * @param {PullPage} page
 */
export async function applyPull(db, page) {
  await strict(db, [...STORES, 'meta', 'packages', 'outbox'], async (tx) => {
    const meta = tx.objectStore('meta');
    const { round = 0, sweeps = false } = (await meta.get('pull')) ?? {};
    const waiting = await progressWaiting(tx);
    for (const change of page.changes) await apply(tx, change, round, waiting);
    if (sweeps && !page.more) await sweep(tx, round);
    await meta.put({ cursor: page.cursor, round, sweeps: sweeps && page.more }, 'pull');
  });
}

/**
 * What this phone did with tasks and the office has not heard.
 * @param {WriteTx} tx
 * @returns {Promise<Map<string, Task["state"]>>}
 */
async function progressWaiting(tx) {
  const states = new Map();
  const queued = /** @type {OutboxRecord[]} */ (await tx.objectStore('outbox').index('by_state').getAll('queued'));
  for (const { task_id, task_state } of queued.map((record) => record.summary)) {
    if (task_id !== null && task_state !== null) states.set(task_id, furtherState(states.get(task_id) ?? 'open', /** @type {any} */ (task_state)));
  }
  return states;
}

/**
 * @param {WriteTx} tx
 * @param {Change} change
 * @param {number} round
 * @param {Map<string, Task["state"]>} waiting
 */
async function apply(tx, change, round, waiting) {
  if (change.entity === 'package') return applyPackage(tx, change);
  const name = STORE_OF[change.entity];
  if (name === undefined) return undefined;
  const store = tx.objectStore(name);
  if (change.op === 'delete') return store.delete(change.id);
  if (change.op === 'out_of_scope') return leave(tx, name, change.id);
  const known = await store.get(change.id);
  const row = { ...change.data, pulled: round };
  if (name === 'notices') row.read = known?.read ?? false;
  if (name === 'tasks') row.state = furtherState(row.state, waiting.get(change.id) ?? 'open');
  return store.put(row);
}

/**
 * A region or crew was left: its rows go. The id is that of one row, or the code of a region, or a crew, whose tasks are all.
 * @param {WriteTx} tx
 * @param {string} name
 * @param {string} id
 */
async function leave(tx, name, id) {
  const store = tx.objectStore(name);
  if ((await store.getKey(id)) !== undefined) return store.delete(id);
  const is_region = /^\d{2,12}$/.test(id);
  for (const row of await store.getAll()) {
    if (is_region ? String(row.region ?? '').startsWith(id) : name === 'tasks') await store.delete(row.id);
  }
  return undefined;
}

/**
 * @param {WriteTx} tx
 * @param {Change} change
 */
async function applyPackage(tx, change) {
  const store = tx.objectStore('packages');
  const row = await store.get(change.id);
  if (change.op !== 'put') return row ? store.put({ ...row, changed: false, left: true }) : undefined;
  return store.put({ ...EMPTY_PACKAGE, area: change.id, ...row, changed: true, left: false });
}

/** A package that is known of and not downloaded yet. */
export const EMPTY_PACKAGE = Object.freeze({
  area: '', etag: null, name: null, made_on: null, bbox: null, counts: {}, bytes: 0,
  installed_at: null, checked_at: null, changed: true, pending: null,
});

/**
 * @param {WriteTx} tx
 * @param {number} round
 */
async function sweep(tx, round) {
  for (const name of STORES) {
    const store = tx.objectStore(name);
    for (const row of await store.getAll()) {
      if ((row.pulled ?? 0) !== round) await store.delete(row.id);
    }
  }
}

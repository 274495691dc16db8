/**
 * What the office sends: tasks, notices, open matters, and what became of each report. Refuses to let a page of news undo
 * what was done on this phone and is not sent yet.
 */

import { isInScope, reducePage } from '../core/pull_changes.js';
import { strict } from './database.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("./database.js").WriteTx} WriteTx */
/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Notice} Notice */
/** @typedef {import("../types.js").ReportState} ReportState */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../core/pull_changes.js").Change} Change */
/** @typedef {{changes: Change[], cursor: string, more: boolean}} PullPage */

const ORDER = ['open', 'started', 'impossible', 'done'];

/** Where each entity of a pull is kept. */
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
  const by_day = (/** @type {Task} */ a, /** @type {Task} */ b) => a.due_on.localeCompare(b.due_on);
  return tasks.sort((a, b) => is_over(a) - is_over(b) || by_day(a, b) || a.parcel_code.localeCompare(b.parcel_code));
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

/** A phone that never pulled begins with a snapshot too: what a package told it of leads and cases goes at its end. */
const NO_PULL = { round: 1, sweeps: true };

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
    const { round = 0, sweeps = false } = (await meta.get('pull')) ?? NO_PULL;
    const waiting = await progressWaiting(tx);
    for (const changes of reducePage(page)) await applyEntity(tx, changes, { round, waiting });
    if (sweeps && !page.more) await sweep(tx, round);
    await meta.put({ cursor: page.cursor, round, sweeps: sweeps && page.more }, 'pull');
  }, 'strict', page.changes.length > 0 ? [...STORES, 'packages'] : []);
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
    if (task_id === null || task_state === null) continue;
    states.set(task_id, furtherState(states.get(task_id) ?? 'open', /** @type {Task["state"]} */ (task_state)));
  }
  return states;
}

/**
 * @param {WriteTx} tx
 * @param {import("../core/pull_changes.js").EntityChanges} changes
 * @param {{round: number, waiting: Map<string, Task["state"]>}} now
 */
async function applyEntity(tx, { entity, cleared, deletes, puts }, { round, waiting }) {
  if (entity === 'package') return applyPackages(tx, deletes, puts);
  const store = tx.objectStore(STORE_OF[entity]);
  for (const scope of cleared) await leave(store, scope);
  for (const id of deletes) await store.delete(id);
  for (const data of puts) {
    const row = /** @type {Record<string, any>} */ ({ ...data, pulled: round });
    if (entity === 'notice') row.read = (await store.get(data.id))?.read ?? false;
    if (entity === 'task') row.state = furtherState(data.state, waiting.get(data.id) ?? 'open');
    await store.put(row);
  }
  return undefined;
}

/**
 * A region or crew was left, or one row alone: what belongs to it goes.
 * @param {import("../vendor/idb/index.js").IDBPObjectStore<any, string[], string, "readwrite">} store
 * @param {import("../core/pull_changes.js").Scope} scope
 */
async function leave(store, scope) {
  if ((await store.getKey(scope.id)) !== undefined) {
    await store.delete(scope.id);
    return;
  }
  for (const row of await store.getAll()) {
    if (isInScope(row, scope)) await store.delete(row.id);
  }
}

/**
 * A package that changed is asked for again later; one that was taken away stays readable and is not asked for.
 * @param {WriteTx} tx
 * @param {string[]} deletes
 * @param {Record<string, any>[]} puts
 */
async function applyPackages(tx, deletes, puts) {
  const store = tx.objectStore('packages');
  for (const area of deletes) {
    const row = await store.get(area);
    if (row) await store.put({ ...row, changed: false });
  }
  for (const { area } of puts) await store.put({ ...EMPTY_PACKAGE, area, ...(await store.get(area)), changed: true });
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

/**
 * The phone's own diary of what went wrong, with the request ids an office can look up. Holds the newest lines only, no
 * positions, no names, no tokens.
 */

import { strict } from './database.js';

/** @typedef {import("./database.js").Database} Database */
/**
 * @typedef {{n?: number, at: string, kind: "sync"|"screen"|"enrol"|"app", code: string, text: string,
 *   request_id: string|null}} LogLine
 */

const LINES_KEPT = 200;

/**
 * @param {Database} db
 * @param {LogLine} line
 */
export async function note(db, line) {
  await strict(db, ['log'], async (tx) => {
    const store = tx.objectStore('log');
    const n = /** @type {number} */ (await store.add(line));
    if (n > LINES_KEPT) await store.delete(IDBKeyRange.upperBound(n - LINES_KEPT));
  }, 'relaxed');
}

/** The lines, newest first. @param {Database} db @returns {Promise<LogLine[]>} */
export async function readLog(db) {
  return (await db.getAll('log')).reverse();
}

/**
 * Lets one tab at a time do a thing, by Web Locks, which the browser releases when a tab dies. Where there are none (an old
 * browser) only this tab is ordered; sealing then still checks its place in the chain inside the transaction.
 */

export const SEAL = 'xuntu-seal';
export const SYNC = 'xuntu-sync';

/** @type {Map<string, Promise<unknown>>} */
const HERE = new Map();

/** @returns {LockManager|undefined} */
function manager() {
  return globalThis.navigator?.locks;
}

/**
 * Waits for its turn.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const locks = manager();
  if (locks) return /** @type {Promise<T>} */ (locks.request(name, work));
  const before = HERE.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  HERE.set(name, mine);
  const last = () => {
    if (HERE.get(name) === mine) HERE.delete(name);
  };
  mine.then(last, last);
  return mine;
}

/**
 * Does the work only when nobody else is at it.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<{ran: true, result: T}|{ran: false}>}
 */
export async function withLockIfFree(name, work) {
  const locks = manager();
  if (!locks) {
    if (HERE.has(name)) return { ran: false };
    return { ran: true, result: await withLock(name, work) };
  }
  const held = await locks.request(name, { ifAvailable: true }, async (lock) => (
    lock === null ? { ran: /** @type {const} */ (false) } : { ran: /** @type {const} */ (true), result: await work() }
  ));
  return /** @type {any} */ (held);
}

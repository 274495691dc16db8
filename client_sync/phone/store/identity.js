/**
 * Who this phone is, its keys, and its settings. Refuses to forget a key that signed something: keys are only added.
 */

import { strict } from './database.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {import("../device/keys.js").DeviceKey} DeviceKey */

/**
 * @param {Database} db
 * @returns {Promise<Identity|null>}
 */
export async function readIdentity(db) {
  return (await db.get('meta', 'identity')) ?? null;
}

/**
 * Keeps a finished enrolment with its key, and the server's signed word of it beside all earlier ones.
 * @param {Database} db
 * @param {Identity} identity
 * @param {DeviceKey|null} key
 */
export async function keepIdentity(db, identity, key) {
  await strict(db, ['meta', 'keys'], async (tx) => {
    const meta = tx.objectStore('meta');
    const keys = tx.objectStore('keys');
    const enrolments = (await meta.get('enrolments')) ?? [];
    await meta.put(identity, 'identity');
    await meta.put([...enrolments, identity.enrolment], 'enrolments');
    if (key) await keys.put(key, key.key_id);
    await keys.delete('attempt');
  });
}

/**
 * Changes some fields of the identity; returns it as it then is.
 * @param {Database} db
 * @param {Partial<Identity>} changes
 * @returns {Promise<Identity>}
 * @throws {RangeError} when the phone is not enrolled
 */
export async function updateIdentity(db, changes) {
  return strict(db, ['meta'], async (tx) => {
    const store = tx.objectStore('meta');
    const identity = await store.get('identity');
    if (!identity) throw new RangeError('this phone is not enrolled');
    const changed = { ...identity, ...changes };
    await store.put(changed, 'identity');
    return changed;
  });
}

/**
 * The key that signs now; null for a phone enrolled without one, or not at all.
 * @param {Database} db
 * @param {Identity} identity
 * @returns {Promise<DeviceKey|null>}
 */
export async function signingKey(db, identity) {
  return identity.key === null ? null : ((await db.get('keys', identity.key.key_id)) ?? null);
}

/**
 * The key of an enrolment that is not answered yet, and the code it was made for.
 * @param {Database} db
 * @returns {Promise<{code: string, key: DeviceKey}|null>}
 */
export async function readAttempt(db) {
  return (await db.get('keys', 'attempt')) ?? null;
}

/**
 * Keeps the key before it is told to anybody: a repeated code then meets the same key.
 * @param {Database} db
 * @param {{code: string, key: DeviceKey}} attempt
 */
export async function keepAttempt(db, attempt) {
  await strict(db, ['keys'], (tx) => tx.objectStore('keys').put(attempt, 'attempt'));
}

/**
 * A small remembered value; undefined when it was never kept.
 * @param {Database} db
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function readSetting(db, name) {
  return db.get('meta', name);
}

/**
 * @param {Database} db
 * @param {string} name
 * @param {any} value anything that can be cloned
 */
export async function keepSetting(db, name, value) {
  await strict(db, ['meta'], (tx) => tx.objectStore('meta').put(value, name));
}

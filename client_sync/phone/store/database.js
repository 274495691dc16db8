/**
 * Opens the phone's database and writes to it so that "saved" is true when it is said: one strict transaction a change.
 * Refuses to call a write done before the browser has completed its transaction, and never deletes a database.
 */

import { openDB, unwrap } from '../vendor/idb/index.js';
import { Changes } from './changes.js';
import { TOPIC_OF, UPGRADES } from './schema.js';

export { UPGRADES };

/** @typedef {import("../vendor/idb/index.js").IDBPDatabase<any>} Database */
/** @typedef {import("../vendor/idb/index.js").IDBPTransaction<any, string[], "readwrite">} WriteTx */

/** The phone has no room left: the transaction was undone as a whole, nothing is half saved. */
export class StorageFull extends Error {
  code = 'storage-full';

  /** @param {unknown} cause */
  constructor(cause) {
    super('the browser has no room left for this app', { cause });
    this.name = 'StorageFull';
  }
}

/** The database cannot be read or written at all; `code` says why, what was saved before is untouched. */
export class StorageBroken extends Error {
  /**
   * @param {"storage-newer"|"storage-broken"} code newer: an update of the app made it, and this tab is older
   * @param {unknown} cause
   */
  constructor(code, cause) {
    super(`the database cannot be used: ${code}`, { cause });
    this.name = 'StorageBroken';
    this.code = code;
  }
}

/** @type {WeakMap<Database, Changes>} */
const CHANGES = new WeakMap();

/**
 * The database, upgraded to this app's version. A tab with an older app is asked to let go of it, and this waits until it has.
 * @param {string} [name]
 * @param {object} [hear]
 * @param {() => void} [hear.onBlocked] another tab still holds an older version
 * @param {(letGo: () => void) => void} [hear.onReplaced] a newer app waits for the database until this tab lets go of it, which
 *   harms no write it began; where nobody listens it is let go of at once
 * @param {() => void} [hear.onTerminated] the browser took the database away
 * @param {((db: IDBDatabase, tx: IDBTransaction) => void)[]} [upgrades]
 * @returns {Promise<Database>}
 * @throws {StorageBroken|StorageFull}
 */
export async function openDatabase(name = 'xuntu-phone', hear = {}, upgrades = UPGRADES) {
  try {
    const db = await openDB(name, upgrades.length, {
      upgrade: (_, from, __, tx) => {
        // The steps use the browser's own objects: they run inside its upgrade transaction, where nothing else may be awaited.
        const plain = unwrap(tx);
        // An upgrade that fails is told by the opening itself; its own promise would be told a second time, to nobody.
        tx.done.catch(() => undefined);
        for (const step of upgrades.slice(from)) step(plain.db, plain);
      },
      blocked: () => hear.onBlocked?.(),
      blocking: (_, __, event) => {
        const letGo = () => /** @type {IDBDatabase} */ (event.target).close();
        if (hear.onReplaced) hear.onReplaced(letGo);
        else letGo();
      },
      terminated: () => hear.onTerminated?.(),
    });
    CHANGES.set(db, new Changes());
    return db;
  } catch (fault) {
    const { name: kind } = /** @type {Error} */ (fault);
    if (kind === 'QuotaExceededError') throw new StorageFull(fault);
    throw new StorageBroken(kind === 'VersionError' ? 'storage-newer' : 'storage-broken', fault);
  }
}

/**
 * What changed since: dispatches Event("outbox"|"drafts"|"work"|"land"|"identity"|"log"), of other tabs too.
 * @param {Database} db
 * @returns {Changes}
 */
export function changesOf(db) {
  const changes = CHANGES.get(db);
  if (!changes) throw new RangeError('this database was not opened by openDatabase');
  return changes;
}

/** @param {Database} db */
export function closeDatabase(db) {
  CHANGES.get(db)?.close();
  db.close();
}

/**
 * One write transaction, on the disk when this returns and gone without a trace when it throws. Inside `work` only the
 * transaction may be awaited: hashing or signing would end it.
 * @template T
 * @param {Database} db
 * @param {string[]} stores
 * @param {(tx: WriteTx) => Promise<T>|T} work
 * @param {"strict"|"relaxed"} [durability] relaxed only for what the network can bring again
 * @param {string[]} [changed] the stores whose change is told; those only read need no telling
 * @returns {Promise<T>}
 * @throws {StorageFull} when there is no room
 */
export async function strict(db, stores, work, durability = 'strict', changed = stores) {
  const tx = /** @type {WriteTx} */ (db.transaction(stores, 'readwrite', { durability }));
  const ended = tx.done.then(() => null, (/** @type {unknown} */ fault) => fault ?? tx.error);
  /** @type {T} */
  let result;
  try {
    result = await work(tx);
  } catch (fault) {
    await undo(tx);
    const cause = await ended;
    throw isFull(cause) || isFull(fault) ? new StorageFull(fault) : fault;
  }
  const fault = await ended;
  if (fault !== null) throw isFull(fault) ? new StorageFull(fault) : fault;
  CHANGES.get(db)?.announce(new Set(changed.flatMap((store) => TOPIC_OF[store] ?? [])));
  return result;
}

/** @param {WriteTx} tx */
async function undo(tx) {
  try {
    tx.abort();
  } catch (fault) {
    // A transaction that the browser has ended already (a full disk does that) cannot be aborted again.
    if (/** @type {Error} */ (fault).name !== 'InvalidStateError') throw fault;
  }
}

/** @param {unknown} fault */
function isFull(fault) {
  return fault instanceof Error && fault.name === 'QuotaExceededError';
}

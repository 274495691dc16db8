/**
 * The stores of the phone's database and how each version was made out of the one before. Drops nothing: a later version
 * only adds, so that a phone which slept through two updates loses no queued work.
 */

/**
 * Names a store's key and its indexes.
 * @typedef {object} StorePlan
 * @property {string|string[]|null} key null: the key is given beside the value
 * @property {boolean} [counts] keys are counted up by the browser
 * @property {Record<string, [string|string[], IDBIndexParameters?]>} [indexes]
 */

/** @type {Record<string, StorePlan>} */
const FIRST_STORES = {
  meta: { key: null },
  keys: { key: null },
  drafts: { key: 'id' },
  outbox: { key: 'n', counts: true, indexes: { by_id_rev: [['id', 'rev']], by_digest: ['digest'], by_state: ['state'] } },
  photos: { key: 'digest', indexes: { by_state: ['state'] } },
  photo_bytes: { key: null },
  tasks: { key: 'id' },
  case_notes: { key: 'id', indexes: { by_parcel: ['parcel_id'] } },
  notices: { key: 'id' },
  report_states: { key: 'id' },
  parcels: { key: 'id', indexes: { code: ['code'], by_area: ['area'], by_cell: ['cells', { multiEntry: true }] } },
  features: { key: ['area', 'id'], indexes: { by_id: ['id'], by_area: ['area'], by_cell: ['cells', { multiEntry: true }] } },
  duties: { key: 'id', indexes: { parcel_id: ['parcel_id'], by_area: ['area'] } },
  law_texts: { key: 'id' },
  packages: { key: 'area' },
  package_parts: { key: ['area', 'offset'] },
};

/** @type {Record<string, StorePlan>} */
const LOG_STORE = { log: { key: 'n', counts: true } };

/**
 * @param {IDBDatabase} db
 * @param {Record<string, StorePlan>} plans
 */
function create(db, plans) {
  for (const [name, plan] of Object.entries(plans)) {
    const store = db.createObjectStore(name, { keyPath: plan.key, autoIncrement: plan.counts ?? false });
    for (const [index, [path, how]] of Object.entries(plan.indexes ?? {})) store.createIndex(index, path, how);
  }
}

/**
 * What turns version i into version i + 1. Each runs inside the browser's own upgrade transaction: a tab that dies in the
 * middle leaves the old version whole. A released step is never changed, only followed by another.
 * @type {((db: IDBDatabase, tx: IDBTransaction) => void)[]}
 */
export const UPGRADES = [
  (db) => create(db, FIRST_STORES),
  (db, tx) => {
    create(db, LOG_STORE);
    // Records sealed under version 1 did not know of carried files; every reader may now rely on the field.
    const cursor = tx.objectStore('outbox').openCursor();
    cursor.onsuccess = () => {
      const at = cursor.result;
      if (at === null) return;
      at.update({ ...at.value, carried_at: at.value.carried_at ?? null });
      at.continue();
    };
  },
];

/** Which change event each store belongs to: what a screen listens for. */
export const TOPIC_OF = /** @type {Record<string, string>} */ ({
  meta: 'identity', keys: 'identity', drafts: 'drafts', outbox: 'outbox', photos: 'outbox', report_states: 'outbox',
  tasks: 'work', case_notes: 'work', notices: 'work',
  parcels: 'land', features: 'land', duties: 'land', law_texts: 'land', packages: 'land', log: 'log',
});

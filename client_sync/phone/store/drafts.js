/**
 * Visits being recorded, saved at every change. Refuses to throw away a photo that something else still names.
 */

import { reconciled } from '../core/drafts.js';
import { strict } from './database.js';
import { PHOTO_STORES, putPhoto } from './photos.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Draft} Draft */

/**
 * Saves a draft; on the disk when this returns. A late save of what was sealed meanwhile is left out: the visit would stand
 * there a second time, open to changes that could never be sent.
 * @param {Database} db
 * @param {Draft} draft
 * @param {import("./photos.js").TakenPhoto|null} [photo] a new picture that the draft names: both are saved, or neither
 * @returns {Promise<boolean>} whether it was saved
 */
export async function keepDraft(db, draft, photo = null) {
  const stores = photo === null ? [] : PHOTO_STORES;
  return strict(db, ['drafts', 'outbox', ...stores], async (tx) => {
    const sealed = await tx.objectStore('outbox').index('by_id_rev').getKey([draft.id, draft.rev]);
    if (sealed !== undefined) return false;
    if (photo !== null) await putPhoto(tx, photo);
    await tx.objectStore('drafts').put(draft);
    return true;
  }, 'strict', ['drafts']);
}

/**
 * Saves a change of a draft that another window may have changed, sealed or thrown away since it was read.
 * @param {Database} db
 * @param {Draft} draft
 * @param {Draft} before as it was when last read or saved here
 * @param {import("./photos.js").TakenPhoto|null} [photo]
 * @returns {Promise<Draft|null>} the draft as it is saved now, with what others changed; null when there is none to change
 */
export async function keepChange(db, draft, before, photo = null) {
  const stores = photo === null ? [] : PHOTO_STORES;
  return strict(db, ['drafts', 'outbox', ...stores], async (tx) => {
    const now = /** @type {Draft|undefined} */ (await tx.objectStore('drafts').get(draft.id));
    const sealed = await tx.objectStore('outbox').index('by_id_rev').getKey([draft.id, draft.rev]);
    if (now === undefined || sealed !== undefined) return null;
    const saved = JSON.stringify(now) === JSON.stringify(before) ? draft : reconciled(draft, before, now);
    if (photo !== null) await putPhoto(tx, photo);
    await tx.objectStore('drafts').put(saved);
    return saved;
  }, 'strict', ['drafts']);
}

/**
 * @param {Database} db
 * @param {string} id
 * @returns {Promise<Draft|null>}
 */
export async function readDraft(db, id) {
  return (await db.get('drafts', id)) ?? null;
}

/**
 * The drafts, the one touched last first.
 * @param {Database} db
 * @returns {Promise<Draft[]>}
 */
export async function listDrafts(db) {
  const drafts = /** @type {Draft[]} */ (await db.getAll('drafts'));
  return drafts.sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
}

/**
 * Throws a draft away, with those of its photos that no other draft and no sealed report names.
 * @param {Database} db
 * @param {string} id
 * @param {{keep_photos?: boolean}} [how] keep_photos: for when another draft is about to take them over
 */
export async function discardDraft(db, id, { keep_photos = false } = {}) {
  await strict(db, ['drafts', 'outbox', 'photos', 'photo_bytes'], async (tx) => {
    const drafts = tx.objectStore('drafts');
    const draft = /** @type {Draft|undefined} */ (await drafts.get(id));
    await drafts.delete(id);
    if (!draft || keep_photos) return;
    const named = await photosNamed(tx);
    for (const { digest } of draft.photos) {
      if (!named.has(digest)) await dropPhoto(tx, digest);
    }
  });
}

/**
 * Takes a photo that was just removed from a draft off the phone, unless something still names it.
 * @param {Database} db
 * @param {string} digest
 */
export async function dropUnusedPhoto(db, digest) {
  await strict(db, ['drafts', 'outbox', 'photos', 'photo_bytes'], async (tx) => {
    if (!(await photosNamed(tx)).has(digest)) await dropPhoto(tx, digest);
  });
}

/** @param {import("./database.js").WriteTx} tx */
async function photosNamed(tx) {
  const drafts = /** @type {Draft[]} */ (await tx.objectStore('drafts').getAll());
  const records = /** @type {import("../types.js").OutboxRecord[]} */ (await tx.objectStore('outbox').getAll());
  const in_drafts = drafts.flatMap((each) => each.photos.map((photo) => photo.digest));
  return new Set([...in_drafts, ...records.flatMap((each) => each.photos)]);
}

/**
 * @param {import("./database.js").WriteTx} tx
 * @param {string} digest
 */
async function dropPhoto(tx, digest) {
  await tx.objectStore('photos').delete(digest);
  await tx.objectStore('photo_bytes').delete(digest);
}

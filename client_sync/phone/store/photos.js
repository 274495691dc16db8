/**
 * Photo bytes as the camera wrote them, by digest. Alters none, and believes none that no longer has its digest.
 */

import { sha256 } from '../core/digests.js';
import { strict } from './database.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").PhotoRow} PhotoRow */

/** @typedef {{row: PhotoRow, bytes: Uint8Array<ArrayBuffer>}} TakenPhoto a photo with its digest, not on the disk yet */

/** The stores that `putPhoto` writes. */
export const PHOTO_STORES = ['photos', 'photo_bytes'];

/**
 * Hashes a photo before any transaction begins.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{media_type: string, taken_at: string}} facts
 * @returns {Promise<TakenPhoto>}
 */
export async function takenPhoto(bytes, { media_type, taken_at }) {
  if (bytes.byteLength === 0) throw new RangeError('an empty file is no photo');
  const digest = await sha256(bytes);
  const row = { digest, bytes: bytes.byteLength, media_type, taken_at, state: /** @type {const} */ ('here'), upload_url: null, sent_bytes: 0 };
  return { row, bytes };
}

/**
 * Writes a photo within a transaction; the same bytes are kept once.
 * @param {import("./database.js").WriteTx} tx
 * @param {TakenPhoto} photo
 * @returns {Promise<PhotoRow>}
 */
export async function putPhoto(tx, { row, bytes }) {
  const known = /** @type {PhotoRow|undefined} */ (await tx.objectStore('photos').get(row.digest));
  const holds = (await tx.objectStore('photo_bytes').getKey(row.digest)) !== undefined;
  if (known && holds && known.state !== 'lost') return known;
  await tx.objectStore('photo_bytes').put(bytes, row.digest);
  await tx.objectStore('photos').put(row);
  return row;
}

/**
 * Hashes and saves a photo that no draft names yet; on the disk when this returns.
 * @param {Database} db
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{media_type: string, taken_at: string}} facts
 * @returns {Promise<PhotoRow>}
 * @throws {import("./database.js").StorageFull}
 */
export async function keepPhoto(db, bytes, facts) {
  const photo = await takenPhoto(bytes, facts);
  return strict(db, PHOTO_STORES, (tx) => putPhoto(tx, photo));
}

/**
 * @param {Database} db
 * @param {string} digest
 * @returns {Promise<PhotoRow|null>}
 */
export async function photoRow(db, digest) {
  return (await db.get('photos', digest)) ?? null;
}

/**
 * The bytes, hashed again. Gone or damaged ones are null, and a photo the office has not got is then marked lost.
 * @param {Database} db
 * @param {string} digest
 * @returns {Promise<Uint8Array<ArrayBuffer>|null>}
 */
export async function photoBytes(db, digest) {
  const kept = /** @type {Uint8Array<ArrayBuffer>|undefined} */ (await db.get('photo_bytes', digest));
  if (kept !== undefined && (await sha256(kept)) === digest) return kept;
  await markPhoto(db, digest, (row) => (row.state === 'uploaded' ? row : { ...row, state: 'lost', refusal: null }));
  return null;
}

/**
 * An object URL to look at; the caller revokes it.
 * @param {Database} db
 * @param {string} digest
 * @returns {Promise<string|null>}
 */
export async function photoUrl(db, digest) {
  const kept = await db.get('photo_bytes', digest);
  const row = await photoRow(db, digest);
  return kept === undefined || row === null ? null : URL.createObjectURL(new Blob([kept], { type: row.media_type }));
}

/**
 * A photo as it is before anything of it was sent: to be sent from the beginning.
 * @param {PhotoRow} row
 * @returns {PhotoRow}
 */
export function unsentRow(row) {
  return { ...row, state: 'here', upload_url: null, sent_bytes: 0, refusal: null };
}

/**
 * A photo that the office did not take. Its bytes stay.
 * @param {Database} db
 * @param {string} digest
 * @param {import("../types.js").Refusal} refusal
 */
export async function photoRefused(db, digest, refusal) {
  await markPhoto(db, digest, (row) => ({ ...unsentRow(row), state: 'refused', refusal }));
}

/**
 * The digests of the photos that the office did not take.
 * @param {Database} db
 * @returns {Promise<Set<string>>}
 */
export async function refusedPhotos(db) {
  return new Set(/** @type {string[]} */ (await db.getAllKeysFromIndex('photos', 'by_state', 'refused')));
}

/**
 * Changes what is known of a photo, read and written in one transaction.
 * @param {Database} db
 * @param {string} digest
 * @param {(row: PhotoRow) => PhotoRow} change
 */
export async function markPhoto(db, digest, change) {
  await strict(db, ['photos'], async (tx) => {
    const row = await tx.objectStore('photos').get(digest);
    if (row) await tx.objectStore('photos').put(change(row));
  });
}

/**
 * The photos that are only on this phone, smallest first.
 * @param {Database} db
 * @returns {Promise<PhotoRow[]>}
 */
export async function photosHere(db) {
  const rows = /** @type {PhotoRow[]} */ (await db.getAllFromIndex('photos', 'by_state', 'here'));
  return rows.sort((a, b) => a.bytes - b.bytes);
}

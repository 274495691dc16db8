/**
 * The area this phone carries: parcels, layers, duties and law texts of the newest package. Knows only what was downloaded;
 * an absent parcel proves nothing.
 */

import { bboxOf } from '../core/shapes.js';
import { strict } from './database.js';

export { searchLand } from './land_search.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Parcel} Parcel */
/** @typedef {import("../types.js").Feature} Feature */
/** @typedef {import("../types.js").Duty} Duty */
/** @typedef {import("../types.js").CaseNote} CaseNote */
/** @typedef {import("../types.js").LawText} LawText */
/** @typedef {readonly number[]} Bbox west, south, east, north in degrees */

/**
 * One area as it stands on this phone.
 * @typedef {object} PackageRow
 * @property {string} area
 * @property {string|null} etag of the installed package, null while the first one is on its way
 * @property {string|null} name
 * @property {string|null} made_on
 * @property {Bbox|null} bbox
 * @property {Record<string, number>} counts
 * @property {number} bytes of the installed package
 * @property {string|null} installed_at
 * @property {string|null} checked_at when the server last said it is the newest
 * @property {boolean} changed the server said there may be a newer one
 * @property {{etag: string, bytes: number, total: number|null}|null} pending a download that is not finished
 */

/** Cells of about a kilometre: enough to find a screenful without reading a county. */
const CELL_DEG = 0.01;
const MOST_CELLS = 400;
/** Halves of the squares that are looked into for what is near: 500 m, 2 km, 5 km. */
const NEAR_DEG = [0.005, 0.02, 0.05];
/** The one cell of a row so wide that it may be anywhere. */
const WIDE = 'wide';

/**
 * The cells a box touches; null when they are so many that reading everything is quicker.
 * @param {Bbox} bbox
 * @returns {string[]|null}
 */
export function cellsOf([west, south, east, north]) {
  const [x0, y0, x1, y1] = [west, south, east, north].map((degrees) => Math.floor(degrees / CELL_DEG));
  if (!((x1 - x0 + 1) * (y1 - y0 + 1) <= MOST_CELLS)) return null;
  const cells = [];
  for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) cells.push(`${x}:${y}`);
  return cells;
}

/**
 * A row with what finds it on the map again.
 * @param {Record<string, any>} line a parcel or feature of a package
 * @param {string} area
 */
export function placed(line, area) {
  const bbox = /** @type {Bbox} */ (bboxOf(line.geometry) ?? [-180, -90, 180, 90]);
  const { entity: _, ...row } = line;
  return { ...row, area, bbox, cells: cellsOf(bbox) ?? [WIDE] };
}

/** Every area, downloaded or on its way. @param {Database} db @returns {Promise<PackageRow[]>} */
export async function listPackages(db) {
  return db.getAll('packages');
}

/**
 * The area this phone works in: the installed one, the newest first when there are several; null before the first download.
 * @param {Database} db
 * @returns {Promise<PackageRow|null>}
 */
export async function readPackage(db) {
  const rows = (await listPackages(db)).filter((row) => row.etag !== null);
  const installed_ms = (/** @type {PackageRow} */ row) => Date.parse(row.installed_at ?? '');
  return rows.sort((a, b) => installed_ms(b) - installed_ms(a))[0] ?? null;
}

/** @param {Database} db @param {string} id @returns {Promise<Parcel|null>} */
export async function parcel(db, id) {
  return (await db.get('parcels', id)) ?? null;
}

/** @param {Database} db @param {string} code @returns {Promise<Parcel|null>} */
export async function parcelByCode(db, code) {
  return (await db.getFromIndex('parcels', 'code', code)) ?? null;
}

/** @param {Database} db @returns {Promise<Parcel[]>} */
export async function allParcels(db) {
  return db.getAll('parcels');
}

/** Parcels whose box meets this one. @param {Database} db @param {Bbox} bbox @returns {Promise<Parcel[]>} */
export async function parcelsIn(db, bbox) {
  return rowsIn(db, 'parcels', bbox);
}

/**
 * Features whose box meets this one, of the named layers or of all.
 * @param {Database} db
 * @param {Bbox} bbox
 * @param {string[]|null} [layers]
 * @returns {Promise<Feature[]>}
 */
export async function featuresIn(db, bbox, layers = null) {
  const rows = /** @type {Feature[]} */ (await rowsIn(db, 'features', bbox));
  return layers === null ? rows : rows.filter((row) => layers.includes(row.layer));
}

/**
 * @param {Database} db
 * @param {"parcels"|"features"} store
 * @param {Bbox} bbox
 * @returns {Promise<any[]>}
 */
async function rowsIn(db, store, bbox) {
  const cells = cellsOf(bbox);
  const wide = cells === null;
  const index = db.transaction(store).objectStore(store).index('by_cell');
  const found = wide ? [await db.getAll(store)] : await Promise.all([...cells, WIDE].map((cell) => index.getAll(cell)));
  const [west, south, east, north] = bbox;
  /** @type {Map<string, any>} */
  const rows = new Map();
  for (const row of found.flat()) {
    const meets = row.bbox[0] <= east && row.bbox[2] >= west && row.bbox[1] <= north && row.bbox[3] >= south;
    if (meets) rows.set(row.id, row);
  }
  return [...rows.values()];
}

/** @param {Database} db @param {string} id @returns {Promise<Feature|null>} */
export async function feature(db, id) {
  return (await db.getFromIndex('features', 'by_id', id)) ?? null;
}

/** @param {Database} db @param {string} parcel_id @returns {Promise<Duty[]>} */
export async function dutiesOf(db, parcel_id) {
  return db.getAllFromIndex('duties', 'parcel_id', parcel_id);
}

/** Open leads and cases of a parcel. @param {Database} db @param {string} parcel_id @returns {Promise<CaseNote[]>} */
export async function notesOf(db, parcel_id) {
  return db.getAllFromIndex('case_notes', 'by_parcel', parcel_id);
}

/** @param {Database} db @param {string} id @returns {Promise<LawText|null>} */
export async function lawText(db, id) {
  return (await db.get('law_texts', id)) ?? null;
}

/** @param {Database} db @returns {Promise<LawText[]>} */
export async function lawTexts(db) {
  return db.getAll('law_texts');
}

/**
 * Enough parcels to find the nearest among them: those of a box that grows until it holds some, at last all.
 * @param {Database} db
 * @param {{lon: number, lat: number}} at
 * @param {number} least
 * @returns {Promise<Parcel[]>}
 */
export async function parcelsNear(db, { lon, lat }, least) {
  for (const half of NEAR_DEG) {
    const found = await parcelsIn(db, [lon - half, lat - half, lon + half, lat + half]);
    if (found.length >= least) return found;
  }
  return allParcels(db);
}

/**
 * Puts a whole package in the place of the area's old one, in one transaction: a screen sees the old land or the new. Of
 * leads and cases a package speaks only to a phone that never pulled: each was cut before some pull, which told every one of
 * them and took away what has ended since.
 * @param {Database} db
 * @param {PackageRow} row
 * @param {Record<"parcels"|"features"|"duties"|"case_notes"|"law_texts", any[]>} lines
 */
export async function replaceArea(db, row, lines) {
  const { area } = row;
  const stores = ['parcels', 'features', 'duties', 'case_notes', 'law_texts', 'packages', 'package_parts'];
  await strict(db, [...stores, 'meta'], async (tx) => {
    await clearArea(tx, area);
    const { case_notes, ...land } = lines;
    const has_pulled = (await tx.objectStore('meta').get('pull')) !== undefined;
    if (!has_pulled) await clearNotes(tx, area);
    let last = Promise.resolve(/** @type {any} */ (undefined));
    for (const [name, rows] of Object.entries(has_pulled ? land : lines)) {
      for (const each of rows) last = tx.objectStore(name).put(each);
    }
    await last;
    await tx.objectStore('package_parts').delete(partsOf(area));
    await tx.objectStore('packages').put(row);
  }, 'strict', stores);
}

/**
 * @param {import("./database.js").WriteTx} tx
 * @param {string} area
 */
async function clearNotes(tx, area) {
  for (const note of /** @type {CaseNote[]} */ (await tx.objectStore('case_notes').getAll())) {
    if (note.region.startsWith(area)) tx.objectStore('case_notes').delete(note.id);
  }
}

/**
 * Takes an area off the phone: its land and duties; what was seen there stays in the outbox.
 * @param {Database} db
 * @param {string} area
 */
export async function dropArea(db, area) {
  await strict(db, ['parcels', 'features', 'duties', 'packages', 'package_parts'], async (tx) => {
    await clearArea(tx, area);
    await tx.objectStore('package_parts').delete(partsOf(area));
    await tx.objectStore('packages').delete(area);
  });
}

/**
 * @param {import("./database.js").WriteTx} tx
 * @param {string} area
 */
async function clearArea(tx, area) {
  for (const name of ['parcels', 'features', 'duties']) {
    for (const key of await tx.objectStore(name).index('by_area').getAllKeys(area)) tx.objectStore(name).delete(key);
  }
}

/**
 * The keys of the downloaded parts of an area.
 * @param {string} area
 */
export function partsOf(area) {
  return IDBKeyRange.bound([area, 0], [area, Number.MAX_SAFE_INTEGER]);
}

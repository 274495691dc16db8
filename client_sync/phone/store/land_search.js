/**
 * What can be said of each parcel when it is looked for, read once and kept in memory while the land stays as it is.
 * Knows only what was downloaded, and holds no shapes: twenty thousand parcels are a few megabytes of words.
 */

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Duty} Duty */
/** @typedef {import("../types.js").Parcel} Parcel */
/** @typedef {{id: string, text: string}} Said */

/** Rows read at once: reading them one by one takes longer, all at once more memory than an old phone has. */
const AT_ONCE = 1000;

/** With the packages it was read of. @type {WeakMap<Database, {of: string, said: Promise<Said[]>}>} */
const KEPT = new WeakMap();

/**
 * Parcels that name all the words in their name, code, town or village, holder or a duty's party, number or contract; codes by any part.
 * @param {Database} db
 * @param {string} words
 * @param {number} [most]
 * @returns {Promise<Parcel[]>}
 */
export async function searchLand(db, words, most = 50) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const said = await saidOf(db);
  const found = said.filter(({ text }) => wanted.every((word) => text.includes(word))).slice(0, most);
  const rows = await Promise.all(found.map(({ id }) => db.get('parcels', id)));
  return rows.filter((row) => row !== undefined);
}

/** @param {Database} db @returns {Promise<Said[]>} */
async function saidOf(db) {
  const packages = /** @type {import("./land.js").PackageRow[]} */ (await db.getAll('packages'));
  const of = JSON.stringify(packages.map(({ area, etag, installed_at }) => [area, etag, installed_at]));
  const kept = KEPT.get(db);
  if (kept?.of === of) return kept.said;
  const said = read(db);
  KEPT.set(db, { of, said });
  // A reading that failed is tried anew by the next search; this one tells its caller.
  said.catch(() => KEPT.delete(db));
  return said;
}

/** @param {Database} db @returns {Promise<Said[]>} */
async function read(db) {
  /** @type {Map<string, string>} */
  const owed = new Map();
  for (const duty of /** @type {Duty[]} */ (await db.getAll('duties'))) {
    const words = [duty.party, duty.supply_no, duty.contract_no, duty.code].filter(Boolean).join(' ');
    owed.set(duty.parcel_id, `${owed.get(duty.parcel_id) ?? ''} ${words}`);
  }
  /** @type {Said[]} */
  const said = [];
  for (let after = ''; ;) {
    const rows = /** @type {Parcel[]} */ (await db.getAll('parcels', IDBKeyRange.lowerBound(after, true), AT_ONCE));
    for (const { id, code, name, region_name, holder } of rows) {
      const words = [code, name, region_name, holder, owed.get(id)].filter(Boolean).join(' ');
      said.push({ id, text: plain(words) });
    }
    if (rows.length < AT_ONCE) return said;
    after = rows[rows.length - 1].id;
  }
}

/** @param {string} text */
function plain(text) {
  return text.normalize('NFKC').toLowerCase();
}

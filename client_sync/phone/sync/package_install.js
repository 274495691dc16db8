/**
 * Unpacks a downloaded package and puts it in the place of the area's old one. Refuses a package that is not whole, and
 * then leaves the old one as it was.
 */

import { lineReader } from '../core/package_lines.js';
import { placed, replaceArea } from '../store/land.js';
import { Unreachable } from './errors.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../store/land.js").PackageRow} PackageRow */

/**
 * @param {Database} db
 * @param {PackageRow} row the area as it shall stand
 * @param {Blob} packed gzip of the package's lines
 * @param {() => Promise<void>} forget takes the downloaded bytes away when they are no package
 * @returns {Promise<PackageRow>}
 */
export async function install(db, row, packed, forget) {
  const { lines, head, problem } = await unpacked(packed, row.area);
  if (problem !== null || head === null) {
    await forget();
    throw new Unreachable(problem?.detail ?? 'an empty package', { code: problem?.code ?? 'package-incomplete' });
  }
  const { name = null, made_on = null, bbox = null, counts = {} } = head;
  const installed = { ...row, name, made_on, bbox, counts };
  await replaceArea(db, installed, lines);
  return installed;
}

/**
 * @param {Blob} packed
 * @param {string} area
 */
async function unpacked(packed, area) {
  const lines = { parcels: [], features: [], duties: [], case_notes: [], law_texts: [] };
  const kept = rowsOf(lines, area);
  const reading = lineReader();
  const text = packed.stream().pipeThrough(new DecompressionStream('gzip')).pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let chunk = await text.read(); !chunk.done; chunk = await text.read()) reading.push(chunk.value).forEach(kept);
  } catch (fault) {
    return { lines, head: null, problem: { code: 'package-unreadable', detail: `it cannot be unpacked: ${fault}` } };
  }
  return { lines, head: /** @type {any} */ (reading.head()), problem: reading.end() };
}

/**
 * Puts each line where it belongs; a kind of line that this app does not know is passed over.
 * @param {Record<string, any[]>} lines
 * @param {string} area
 */
function rowsOf(lines, area) {
  return (/** @type {Record<string, any>} */ line) => {
    const { entity, ...row } = line;
    if (entity === 'parcel') lines.parcels.push(placed(line, area));
    if (entity === 'feature') lines.features.push(placed(line, area));
    if (entity === 'duty') lines.duties.push({ ...row, area });
    if (entity === 'case_note') lines.case_notes.push(row);
    if (entity === 'law_text') lines.law_texts.push(row);
  };
}

/**
 * Cuts what waits into pushes that the server takes, in the order of sealing. Refuses nothing: a record too large for any
 * push travels alone, and the server's answer to it is what sets it aside.
 */

import { utf8 } from './bytes.js';

/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */

/** Room for the envelope around the items. */
const ENVELOPE_BYTES = 2_048;
const DEFAULT_ITEMS = 500;
const DEFAULT_BYTES = 4 * 1024 * 1024;

/**
 * One item of a push, as the protocol writes it.
 * @param {OutboxRecord} record
 * @returns {{type: string, manifest: string, signature: import("../types.js").Signature|null}}
 */
export function itemOf({ type, manifest, signature }) {
  return { type, manifest, signature };
}

/**
 * Batches within the limits of `push_items` and `push_bytes` (uncompressed, so a server that inflates agrees).
 * @param {readonly OutboxRecord[]} records
 * @param {Record<string, number>} limits as the server stated them
 * @returns {OutboxRecord[][]}
 */
export function batchesOf(records, limits) {
  const most = Math.max(1, limits.push_items ?? DEFAULT_ITEMS);
  const room = (limits.push_bytes ?? DEFAULT_BYTES) - ENVELOPE_BYTES;
  const ordered = [...records].sort((one, other) => (one.n ?? 0) - (other.n ?? 0));
  /** @type {OutboxRecord[][]} */
  const batches = [];
  let used = 0;
  for (const record of ordered) {
    const bytes = utf8(JSON.stringify(itemOf(record))).length + 1;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length >= most || used + bytes > room) {
      batches.push([record]);
      used = bytes;
    } else {
      batch.push(record);
      used += bytes;
    }
  }
  return batches;
}

/**
 * The two halves of a batch the server found too large; a single record cannot be halved.
 * @param {readonly OutboxRecord[]} batch
 * @returns {OutboxRecord[][]}
 */
export function halves(batch) {
  if (batch.length < 2) return [];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

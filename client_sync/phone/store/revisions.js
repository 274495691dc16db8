/**
 * Begins a correction: a draft of the next revision, filled with what the newest sealed one says.
 * Never alters what was signed; a report this phone did not seal cannot be revised here.
 */

import { listDrafts, readDraft } from './drafts.js';
import { strict } from './database.js';
import { recordsOfReport } from './outbox.js';

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../types.js").Draft} Draft */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */

/**
 * The draft of a correction; the one already begun when there is one.
 * @param {Database} db
 * @param {string} id
 * @param {{nowIso: () => string}} clock
 * @returns {Promise<Draft>}
 * @throws {RangeError} when this phone holds no such report
 */
export async function revise(db, id, clock) {
  const begun = await readDraft(db, id);
  if (begun) return begun;
  const newest = (await recordsOfReport(db, id)).filter((record) => record.type === 'report').at(-1);
  if (!newest) throw new RangeError(`this phone holds no report ${id}`);
  const draft = draftAfter(newest, clock.nowIso());
  await strict(db, ['drafts'], (tx) => tx.objectStore('drafts').put(draft));
  return draft;
}

/**
 * @param {OutboxRecord} record
 * @param {string} at
 * @returns {Draft}
 */
export function draftAfter(record, at) {
  const said = JSON.parse(record.manifest);
  return {
    id: record.id,
    rev: record.rev + 1,
    prev: record.digest,
    started_at: at,
    updated_at: at,
    step: 'observation',
    task_id: said.task_id ?? null,
    parcel_id: record.summary.parcel_id,
    parcel_claim: said.parcel_claim ?? null,
    captured_at: said.captured_at,
    fixes: [],
    position: said.position ?? null,
    view: said.view ?? null,
    photos: said.photos.map((/** @type {any} */ photo) => ({
      ...photo, position: photo.position ?? null, view: photo.view ?? null, camera_api: photo.camera_api ?? 'file-input',
    })),
    sketch: said.sketch ?? null,
    observation: said.observation,
    onsite: said.onsite ?? null,
    note: said.note ?? null,
    also_present: said.inspectors.slice(1),
  };
}

/**
 * Drafts that correct something, by report id.
 * @param {Database} db
 * @returns {Promise<Set<string>>}
 */
export async function correctionsBegun(db) {
  return new Set((await listDrafts(db)).filter((draft) => draft.rev > 1).map((draft) => draft.id));
}

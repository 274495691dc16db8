/**
 * Begins a visit: from a task, from a tapped parcel, or where the inspector happens to stand. Never begins a second visit of
 * a task or a parcel whose first is still a draft, and draws nothing.
 */

import { anotherMatter, newDraft } from '../../core/drafts.js';
import { discardDraft, keepDraft, listDrafts } from '../../store/drafts.js';
import { parcel } from '../../store/land.js';
import { sealTaskProgress } from '../../store/outbox.js';
import { task } from '../../store/work.js';

/** @typedef {import("../../types.js").Draft} Draft */
/** @typedef {import("../../types.js").Phone} Phone */

/** The screens of a visit, in the order they are walked; `draft.step` is one of them, or "sealing". */
export const STEPS = /** @type {const} */ (['visit', 'photos', 'observation']);

/** Patterns for the router, all shown by `visitScreen` of visit.js. */
export const VISIT_PATTERNS = ['/visit/:id', '/visit/:id/:step'];

/** @param {string} id @param {string} [step] @returns {string} path for `phone.go` */
export function visitPath(id, step) {
  return step ? `/visit/${id}/${step}` : `/visit/${id}`;
}

/** Visits that are being begun, lest a double tap begin two. @type {Map<string, Promise<string>>} */
const beginning = new Map();

/**
 * The draft of this visit; a task is marked as started with it.
 * @param {Phone} phone
 * @param {{task_id?: string|null, parcel_id?: string|null}} from neither: a free spot
 * @returns {Promise<string>} id of the draft, for `visitPath`
 */
export function startVisit(phone, { task_id = null, parcel_id = null }) {
  const name = `${task_id} ${parcel_id}`;
  const begun = beginning.get(name) ?? begin(phone, task_id, parcel_id).finally(() => beginning.delete(name));
  beginning.set(name, begun);
  return begun;
}

/** @param {Phone} phone @param {string|null} task_id @param {string|null} parcel_id @returns {Promise<string>} */
async function begin(phone, task_id, parcel_id) {
  const begun = (await listDrafts(phone.db)).find((draft) => isSameVisit(draft, task_id, parcel_id));
  if (begun) return begun.id;
  const [from_task, from_parcel] = await Promise.all([
    task_id ? task(phone.db, task_id) : null,
    parcel_id ? parcel(phone.db, parcel_id) : null,
  ]);
  const draft = newDraft({ id: crypto.randomUUID(), now: phone.clock.nowIso(), task: from_task, parcel: from_parcel });
  await keepDraft(phone.db, draft);
  if (from_task?.state === 'open') {
    await sealTaskProgress(phone.db, { task_id: from_task.id, state: 'started' }, { clock: phone.clock, app: phone.config.app });
  }
  return draft.id;
}

/** @param {Draft} draft @param {string|null} task_id @param {string|null} parcel_id */
function isSameVisit(draft, task_id, parcel_id) {
  if (draft.rev > 1 || draft.step === 'sealing') return false;
  if (task_id) return draft.task_id === task_id;
  return parcel_id !== null && draft.task_id === null && draft.parcel_id === parcel_id;
}

/**
 * Another matter at the same place: place, claim and photos stay, only what was seen is asked again.
 * @param {Phone} phone
 * @param {Draft} sealed the draft as it was sealed
 * @returns {Promise<string>} id of the new draft
 */
export async function startAnotherMatter(phone, sealed) {
  const draft = anotherMatter(sealed, { id: crypto.randomUUID(), now: phone.clock.nowIso() });
  await keepDraft(phone.db, draft);
  return draft.id;
}

/** @param {Phone} phone @param {string} id */
export async function dropVisit(phone, id) {
  await discardDraft(phone.db, id);
}

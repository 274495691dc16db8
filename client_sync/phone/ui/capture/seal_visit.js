/**
 * Turns a finished draft into a sealed report, and ends its task with it. Says nothing is saved before it is.
 */

import { keepDraft, listDrafts } from '../../store/drafts.js';
import { NotSealable, seal } from '../../store/outbox.js';
import { GoneElsewhere } from './session.js';

/** @typedef {import("../../types.js").Draft} Draft */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {{draft: Draft, record: OutboxRecord}} Sealed */

/** What was sealed since the app was opened: the last screen of a visit shows it. @type {Map<string, Sealed>} */
const sealed = new Map();

/**
 * @param {Phone} phone
 * @param {Draft} draft
 * @returns {Promise<OutboxRecord>}
 */
export async function sealDraft(phone, draft) {
  // A correction is not another visit: the task ended with the first.
  const progress = draft.task_id && draft.rev === 1 ? { task_id: draft.task_id, state: /** @type {const} */ ('done') } : null;
  const record = await seal(phone.db, draft, { clock: phone.clock, app: phone.config.app, progress });
  sealed.set(draft.id, { draft, record });
  return record;
}

/**
 * Seal the draft of an open visit; when that fails the visit is open again and nothing is lost.
 * @param {Visit} visit
 * @returns {Promise<OutboxRecord>}
 */
export async function sealVisit(visit) {
  // Pictures and answers that another window added meanwhile belong to the report too.
  await visit.change({});
  if (visit.problem instanceof GoneElsewhere) throw visit.problem;
  await visit.end();
  try {
    return await sealDraft(visit.phone, visit.draft);
  } catch (error) {
    visit.reopen();
    throw error;
  }
}

/** @param {string} id @returns {Sealed|null} */
export function lastSealed(id) {
  return sealed.get(id) ?? null;
}

/**
 * Seal what an earlier life of the app had no time to seal; what cannot be sealed is a draft to go on with. Call once at the
 * start, before screens. Never keeps the app from starting for want of room: the next start tries again.
 * @param {Phone} phone
 * @returns {Promise<number>} how many were sealed
 */
export async function finishSealing(phone) {
  if (phone.identity === null) return 0;
  const left = (await listDrafts(phone.db)).filter((draft) => draft.step === 'sealing');
  let done = 0;
  for (const draft of left) {
    try {
      await sealDraft(phone, draft);
      done += 1;
    } catch (error) {
      if (error instanceof NotSealable) await keepDraft(phone.db, { ...draft, step: 'visit' });
      else console.error(error);
    }
  }
  return done;
}

/**
 * "Nothing found" in one tap: durable at once, sealed a few seconds later unless it is taken back. Never asks "are you sure".
 */

import { nothingFound } from '../../core/drafts.js';
import { listDrafts } from '../../store/drafts.js';
import { toast } from '../parts.js';
import { t } from '../words.js';
import { openVisit } from './session.js';
import { sealDraft, sealVisit } from './seal_visit.js';
import { visitPath } from './start.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("./session.js").Visit} Visit */

/** Long enough to see a wrong tap, short enough that the next stop finds it sealed. */
export const TAKE_BACK_MS = 6000;

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const waiting = new Map();

/**
 * Keep the finding, leave for today's list, and seal when the time to take it back is over.
 * @param {Visit} visit
 */
export async function foundNothing(visit) {
  const { phone, draft } = visit;
  const { observation } = nothingFound(draft, phone.clock.nowIso());
  const held = await openVisit(phone, draft.id);
  try {
    await visit.change({ observation, step: 'sealing' });
  } catch {
    // The screen already shows why it was not saved and stays; only the extra hold is given back.
    held?.release();
    return;
  }
  const away = toast(t('capture.nothing_kept'), {
    undo: { label: t('capture.take_back'), act: 'take-back', onclick: () => void takeBack(visit) },
    stay_ms: TAKE_BACK_MS,
  });
  waiting.set(draft.id, setTimeout(() => void finish(visit, away), TAKE_BACK_MS));
  phone.go('/');
}

/** @param {Visit} visit */
async function takeBack(visit) {
  clearTimeout(waiting.get(visit.draft.id));
  waiting.delete(visit.draft.id);
  await visit.change({ observation: null, step: 'visit' });
  visit.phone.go(visitPath(visit.draft.id, 'visit'));
  visit.release();
}

/** @param {Visit} visit @param {() => void} away */
async function finish(visit, away) {
  away();
  waiting.delete(visit.draft.id);
  try {
    await sealVisit(visit);
  } finally {
    visit.release();
  }
}

/**
 * Seal what an earlier life of the app had no time to seal. Call once at the start.
 * @param {Phone} phone
 * @returns {Promise<number>} how many
 */
export async function finishSealing(phone) {
  const left = (await listDrafts(phone.db)).filter((draft) => draft.step === 'sealing' && !waiting.has(draft.id));
  for (const draft of left) await sealDraft(phone, draft);
  return left.length;
}

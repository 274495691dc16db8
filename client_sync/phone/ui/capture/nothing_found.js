/**
 * "Nothing found" in one tap: durable at once, sealed a few seconds later unless it is taken back. Never asks "are you sure".
 */

import { nothingFound } from '../../core/drafts.js';
import { recordsOfReport } from '../../store/outbox.js';
import { toast } from '../parts.js';
import { t } from '../words.js';
import { openVisit } from './session.js';
import { sealVisit } from './seal_visit.js';
import { visitPath } from './start.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("./session.js").Visit} Visit */

/** Long enough to see a wrong tap, short enough that the next stop finds it sealed. */
export const TAKE_BACK_MS = 6000;

/** @type {Map<string, ReturnType<typeof setTimeout>|null>} null while the finding is being kept */
const waiting = new Map();

/**
 * Keep the finding, leave for today's list, and seal when the time to take it back is over.
 * @param {Visit} visit
 */
export async function foundNothing(visit) {
  const { phone, draft } = visit;
  // A glove taps twice; and a picture that still waits for room would be left out of what is sealed, so the banner stays instead.
  if (waiting.has(draft.id) || visit.unkept.length > 0) return;
  waiting.set(draft.id, null);
  const { observation } = nothingFound(draft, phone.clock.nowIso());
  const held = await openVisit(phone, draft.id);
  if (!(await visit.change({ observation, step: 'sealing' }))) {
    waiting.delete(draft.id);
    return held?.release();
  }
  const away = toast(t('capture.nothing_kept'), {
    undo: { label: t('capture.take_back'), act: 'take-back', onclick: () => void takeBack(visit) },
    stay_ms: TAKE_BACK_MS,
  });
  waiting.set(draft.id, setTimeout(() => void finish(visit, away), TAKE_BACK_MS));
  phone.go('/');
}

/** Another tab may have sealed it at its start; then only a correction helps. @param {Visit} visit */
async function takeBack(visit) {
  const { phone, draft } = visit;
  clearTimeout(waiting.get(draft.id) ?? undefined);
  waiting.delete(draft.id);
  try {
    if (await isSealed(visit)) return phone.go(`/report/${draft.id}`);
    await visit.change({ observation: null, step: 'visit' });
    phone.go(visitPath(draft.id, 'visit'));
  } finally {
    visit.release();
  }
}

/** Whether another tab sealed it at its start. @param {Visit} visit */
async function isSealed({ phone, draft }) {
  return (await recordsOfReport(phone.db, draft.id)).some(({ rev }) => rev === draft.rev);
}

/** @param {Visit} visit @param {() => void} away */
async function finish(visit, away) {
  away();
  waiting.delete(visit.draft.id);
  try {
    if (!(await isSealed(visit))) await sealVisit(visit);
  } catch (error) {
    // What is about to be sealed stands in no list: what could not be is a visit to go on with, where it can be seen.
    await visit.change({ step: 'visit' });
    throw error;
  } finally {
    visit.release();
  }
}

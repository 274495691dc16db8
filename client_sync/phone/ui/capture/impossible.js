/**
 * A task that cannot be done: why, in one tap. Records no observation, because nothing was observed.
 */

import { sealTaskProgress } from '../../store/outbox.js';
import { h } from '../dom.js';
import { bigButton, sheet, toast } from '../parts.js';
import { t } from '../words.js';
import { dropVisit } from './start.js';

/** @typedef {import("../../types.js").Task} Task */
/** @typedef {import("./session.js").Visit} Visit */

const REASONS = /** @type {const} */ (['no_road', 'locked', 'refused', 'unsafe', 'wrong_place']);

/** @param {Visit} visit @param {Task} task */
export function askImpossible(visit, task) {
  const other = h('textarea', { id: 'impossible-other', rows: 2, maxlength: 500 });
  const otherReason = () => other.value.trim() || t('capture.impossible.other');
  const choose = async (/** @type {string} */ reason) => {
    // Closed first: a second tap would tell the office twice.
    opened.close();
    await giveUp(visit, task, reason);
    visit.phone.go('/');
    toast(t('capture.impossible_kept'));
  };
  const opened = sheet(t('capture.impossible_why'), [
    h('p', { class: 'hint' }, t('capture.impossible_hint')),
    REASONS.map((reason) => {
      const label = t(`capture.impossible.${reason}`);
      return bigButton({ label, act: `impossible-${reason}`, onclick: () => void choose(label) });
    }),
    h('label', { for: 'impossible-other' }, t('capture.impossible.other')),
    other,
    bigButton({ label: t('capture.impossible_send'), act: 'impossible-other', onclick: () => void choose(otherReason()) }),
  ]);
}

/**
 * The draft goes only when it holds nothing anyone made.
 * @param {Visit} visit
 * @param {Task} task
 * @param {string} reason
 */
async function giveUp(visit, task, reason) {
  const { phone, draft } = visit;
  await sealTaskProgress(phone.db, { task_id: task.id, state: 'impossible', reason }, { clock: phone.clock, app: phone.config.app });
  if (draft.photos.length > 0 || draft.observation !== null) return;
  await visit.end();
  await dropVisit(phone, draft.id);
}

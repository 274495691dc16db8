/**
 * The line on top of every screen of a correction: which report it corrects, and what becomes of that one. Draws nothing for a
 * first report.
 */

import { parcel as parcelById } from '../../store/land.js';
import { recordsOfReport } from '../../store/outbox.js';
import { h, mount } from '../dom.js';
import { instantWords } from '../format.js';
import { icon } from '../icons.js';
import { landName } from '../place_words.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Draft} Draft */
/** @typedef {import("../../types.js").Phone} Phone */

/**
 * @param {Phone} phone
 * @param {Draft} draft
 * @returns {HTMLElement|null} null for what corrects nothing
 */
export function correctionLine(phone, draft) {
  if (draft.rev === 1) return null;
  const which = h('strong', null, t('capture.correcting'));
  void earlierWords(phone, draft).then((words) => mount(which, words));
  return h('p', { class: 'correcting', role: 'note' }, icon('edit'), h('span', null, which, h('span', { class: 'correcting-rest' }, ` ${t('capture.correcting_text')}`)));
}

/**
 * The report as it was told the last time: when, what, where.
 * @param {Phone} phone
 * @param {Draft} draft
 */
async function earlierWords(phone, { id, prev, captured_at, started_at }) {
  const earlier = (await recordsOfReport(phone.db, id)).find(({ digest }) => digest === prev)?.summary;
  const land = earlier?.parcel_id ? await parcelById(phone.db, earlier.parcel_id) : null;
  const what = tOr(`capture.kind.${earlier?.kind}`, 'capture.observation');
  const where = land ? landName(land) : (earlier?.place ?? null);
  const when = instantWords(earlier?.captured_at ?? captured_at ?? started_at, phone.clock.nowMs());
  return t('capture.correcting_which', { when, what: [what, where].filter(Boolean).join(' · ') });
}

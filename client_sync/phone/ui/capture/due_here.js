/**
 * One card: why we are here and what is due on this land, open leads and cases, approvals on record. Decides nothing.
 */

import { dutiesOf, feature, notesOf } from '../../store/land.js';
import { h } from '../dom.js';
import { chinaDay, dayWords, dueClass } from '../format.js';
import { shape } from '../icons.js';
import { card, row } from '../parts.js';
import { inWords, t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Task} Task */

/** Layers whose features are approvals: what a person on the land may be asked to show. */
export const APPROVAL_LAYERS = ['approval', 'supply'];

/**
 * @param {Phone} phone
 * @param {Parcel|null} parcel
 * @param {Task|null} task
 * @returns {Promise<HTMLElement|null>} null when nothing is known about this place
 */
export async function dueHere(phone, parcel, task) {
  const today = chinaDay(phone.clock.nowMs());
  const [duties, notes] = parcel ? await Promise.all([dutiesOf(phone.db, parcel.id), notesOf(phone.db, parcel.id)]) : [[], []];
  const lines = [
    task && row({ lead: shape(task.programme), title: task.reason, text: dueWords(task.due_on, today) }),
    duties.map((duty) => row({
      lead: shape(duty.programme),
      title: tOr(`duty.${duty.kind}`, 'capture.duty_other', { kind: duty.kind }),
      text: [dueWords(duty.due_on, today), duty.party && h('span', null, ` ${duty.party}`)],
    })),
    notes.map((note) => row({
      lead: shape(note.programme), title: `${t(`capture.note.${note.type}`)} ${note.number}`, text: inWords(note, 'summary'),
    })),
    parcel && (await approvals(phone, parcel)),
  ];
  if (!lines.flat().some(Boolean)) return null;
  const all = parcel && row({ title: t('capture.all_facts'), act: 'parcel-facts', onclick: () => phone.go(`/parcel/${parcel.id}`) });
  return card(t('capture.due_here'), lines, all);
}

/** @param {string|null} day @param {string} today */
function dueWords(day, today) {
  return day ? h('span', { class: dueClass(day, today) }, dayWords(day, today)) : t('capture.no_due_day');
}

/**
 * What to ask to be shown: the approvals and supplies that cover the parcel, or that none is on record.
 * @param {Phone} phone
 * @param {Parcel} parcel
 */
async function approvals(phone, parcel) {
  const named = parcel.covered_by.filter(({ layer }) => APPROVAL_LAYERS.includes(layer));
  const found = await Promise.all(named.map(async ({ id, share }) => ({ share, feature: await feature(phone.db, id) })));
  if (found.length === 0) return row({ lead: '▤', title: t('capture.approval_none'), text: t('capture.approval_none_text') });
  return found.map(({ feature: paper, share }) => row({
    lead: '▤',
    title: t('capture.approval', { code: paper?.code ?? '' }),
    text: [paper?.name, share < 0.995 && t('capture.covers', { percent: Math.round(share * 100) })].filter(Boolean).join(' · '),
  }));
}

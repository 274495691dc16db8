/**
 * The card of a tapped parcel on the map: what it is, what is open, and the way on. Decides nothing.
 */

import { dutiesOf, notesOf } from '../../store/land.js';
import { listTasks } from '../../store/work.js';
import { visitPath } from '../capture/start.js';
import { h } from '../dom.js';
import { chinaDay } from '../format.js';
import { icon, shape } from '../icons.js';
import { bigButton } from '../parts.js';
import { t, tOr } from '../words.js';
import { areaNode, awayWords, dotted, dueWords, parcelTitle, useWords } from './land_words.js';
import { startHere } from './parcel.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */

/** More lines than this would hide the map; the rest stands in the details. */
const LINES = 2;

/**
 * @param {Phone} phone
 * @param {Parcel} parcel
 * @param {{from: {lon: number, lat: number}|null, close: () => void}} how
 */
export async function parcelCard(phone, parcel, { from, close }) {
  const lines = await openLines(phone, parcel);
  const start = bigButton({ label: t('land.start'), act: 'start', kind: 'primary', icon: 'camera', onclick: () => void begin() });
  async function begin() {
    start.disabled = true;
    phone.go(visitPath(await startHere(phone, parcel)));
  }
  const what = dotted([parcel.region_name, areaNode(parcel.area_m2), useWords(parcel.land_use), parcel.holder, awayWords(from, parcel)]);
  return h(
    'section',
    { class: 'map-card', 'aria-label': t('map.card') },
    h(
      'div',
      { class: 'map-card-head' },
      h('h2', null, parcelTitle(parcel)),
      h('button', { type: 'button', class: 'bar-button', 'data-act': 'card-close', 'aria-label': t('close'), onclick: close }, icon('close')),
    ),
    h('p', { class: 'quiet' }, what),
    lines.slice(0, LINES),
    h(
      'div',
      { class: 'foot-pair' },
      bigButton({ label: t('map.details'), act: 'details', onclick: () => phone.go(`/parcel/${parcel.id}`) }),
      start,
    ),
  );
}

/**
 * What is open here, the most pressing first.
 * @param {Phone} phone
 * @param {Parcel} parcel
 */
async function openLines(phone, parcel) {
  const today = chinaDay(phone.clock.nowMs());
  const [tasks, duties, notes] = await Promise.all([listTasks(phone.db), dutiesOf(phone.db, parcel.id), notesOf(phone.db, parcel.id)]);
  const here = tasks.filter((task) => task.parcel_id === parcel.id && (task.state === 'open' || task.state === 'started'));
  const told = [
    ...here.map((task) => ({ programme: task.programme, words: task.reason, due_on: task.due_on })),
    ...notes.map((note) => ({ programme: note.programme, words: `${t(`matter.${note.type}`)} ${note.number}`, due_on: note.next_due })),
    ...duties.map((duty) => ({ programme: duty.programme, words: tOr(`duty.${duty.kind}`, 'capture.duty_other'), due_on: duty.due_on })),
  ];
  told.sort((one, other) => (one.due_on ?? '9999').localeCompare(other.due_on ?? '9999'));
  return told.map(({ programme, words, due_on }) => h('p', { class: 'map-card-line' }, `${shape(programme)} ${words} `, due_on && dueWords(due_on, today)));
}

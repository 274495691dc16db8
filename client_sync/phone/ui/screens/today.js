/**
 * Today: what was begun, the crew's tasks in order, and what is still only on this phone. Orders nobody about and ranks nobody.
 */

import { distanceM } from '../../core/positions.js';
import { listDrafts } from '../../store/drafts.js';
import { parcel } from '../../store/land.js';
import { listTasks, listNotices } from '../../store/work.js';
import { counts } from '../../store/outbox.js';
import { discardDraft } from '../../store/drafts.js';
import { startVisit, visitPath } from '../capture/start.js';
import { h, mount } from '../dom.js';
import { chinaDay, dayWords, dueClass, instantWords } from '../format.js';
import { shape } from '../icons.js';
import { barButton, bigButton, confirmSheet, empty, live, page, row } from '../parts.js';
import { awayTo, landName, taskName, taskPlace } from '../place_words.js';
import { syncLine } from '../sync_line.js';
import { t } from '../words.js';
import { remindersHere } from './reminders.js';
import { isAllowed, lastPlace, watchIfAllowed } from './whereabouts.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Task} Task */
/** @typedef {import("../../types.js").Draft} Draft */

const OVER = ['done', 'impossible'];
/** A walk shorter than this changes no distance that a list of tasks tells. */
const WORTH_TELLING_M = 25;

/**
 * @param {Phone} phone
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function todayScreen(phone) {
  const title = t('tab.today');
  const away = new Distances(phone);
  const [reminders, sync, begun, tasks, bell] = await Promise.all([
    live(phone, ['identity', 'outbox', 'storage', 'update'], () => remindersHere(phone)),
    live(phone, ['sync', 'outbox', 'identity'], async () => syncLine(phone, await counts(phone.db))),
    live(phone, ['drafts'], () => draftsHere(phone)),
    live(phone, ['work', 'drafts'], () => tasksHere(phone, away)),
    live(phone, ['work'], () => noticesHere(phone)),
  ]);
  const search = barButton({ icon: 'search', label: t('search.title'), act: 'search', onclick: () => phone.go('/search') });
  const other = bigButton({ label: t('today.other'), act: 'other-find', kind: 'primary', icon: 'plus', onclick: () => void begin(phone, {}) });
  const node = page({ title, actions: [search, bell.node], foot: other, tab: 'today' }, reminders.node, sync.node, begun.node, tasks.node);
  const stop = watchIfAllowed(phone, (fix) => away.moved(fix));
  return { node, title, leave: () => {
    stop();
    [reminders, sync, begun, tasks, bell].forEach((part) => part.leave());
  } };
}

/** @param {Phone} phone @param {{task_id?: string}} from */
async function begin(phone, from) {
  phone.go(visitPath(await startVisit(phone, from)));
}

/** @param {Phone} phone */
async function noticesHere(phone) {
  const unread = (await listNotices(phone.db)).filter((notice) => !notice.read).length;
  return barButton({ icon: 'bell', label: t('today.notices'), act: 'notices', badge: unread, onclick: () => phone.go('/notices') });
}

/** What was begun and not saved as a report yet. @param {Phone} phone */
async function draftsHere(phone) {
  const drafts = (await listDrafts(phone.db)).filter((draft) => draft.step !== 'sealing');
  if (drafts.length === 0) return null;
  const now_ms = phone.clock.nowMs();
  const names = await namesOf(phone, drafts);
  return h(
    'section', { class: 'card' },
    h('h2', null, t('today.begun')),
    drafts.map((draft, at) => h('div', { class: 'row-pair' },
      row({
        title: names.get(draft.id) ?? t('today.free_spot'),
        text: [
          draft.rev > 1 && [h('strong', null, t('today.correcting')), ' · '],
          t('today.begun_text', { photos: draft.photos.length, when: instantWords(draft.updated_at, now_ms) }),
        ],
        lead: shape(draft.observation?.kind),
        act: `resume-${at + 1}`,
        onclick: () => phone.go(visitPath(draft.id)),
      }),
      barButton({ icon: 'trash', label: t('today.drop'), act: `drop-${at + 1}`, onclick: () => void drop(phone, draft) }))),
  );
}

/** What the places of drafts are called, by draft. @param {Phone} phone @param {Draft[]} drafts @returns {Promise<Map<string, string|null>>} */
async function namesOf(phone, drafts) {
  // Whoever was interrupted before tapping the parcel still knows the visit by its task.
  const sent_to = new Map((await listTasks(phone.db)).map((task) => [task.id, taskName(task)]));
  const named = drafts.map(async ({ id, parcel_id, parcel_claim, task_id }) => {
    const land = parcel_id ? await parcel(phone.db, parcel_id) : null;
    return /** @type {[string, string|null]} */ ([id, land ? landName(land) : (parcel_claim ?? sent_to.get(task_id ?? '') ?? null)]);
  });
  return new Map(await Promise.all(named));
}

/** @param {Phone} phone @param {Draft} draft */
async function drop(phone, draft) {
  // The photos of the report that is corrected are its own, and stay.
  const [title, text] = draft.rev > 1
    ? [t('today.drop_correction'), t('today.drop_correction_text')]
    : [t('today.drop_title'), t('today.drop_text', { photos: draft.photos.length })];
  const sure = await confirmSheet({ title, text, confirm: t('today.drop'), danger: true });
  if (sure) await discardDraft(phone.db, draft.id);
}

/**
 * How far each task is, told anew where it stands: a list that is drawn anew under a finger swallows the tap. Where a position may
 * come, its line is kept free for it.
 */
class Distances {
  /** @param {Phone} phone */
  constructor(phone) {
    this.may_come = false;
    this.asked = isAllowed();
    this.from = lastPlace(phone);
    /** @type {(() => void)[]} */
    this.lines = [];
  }

  /** @param {import("../../types.js").Fix} fix */
  moved(fix) {
    if (this.from && distanceM(this.from, fix) < WORTH_TELLING_M) return;
    this.from = fix;
    this.lines.forEach((tell) => tell());
  }

  /** A new list: the lines of the old one are gone. */
  async begin() {
    this.may_come = await this.asked;
    this.lines = [];
  }

  /** @param {Task} task @param {string|null} village */
  line(task, village) {
    if (!village && !this.may_come && !this.from) return null;
    const node = h('span', { class: 'line away' });
    const tell = () => mount(node, [village, awayTo(this.from, task)].filter(Boolean).join(' · ') || t('today.locating'));
    tell();
    this.lines.push(tell);
    return node;
  }
}

/** @param {Phone} phone @param {Distances} away */
async function tasksHere(phone, away) {
  const [tasks] = await Promise.all([listTasks(phone.db), away.begin()]);
  if (tasks.length === 0) return noTasks(phone);
  const open = tasks.filter((task) => !OVER.includes(task.state));
  const over = tasks.filter((task) => OVER.includes(task.state));
  return [
    h('section', { class: 'card' },
      h('h2', null, t('today.tasks', { n: open.length })),
      open.length === 0 && h('p', { class: 'quiet' }, t('today.all_done')),
      open.map((task, at) => taskRow(phone, task, at + 1, away))),
    over.length > 0 && h('details', { class: 'card' },
      h('summary', { 'data-act': 'over' }, t('today.over', { n: over.length })),
      over.map((task) => row({ title: taskName(task), text: t(`task.${task.state}`), lead: shape(task.programme), act: 'over-task', onclick: () => phone.go(`/parcel/${task.parcel_id}`) }))),
  ];
}

/** @param {Phone} phone */
function noTasks(phone) {
  const waits = phone.identity?.last_sync_at === null;
  return empty(t(waits ? 'today.not_yet' : 'today.none'), t(waits ? 'today.not_yet_text' : 'today.none_text'));
}

/** @param {Phone} phone @param {Task} task @param {number} number @param {Distances} away */
function taskRow(phone, task, number, away) {
  const today = chinaDay(phone.clock.nowMs());
  const due = h('span', { class: `num ${dueClass(task.due_on, today)}` }, dayWords(task.due_on, today));
  const { name, village, code } = taskPlace(task);
  return row({
    title: [
      h('span', { class: 'sign', 'aria-hidden': 'true' }, `${shape(task.programme)} `), name,
      code && h('span', { class: 'code' }, code),
    ],
    text: [away.line(task, village), task.reason, h('br'), due, task.state === 'started' && ` · ${t('task.started')}`],
    lead: String(number),
    act: `task-${number}`,
    onclick: () => void begin(phone, { task_id: task.id }),
  });
}

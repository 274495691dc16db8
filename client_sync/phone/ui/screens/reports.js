/**
 * The own history: every report with how far it has come. Shows what this phone sealed; those of other phones are not here.
 */

import { listDrafts } from '../../store/drafts.js';
import { parcel } from '../../store/land.js';
import { counts, listRecords } from '../../store/outbox.js';
import { refusedPhotos } from '../../store/photos.js';
import { task } from '../../store/work.js';
import { h } from '../dom.js';
import { instantWords } from '../format.js';
import { shape } from '../icons.js';
import { bigButton, chip, empty, live, page, row } from '../parts.js';
import { landName, taskName } from '../place_words.js';
import { syncLine } from '../sync_line.js';
import { t } from '../words.js';
import { asideHere } from './report_care.js';
import { kindWords, problemWords, stateRing, stateWords, wantsCare } from './report_words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {"all"|"open"|"aside"} Choice */
/** @typedef {{choice: Choice, shown: number, opened: boolean}} Wish what the person chose to see; `opened`: the task progress */

const AT_ONCE = 50;
/** @type {Record<Choice, (record: OutboxRecord, refused: ReadonlySet<string>) => boolean>} */
const CHOICES = { all: () => true, open: (record) => record.state !== 'complete', aside: wantsCare };

/**
 * @param {Phone} phone
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function reportsScreen(phone) {
  const title = t('tab.reports');
  /** @type {Wish} */
  const wish = { choice: 'all', shown: AT_ONCE, opened: false };
  const sync = await live(phone, ['sync', 'outbox', 'identity'], async () => syncLine(phone, await counts(phone.db)));
  const list = await live(phone, ['outbox', 'drafts'], () => listHere(phone, wish, () => void list.redraw()));
  const node = page({ title, tab: 'reports' }, sync.node, list.node);
  return { node, title, leave: () => [sync, list].forEach((part) => part.leave()) };
}

/**
 * The newest revision of each report, the newest visit first.
 * @param {OutboxRecord[]} records
 * @returns {OutboxRecord[]}
 */
export function newestRevisions(records) {
  /** @type {Map<string, OutboxRecord>} */
  const newest = new Map();
  for (const record of records.filter(({ type }) => type === 'report')) {
    const known = newest.get(record.id);
    if (known === undefined || known.rev < record.rev) newest.set(record.id, record);
  }
  return [...newest.values()].sort((a, b) => Number(b.n) - Number(a.n));
}

/**
 * @param {Phone} phone
 * @param {Wish} wish
 * @param {() => void} again
 */
async function listHere(phone, wish, again) {
  const [records, drafts, refused] = await Promise.all([listRecords(phone.db), listDrafts(phone.db), refusedPhotos(phone.db)]);
  const reports = newestRevisions(records);
  const steps = records.filter((record) => record.type === 'task_progress' && record.state !== 'complete');
  const begun = drafts.filter((draft) => draft.step !== 'sealing');
  if (reports.length + steps.length + begun.length === 0) return empty(t('reports.none'), t('reports.none_text'));
  const chosen = reports.filter((record) => CHOICES[wish.choice](record, refused));
  const rows = await Promise.all(chosen.slice(0, wish.shown).map((record, at) => reportRow(phone, record, refused, at + 1)));
  const rest = Math.min(AT_ONCE, chosen.length - wish.shown);
  return [
    begun.length > 0 && h('div', { class: 'card' }, row({
      title: t('reports.drafts', { n: begun.length }), text: t('reports.drafts_text'), act: 'drafts',
      onclick: () => phone.go('/'),
    })),
    choices(reports, refused, wish, again),
    rows.length > 0 ? h('section', { class: 'card rows' }, rows) : empty(t('reports.none_such'), t('reports.none_such_text')),
    rest > 0 && bigButton({ label: t('reports.more', { n: rest }), act: 'show-more', onclick: () => {
      wish.shown += AT_ONCE;
      again();
    } }),
    steps.length > 0 && (await progressHere(phone, steps, wish)),
  ];
}

/**
 * @param {OutboxRecord[]} reports
 * @param {ReadonlySet<string>} refused
 * @param {Wish} wish
 * @param {() => void} again
 */
function choices(reports, refused, wish, again) {
  const names = /** @type {Choice[]} */ (Object.keys(CHOICES));
  const told = names.map((name) => ({ name, n: reports.filter((record) => CHOICES[name](record, refused)).length }))
    .filter(({ name, n }) => n > 0 || name === 'all' || name === wish.choice);
  if (told.length === 1) return null;
  const one = (/** @type {{name: Choice, n: number}} */ { name, n }) => chip({
    label: t(`reports.${name}`, { n }), act: `show-${name}`, pressed: wish.choice === name, onclick: () => {
      Object.assign(wish, { choice: name, shown: AT_ONCE });
      again();
    },
  });
  return h('div', { class: 'chips', role: 'group', 'aria-label': t('reports.show') }, told.map(one));
}

/** @param {Phone} phone @param {OutboxRecord} record @param {ReadonlySet<string>} refused @param {number} number */
async function reportRow(phone, record, refused, number) {
  const { summary: { kind, parcel_id, place, captured_at }, rev, id } = record;
  const land = parcel_id === null ? null : await parcel(phone.db, parcel_id);
  const now_ms = phone.clock.nowMs();
  const name = land ? landName(land) : place;
  const told = [name === null ? null : kindWords(kind), instantWords(captured_at, now_ms), rev > 1 ? t('reports.rev', { rev }) : null];
  return row({
    title: [h('span', { 'aria-hidden': 'true' }, `${shape(kind)} `), name ?? kindWords(kind)],
    text: [
      told.filter(Boolean).join(' · '), h('br'),
      h('span', stateClass(record, refused), stateWords(record, now_ms, refused)),
    ],
    lead: stateRing(record),
    act: `report-${number}`,
    onclick: () => phone.go(`/report/${id}`),
  });
}

/** @param {OutboxRecord} record @param {ReadonlySet<string>} refused */
function stateClass(record, refused) {
  return record.state === 'complete' ? { class: 'done' } : wantsCare(record, refused) ? { class: 'overdue' } : null;
}

/** What was told of tasks and is not at the office yet. @param {Phone} phone @param {OutboxRecord[]} steps @param {Wish} wish */
async function progressHere(phone, steps, wish) {
  const now_ms = phone.clock.nowMs();
  const rows = await Promise.all(steps.map(async (record) => {
    const { task_id, task_state } = record.summary;
    const known = task_id === null ? null : await task(phone.db, task_id);
    const why = record.problem === null ? null : [h('br'), problemWords(record.problem)];
    const word = t(`task.${task_state}`);
    return row({ title: known ? taskName(known) : word, text: [`${word} · ${stateWords(record, now_ms)}`, why], lead: stateRing(record) });
  }));
  const aside = steps.filter((record) => record.state === 'aside');
  const summary = h('summary', { 'data-act': 'progress' }, t('reports.progress', { n: steps.length }));
  const keep = (/** @type {Event} */ event) => {
    wish.opened = /** @type {HTMLDetailsElement} */ (event.currentTarget).open;
  };
  return h('details', { class: 'card', open: wish.opened, ontoggle: keep }, summary, rows, aside.length > 0 && asideHere(phone, aside));
}

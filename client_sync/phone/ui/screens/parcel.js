/**
 * One parcel: where it lies, what to look at, which papers to ask for, what is open, what was recorded. Decides nothing, and
 * tells an absent paper from a paper that does not exist.
 */

import { bboxOf } from '../../core/shapes.js';
import { listDrafts } from '../../store/drafts.js';
import { dutiesOf, feature, lawTexts, notesOf, parcel as parcelById } from '../../store/land.js';
import { listRecords } from '../../store/outbox.js';
import { listTasks } from '../../store/work.js';
import { startVisit, visitPath } from '../capture/start.js';
import { h } from '../dom.js';
import { canDraw, mapView } from '../map.js';
import { bigButton, empty, live, page } from '../parts.js';
import { t } from '../words.js';
import { parcelTitle } from './land_words.js';
import { dueCard, factsCard, lawCard, othersCard, papersCard, reportsCard } from './parcel_cards.js';
import { lastPlace, watchIfAllowed } from './whereabouts.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Task} Task */

/** Tasks in these states are still to be visited. */
const UNFINISHED = ['open', 'started'];

/**
 * @param {Phone} phone
 * @param {Record<string, string>} params `id` of the parcel
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function parcelScreen(phone, { id }) {
  const parcel = await parcelById(phone.db, id);
  if (!parcel) return goneScreen(phone);
  const cards = await live(phone, ['land', 'work', 'outbox', 'drafts'], async () => cardsOf(phone, (await parcelById(phone.db, id)) ?? parcel));
  const map_box = canDraw() ? h('div', { class: 'map-box' }) : null;
  const start = await startButton(phone, parcel);
  const node = page({ title: parcelTitle(parcel), back: () => phone.back('/map'), foot: start }, map_box, cards.node);
  const leaveMap = map_box ? smallMap(phone, map_box, parcel) : () => {};
  return {
    node,
    title: parcelTitle(parcel),
    leave() {
      cards.leave();
      leaveMap();
    },
  };
}

/** @param {Phone} phone */
function goneScreen(phone) {
  const look = bigButton({ label: t('land.to_map'), act: 'to-map', kind: 'primary', onclick: () => phone.go('/map') });
  const find = bigButton({ label: t('land.to_search'), act: 'to-search', onclick: () => phone.go('/search') });
  const node = page({ title: t('land.parcel'), back: () => phone.back('/map') }, empty(t('land.gone'), t('land.gone_text'), look, find));
  return { node, title: t('land.parcel') };
}

/**
 * Everything that is known, the most useful to somebody who stands there first.
 * @param {Phone} phone
 * @param {Parcel} parcel
 */
async function cardsOf(phone, parcel) {
  const { db } = phone;
  const [duties, notes, tasks, records, drafts, laws] = await Promise.all([
    dutiesOf(db, parcel.id), notesOf(db, parcel.id), tasksAt(phone, parcel), listRecords(db), listDrafts(db), lawTexts(db),
  ]);
  const covers = await Promise.all(parcel.covered_by.map(async (cover) => ({ ...cover, feature: await feature(db, cover.id) })));
  return [
    dueCard(phone, { tasks, duties, notes }),
    papersCard(covers),
    factsCard(parcel, lastPlace(phone)),
    reportsCard(phone, parcel, { records, drafts }),
    othersCard(covers),
    lawCard(laws, { duties, notes }),
  ];
}

/**
 * The tasks of this parcel that are still to be visited.
 * @param {Phone} phone
 * @param {Parcel} parcel
 * @returns {Promise<Task[]>}
 */
async function tasksAt(phone, parcel) {
  return (await listTasks(phone.db)).filter((task) => task.parcel_id === parcel.id && UNFINISHED.includes(task.state));
}

/**
 * The one primary button; a visit of a parcel with a task is a visit of the task.
 * @param {Phone} phone
 * @param {Parcel} parcel
 */
async function startButton(phone, parcel) {
  const begun = await openDraft(phone, parcel);
  const button = bigButton({
    label: t(begun ? 'land.resume' : 'land.start'), act: 'start', kind: 'primary', icon: 'camera', onclick: () => void begin(),
  });
  async function begin() {
    button.disabled = true;
    try {
      phone.go(visitPath(await startHere(phone, parcel)));
    } finally {
      button.disabled = false;
    }
  }
  return button;
}

/** @param {Phone} phone @param {Parcel} parcel */
async function openDraft(phone, parcel) {
  return (await listDrafts(phone.db)).find((draft) => draft.parcel_id === parcel.id && draft.rev === 1 && draft.step !== 'sealing') ?? null;
}

/**
 * Begins to record here, or goes on with what was begun.
 * @param {Phone} phone
 * @param {Parcel} parcel
 * @returns {Promise<string>} id of the draft
 */
export async function startHere(phone, parcel) {
  const begun = await openDraft(phone, parcel);
  if (begun) return begun.id;
  const [task] = await tasksAt(phone, parcel);
  return startVisit(phone, task ? { task_id: task.id } : { parcel_id: parcel.id });
}

/**
 * The parcel among its neighbours, and where one stands. The map needs a size, so it is made once the screen stands.
 * @param {Phone} phone
 * @param {HTMLElement} box
 * @param {Parcel} parcel
 * @returns {() => void} takes it away
 */
function smallMap(phone, box, parcel) {
  let [is_left, stop] = [false, () => {}];
  /** @type {import("../map.js").MapView|null} */
  let view = null;
  const open = async () => {
    while (!box.isConnected && !is_left) await new Promise(requestAnimationFrame);
    if (is_left) return;
    const opened = await mapView(box, { phone, bounds: bboxOf(parcel.geometry) });
    if (is_left) return opened.destroy();
    // A drawing that failed after all would be a list of other parcels, which is not what belongs here.
    if (opened.kind === 'list') box.hidden = true;
    view = opened;
    view.highlight(parcel);
    view.setPosition(lastPlace(phone));
    stop = watchIfAllowed(phone, (fix) => opened.setPosition(fix));
  };
  void open();
  return () => {
    is_left = true;
    stop();
    view?.destroy();
  };
}

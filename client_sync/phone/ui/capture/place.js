/**
 * First screen of a visit: where am I, which parcel do I mean, what is due here. Claims no parcel the inspector did not tap.
 */

import { distanceM, manualPosition } from '../../core/positions.js';
import { bboxOf, nearest } from '../../core/shapes.js';
import { parcel as parcelById, parcelsIn } from '../../store/land.js';
import { task as taskById } from '../../store/work.js';
import { h, mount } from '../dom.js';
import { areaWords, metres } from '../format.js';
import { icon } from '../icons.js';
import { mapView } from '../map.js';
import { banner, bigButton, card, toast } from '../parts.js';
import { landName, taskName } from '../place_words.js';
import { t } from '../words.js';
import { dueHere } from './due_here.js';
import { farWords } from './far.js';
import { follow, goOn, visitScreen } from './frame.js';
import { positionLine } from './position_line.js';
import { foundNothing } from './nothing_found.js';
import { askImpossible } from './impossible.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Task} Task */
/** @typedef {import("../map.js").MapView} MapView */
/** @typedef {import("./session.js").Visit} Visit */

/** Half the side of the square searched for parcels, in degrees: about 300 m. */
const AROUND = 0.003;
const OFFERED = 4;
/** A place set by a finger on the map is as exact as a finger. */
const FINGER_M = 30;

/**
 * @param {Visit} visit
 * @returns {Promise<import("./frame.js").Shown>}
 */
export async function placeScreen(visit) {
  const { phone, draft } = visit;
  const task = draft.task_id ? await taskById(phone.db, draft.task_id) : null;
  const place = new Place(visit, task);
  const line = positionLine(visit, { placeByHand: () => place.placeByHand(), offersCompass: false });
  const title = task ? taskName(task) : t('capture.free_spot');
  const screen = visitScreen(
    visit,
    { title, step: 'visit', foot: place.foot() },
    place.map_box,
    line.node,
    place.far,
    card(t('capture.which_parcel'), place.choices),
    place.due,
    task && impossibleButton(visit, task),
  );
  await place.open();
  return {
    ...screen,
    leave() {
      line.leave();
      place.close();
      screen.leave?.();
    },
  };
}

/** @param {Visit} visit @param {Task} task */
function impossibleButton(visit, task) {
  return bigButton({ label: t('capture.impossible'), act: 'impossible', onclick: () => askImpossible(visit, task) });
}

/** The moving parts of the screen: map, the parcels on offer, what is due on the one that is meant. */
class Place {
  /** @param {Visit} visit @param {Task|null} task */
  constructor(visit, task) {
    this.visit = visit;
    this.phone = visit.phone;
    this.task = task;
    this.map_box = h('div', { class: 'map-box visit-map' });
    this.choices = h('div', { class: 'claims', role: 'group', 'aria-label': t('capture.which_parcel') });
    this.due = h('div', { class: 'live' });
    this.far = h('div', { class: 'far', role: 'status' });
    /** @type {MapView|null} */
    this.map = null;
    /** @type {{lon: number, lat: number}|null} */
    this.listed_at = null;
    this.is_placing = false;
    this.is_closed = false;
    this.turn = 0;
    /** @type {() => void} */
    this.unfollow = () => undefined;
  }

  foot() {
    const { visit } = this;
    const begin = () => {
      // The tap that opens the camera is also the only moment an iPhone lets its compass be switched on.
      void visit.compass?.ask();
      void goOn(visit, 'photos');
    };
    return h(
      'div',
      { class: 'foot-pair' },
      bigButton({ label: t('capture.nothing_found'), act: 'nothing-found', onclick: () => void foundNothing(visit) }),
      bigButton({ label: t('capture.begin'), act: 'begin', kind: 'primary', icon: 'camera', onclick: begin }),
    );
  }

  async open() {
    await this.redraw();
    this.unfollow = follow(this.visit, ['position', 'heading'], () => this.moved());
    void this.openMap();
  }

  /** The map needs a size, so it is made once the screen stands. */
  async openMap() {
    while (!this.map_box.isConnected && !this.is_closed) await new Promise(requestAnimationFrame);
    if (this.is_closed) return;
    const subject = await this.subject();
    const bounds = subject ? bboxOf(subject.geometry) : null;
    const map = await mapView(this.map_box, {
      phone: this.phone,
      bounds,
      center: this.visit.draft.position ?? (this.task?.lon && this.task.lat ? { lon: this.task.lon, lat: this.task.lat } : null),
      zoom: 17,
      onTapPoint: (at) => this.tappedPoint(at),
      onTapParcel: (parcel) => void this.claim(parcel),
    });
    if (this.is_closed) return map.destroy();
    this.map = map;
    map.highlight(this.marked(subject));
    const at = this.visit.here() ?? this.visit.draft.position;
    if (!subject && at) map.flyTo(at, 17);
    this.moved();
  }

  close() {
    this.is_closed = true;
    this.unfollow();
    this.map?.destroy();
  }

  /** The parcel this visit is about: the claimed one, else the task's. @returns {Promise<Parcel|null>} */
  async subject() {
    const id = this.visit.draft.parcel_id ?? this.task?.parcel_id;
    return id ? parcelById(this.phone.db, id) : null;
  }

  /** A list ticks what is highlighted, and only a claim is ticked. @param {Parcel|null} subject */
  marked(subject) {
    return this.map?.kind === 'list' && !this.visit.draft.parcel_claim ? null : subject;
  }

  moved() {
    const at = this.visit.here() ?? this.visit.draft.position;
    if (!at) return;
    // Without a map the nearest parcels stand below anyway, as those to choose from.
    if (this.map?.kind === 'list') this.map_box.hidden = true;
    const heading_deg = this.visit.compass?.heading_deg() ?? null;
    this.map?.setPosition({ lon: at.lon, lat: at.lat, accuracy_m: at.accuracy_m, heading_deg });
    const is_far = !this.listed_at || distanceM(this.listed_at, at) > 10;
    if (!is_far) return;
    if (!this.listed_at && !this.visit.draft.parcel_id && !this.task) this.map?.flyTo(at, 17);
    void this.redraw();
  }

  /** @param {Parcel} parcel */
  async claim(parcel) {
    const is_taken_back = this.visit.draft.parcel_claim === parcel.code;
    await this.visit.change(is_taken_back
      ? { parcel_id: null, parcel_claim: null }
      : { parcel_id: parcel.id, parcel_claim: parcel.code });
    await this.redraw();
    this.map?.highlight(this.marked(await this.subject()));
  }

  placeByHand() {
    this.is_placing = true;
    this.map_box.scrollIntoView({ block: 'center' });
    this.map_box.classList.add('is-placing');
    toast(t(this.map?.kind === 'map' ? 'capture.tap_where' : 'capture.no_map_to_tap'));
  }

  /** @param {{lon: number, lat: number}} at @returns {boolean} */
  tappedPoint({ lon, lat }) {
    if (!this.is_placing) return false;
    this.is_placing = false;
    this.map_box.classList.remove('is-placing');
    const position = manualPosition({ lon, lat }, { accuracy_m: FINGER_M, at: this.phone.clock.nowIso() });
    void this.visit.change({ position }).then(() => this.moved());
    return true;
  }

  /** Parcels on offer and what is due: both depend on place and claim. */
  async redraw() {
    const turn = (this.turn += 1);
    const at = this.visit.here() ?? this.visit.draft.position;
    this.listed_at = at;
    const subject = await this.subject();
    const found = at ? nearest(await parcelsIn(this.phone.db, around(at)), at.lon, at.lat, OFFERED) : [];
    const offered = !subject || found.some(({ parcel }) => parcel.id === subject.id) ? found : [
      ...(at ? nearest([subject], at.lon, at.lat) : [{ parcel: subject, distance_m: null }]), ...found.slice(0, OFFERED - 1)];
    const due = await dueHere(this.phone, subject, this.task);
    if (turn !== this.turn) return;
    this.tellFar(farWords(at, { parcel: subject, task: this.task }));
    const focus = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.act;
    const none = h('p', { class: 'hint' }, t(at ? 'capture.no_parcels' : 'capture.no_place_yet'));
    mount(this.choices, offered.length ? offered.map((one) => this.choice(one.parcel, one.distance_m)) : none);
    mount(this.due, due);
    if (focus) /** @type {HTMLElement|null} */ (this.choices.querySelector(`[data-act="${CSS.escape(focus)}"]`))?.focus();
  }

  /** @param {string|null} words */
  tellFar(words) {
    if (this.far.textContent !== (words ?? '')) mount(this.far, words && banner({ level: 'remind', text: words }));
  }

  /** @param {Parcel} parcel @param {number|null} distance_m */
  choice(parcel, distance_m) {
    const is_claimed = this.visit.draft.parcel_claim === parcel.code;
    const is_task = this.task?.parcel_id === parcel.id;
    const where = distance_m === null ? '' : distance_m === 0 ? t('capture.inside') : metres(distance_m);
    const said = [is_task && t('capture.task_parcel'), where].filter(Boolean);
    return h(
      'button',
      {
        type: 'button', class: 'claim', 'data-act': `claim-${parcel.code}`, 'aria-pressed': String(is_claimed),
        onclick: () => void this.claim(parcel),
      },
      h('span', { class: 'claim-sign' }, is_claimed ? icon('ok') : icon('pin')),
      h(
        'span',
        { class: 'claim-words' },
        h('span', { class: 'row-title' }, landName(parcel)),
        h('span', { class: 'row-text' }, said.map((words) => `${words} · `), h('span', { class: 'num' }, areaWords(parcel.area_m2))),
      ),
    );
  }
}

/** @param {{lon: number, lat: number}} at @returns {[number, number, number, number]} */
function around({ lon, lat }) {
  return [lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND];
}

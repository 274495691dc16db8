/**
 * The whole map: parcels, layers, tasks and open matters, where one stands; a tap on a parcel opens its card. Works without a
 * base map, a position or WebGL, and says what is missing instead of showing nothing.
 */

import { watchCompass } from '../../device/compass.js';
import { covers } from '../map_shapes.js';
import { readPackage } from '../../store/land.js';
import { h, mount } from '../dom.js';
import { icon } from '../icons.js';
import { mapView } from '../map.js';
import { barButton, bigButton, page, toast } from '../parts.js';
import { t } from '../words.js';
import { keptLayers, layersSheet } from './map_layers.js';
import { beginning, marksOf } from './map_marks.js';
import { parcelCard } from './map_card.js';
import { lastPlace, watchPlace } from './whereabouts.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../map.js").MapView} MapView */

/** At zoom 16 a circle of this radius fills the window of a small phone. */
const WINDOW_M = 140;
const FARTHEST_ZOOM = 9;

/** Where the map was left, so that it is found there again. @type {{lon: number, lat: number, zoom: number}|null} */
let left_at = null;

/**
 * @param {Phone} phone
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function mapScreen(phone) {
  const screen = new WholeMap(phone);
  void screen.open();
  return { node: screen.node, title: t('map.title'), leave: () => screen.close() };
}

class WholeMap {
  /** @param {Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.is_closed = false;
    /** @type {MapView|null} */
    this.view = null;
    /** @type {{lon: number, lat: number, accuracy_m: number}|null} */
    this.at = lastPlace(phone);
    /** Whether `at` was told to this map, and is not where the phone was seen some minutes ago. */
    this.is_at_now = false;
    /** @type {import("../../device/location.js").LocationTrouble|null} */
    this.trouble = null;
    this.wants_place = false;
    /** Whether the first position may still move the map: not once it was left somewhere, and not under a finger. */
    this.is_new = left_at === null;
    this.has_new_land = false;
    this.is_far = false;
    /** @type {number[]|null} */
    this.area = null;
    this.has_area = true;
    this.place = h('div', { class: 'map-full', onpointerdown: () => { this.is_new = false; } });
    this.note = h('div', { class: 'map-note', role: 'status' }, t('map.opening'));
    this.card = h('div', { class: 'map-card-place', 'aria-live': 'polite' });
    this.buttons = h(
      'div',
      { class: 'map-buttons' },
      mapButton('layers', t('map.layers'), () => void this.layers()),
      mapButton('locate', t('map.locate'), () => this.locate()),
    );
    this.node = this.screen();
    this.watch = { stop() {} };
    this.compass = watchCompass(phone.clock, {}, () => this.moved());
    this.hear = { land: () => void this.landChanged(), work: () => void this.marks() };
  }

  screen() {
    const find = barButton({ icon: 'search', label: t('land.to_search'), act: 'search', onclick: () => this.phone.go('/search') });
    return page({ title: t('map.title'), actions: find, flush: true, tab: 'map' }, this.place, this.note, h('div', { class: 'map-over' }, this.buttons, this.card));
  }

  /** The map needs a size, so it is made once the screen stands. */
  async open() {
    while (!this.node.isConnected && !this.is_closed) await new Promise(requestAnimationFrame);
    if (this.is_closed) return;
    for (const [name, hear] of Object.entries(this.hear)) this.phone.changes.addEventListener(name, hear);
    const [shown, area] = await Promise.all([keptLayers(this.phone), readPackage(this.phone.db)]);
    if (this.is_closed) return;
    this.learnArea(area);
    const begin = left_at ?? (await beginning(this.phone, area, this.at));
    const view = await mapView(this.place, {
      phone: this.phone, center: begin, zoom: begin?.zoom, bounds: begin ? null : this.area, layers: shown.layers, base: shown.base,
      onTapParcel: (parcel, at) => this.tapped(parcel, at),
      onTapPoint: () => void this.untapped(),
      onSeen: ({ is_far }) => this.seen(is_far),
    });
    if (this.is_closed) return view.destroy();
    this.view = view;
    // A list has no layers and is ordered by where one stands already.
    if (view.kind === 'list') this.buttons.hidden = true;
    this.watch = watchPlace(this.phone, { onFix: (fix) => this.fixed(fix), onTrouble: (trouble) => this.troubled(trouble) });
    this.moved();
    // Land that came while the map was opening was heard by nobody who could draw it.
    if (this.has_new_land) return this.landChanged();
    await this.marks();
    this.tell();
  }

  close() {
    this.is_closed = true;
    for (const [name, hear] of Object.entries(this.hear)) this.phone.changes.removeEventListener(name, hear);
    this.watch.stop();
    this.compass.stop();
    left_at = this.view?.looksAt() ?? left_at;
    this.view?.destroy();
  }

  /** @param {import("../../store/land.js").PackageRow|null} area */
  learnArea(area) {
    this.has_area = area !== null;
    this.area = area?.bbox ? [...area.bbox] : null;
  }

  async landChanged() {
    this.has_new_land = true;
    this.learnArea(await readPackage(this.phone.db));
    await this.view?.refresh();
    await this.marks();
    this.tell();
  }

  async marks() {
    const marks = await marksOf(this.phone);
    if (!this.is_closed) this.view?.setMarks(marks);
  }

  /** @param {import("../../types.js").Fix} fix */
  fixed(fix) {
    this.at = fix;
    this.is_at_now = true;
    this.trouble = null;
    if (this.wants_place || (this.is_new && this.isInArea(fix))) this.goThere();
    this.is_new = false;
    this.moved();
    this.tell();
  }

  /** @param {import("../../device/location.js").LocationTrouble} trouble */
  troubled(trouble) {
    this.trouble = trouble;
    if (this.wants_place) toast(t(`map.location.${trouble}`));
    this.wants_place = false;
  }

  moved() {
    this.view?.setPosition(this.at && { ...this.at, heading_deg: this.compass.heading_deg() });
  }

  locate() {
    // The tap is the only moment an iPhone lets its compass be switched on.
    void this.compass.ask();
    this.wants_place = true;
    this.goThere();
    if (!this.wants_place) return;
    if (!this.trouble) return void toast(t('map.searching'));
    // Asked again, a refusal is told again; a permission given meanwhile counts.
    this.trouble = null;
    this.watch.stop();
    this.watch = watchPlace(this.phone, { onFix: (fix) => this.fixed(fix), onTrouble: (trouble) => this.troubled(trouble) });
  }

  /** Where the phone was last seen will do until it is heard where it is; a map that is still opening is told then, too. */
  goThere() {
    const at = this.at;
    if (!at || !this.view) return;
    if (this.is_at_now) this.wants_place = false;
    // A doubtful position is shown with its whole circle: all blue would tell nothing.
    this.view.flyTo(at, at.accuracy_m > WINDOW_M ? Math.max(FARTHEST_ZOOM, 16 - Math.log2(at.accuracy_m / WINDOW_M)) : undefined);
    if (this.area && !this.isInArea(at)) toast(t('map.outside'));
  }

  /** @param {{lon: number, lat: number}} at */
  isInArea({ lon, lat }) {
    return covers(this.area, [lon, lat, lon, lat]);
  }

  async layers() {
    await layersSheet(this.phone, (shown) => {
      this.view?.setLayers(shown.layers);
      this.view?.setBase(shown.base);
    });
  }

  /** @param {boolean} is_far */
  seen(is_far) {
    this.is_far = is_far;
    this.tell();
  }

  /** The one line on top: what is missing, if anything is. */
  tell() {
    if (this.is_closed) return;
    const get = () => bigButton({ label: t('map.get_area'), act: 'get-area', onclick: () => this.phone.go('/more') });
    const words = !this.has_area
      ? [h('strong', null, t('map.no_area')), h('p', null, t('map.no_area_text')), get()]
      : this.is_far ? t('map.too_far') : null;
    const is_list = this.view?.kind === 'list';
    this.note.hidden = words === null || is_list;
    mount(this.note, words);
  }

  /** @param {Parcel} parcel @param {{lon: number, lat: number}} at */
  async tapped(parcel, at) {
    if (this.view?.kind === 'list') return this.phone.go(`/parcel/${parcel.id}`);
    this.view?.highlight(parcel);
    const drawn = await parcelCard(this.phone, parcel, { from: this.at, close: () => this.untapped() });
    if (this.is_closed) return;
    mount(this.card, drawn);
    this.view?.keepAbove(at, this.card.offsetHeight);
  }

  untapped() {
    this.view?.highlight(null);
    mount(this.card);
  }
}

/**
 * @param {import("../icons.js").IconName} sign
 * @param {string} label
 * @param {() => void} onclick
 */
function mapButton(sign, label, onclick) {
  return h('button', { type: 'button', class: 'map-button', 'data-act': sign, 'aria-label': label, onclick }, icon(sign));
}

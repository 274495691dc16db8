/**
 * Finds parcels by name, code or party, the nearest first where a position is known. Searches only what this phone carries, and
 * says so when it finds nothing.
 */

import { nearest } from '../../core/shapes.js';
import { parcelsNear, readPackage, searchLand } from '../../store/land.js';
import { h, mount } from '../dom.js';
import { bigButton, card, empty, field, page } from '../parts.js';
import { t } from '../words.js';
import { parcelRow } from './land_words.js';
import { lastPlace, watchIfAllowed } from './whereabouts.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */

const MOST = 50;
const NEAREST = 5;
/** A finger types about this fast; the land is searched when it rests. */
const REST_MS = 180;

/**
 * @param {Phone} phone
 * @param {Record<string, string>} params `q`: words to begin with
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function searchScreen(phone, { q = '' }) {
  const search = new Search(phone, q);
  await search.draw();
  const stop = watchIfAllowed(phone, () => search.placed());
  const redraw = () => void search.draw();
  phone.changes.addEventListener('land', redraw);
  return {
    node: page({ title: t('search.title'), back: () => phone.back('/map') }, search.form, search.found),
    title: t('search.title'),
    leave() {
      stop();
      search.close();
      phone.changes.removeEventListener('land', redraw);
    },
  };
}

class Search {
  /** @param {Phone} phone @param {string} words */
  constructor(phone, words) {
    this.phone = phone;
    this.words = words;
    this.turn = 0;
    this.timer = 0;
    this.had_place = lastPlace(phone) !== null;
    const typed = field({
      label: t('search.field'), name: 'search', hint: t('search.hint'),
      input: { type: 'search', value: words, enterkeyhint: 'search', autocapitalize: 'off', spellcheck: 'false', 'data-act': 'search-words' },
    });
    this.input = typed.input;
    this.input.addEventListener('input', () => this.typed());
    // The keyboard covers half the answers: "search" on it puts it away.
    this.form = h('form', { role: 'search', onsubmit: (/** @type {Event} */ event) => this.submitted(event) }, typed.node);
    this.found = h('div', { class: 'live', 'aria-live': 'polite' });
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.words = this.input.value;
      // Back from a parcel finds the same words again.
      history.replaceState(history.state, '', `#/search?${new URLSearchParams({ q: this.words })}`);
      void this.draw();
    }, REST_MS);
  }

  /** @param {Event} event */
  submitted(event) {
    event.preventDefault();
    this.input.blur();
  }

  /** The first position of a visit to this screen orders the list; later ones would move rows under a finger. */
  placed() {
    if (this.had_place) return;
    this.had_place = true;
    void this.draw();
  }

  close() {
    clearTimeout(this.timer);
    this.turn = -1;
  }

  async draw() {
    const turn = (this.turn += 1);
    const drawn = this.words.trim() === '' ? await this.before() : await this.after(this.words.trim());
    if (turn === this.turn) mount(this.found, drawn);
  }

  /** Before a word is typed: what lies nearest, or what to do without any land. */
  async before() {
    if (!(await readPackage(this.phone.db))) return noArea(this.phone);
    const from = lastPlace(this.phone);
    if (!from) return null;
    const found = nearest(await parcelsNear(this.phone.db, from, NEAREST), from.lon, from.lat, NEAREST).map(({ parcel }) => parcel);
    return found.length > 0 ? card(t('search.near'), this.rows(found)) : null;
  }

  /** @param {string} words */
  async after(words) {
    const found = await searchLand(this.phone.db, words, MOST);
    if (found.length === 0 && !(await readPackage(this.phone.db))) return noArea(this.phone);
    if (found.length === 0) {
      const look = bigButton({ label: t('land.to_map'), act: 'to-map', icon: 'map', onclick: () => this.phone.go('/map') });
      return empty(t('search.none', { words }), t('search.none_text'), look);
    }
    const from = lastPlace(this.phone);
    const sorted = from ? nearest(found, from.lon, from.lat, found.length).map(({ parcel }) => parcel) : found;
    const count = t(found.length === MOST ? 'search.found_many' : 'search.found', { n: found.length });
    return card(null, h('p', { class: 'hint' }, count), this.rows(sorted));
  }

  /** @param {Parcel[]} parcels */
  rows(parcels) {
    const from = lastPlace(this.phone);
    return parcels.map((parcel) => parcelRow(parcel, { from, onclick: () => this.phone.go(`/parcel/${parcel.id}`) }));
  }
}

/**
 * What stands where land would, before the first download.
 * @param {Phone} phone
 */
export function noArea(phone) {
  const get = bigButton({ label: t('map.get_area'), act: 'get-area', onclick: () => phone.go('/more') });
  return empty(t('map.no_area'), t('map.no_area_text'), get);
}

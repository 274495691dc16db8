/**
 * What stands where a map would, on a phone that cannot draw one: the nearest parcels, with how far and which way.
 * Knows nothing of sketches; a screen that needs one asks the person to walk it.
 */

import { distanceM } from '../core/positions.js';
import { contains, nearest } from '../core/shapes.js';
import { allParcels, parcelsNear } from '../store/land.js';
import { h, mount } from './dom.js';
import { areaWords } from './format.js';
import { empty, row } from './parts.js';
import { awayTo, landName } from './place_words.js';
import { t } from './words.js';

/** @typedef {import("../types.js").Parcel} Parcel */
/** @typedef {import("./map.js").Standing} Standing */

const SHOWN = 20;

/**
 * The list, with the same hands as a map.
 * @param {HTMLElement} container
 * @param {import("./map.js").MapOptions} options
 * @returns {Promise<import("./map.js").MapView>}
 */
export async function listView(container, options) {
  const list = h('div', { class: 'map-list', role: 'group', 'aria-label': t('map.list') });
  container.append(list);
  /** @type {{at: Standing|{lon: number, lat: number}|null, chosen: Parcel|null, given: Parcel[]|null}} */
  const state = { at: options.center ?? null, chosen: null, given: null };
  const draw = async () => {
    const parcels = state.given ?? (await around(options.phone, state.at));
    const sorted = state.at ? nearest(parcels, state.at.lon, state.at.lat, SHOWN).map(({ parcel }) => parcel) : parcels;
    const found = sorted.slice(0, SHOWN);
    if (found.length === 0) return mount(list, empty(t('map.list_empty'), t('map.list_empty_text')));
    mount(list, h('p', { class: 'hint' }, t('map.no_webgl')), found.map((parcel) => line(parcel, state, options)));
  };
  await draw();
  const nothing = () => undefined;
  return {
    kind: 'list',
    setPosition: (at) => {
      const moved = !state.at || !at || distanceM(state.at, at) > 15;
      state.at = at ?? state.at;
      if (moved) void draw();
    },
    setParcels: async (parcels) => {
      state.given = parcels;
      await draw();
    },
    highlight: (parcel) => {
      state.chosen = parcel;
      void draw();
    },
    drawSketch: nothing, setMarks: nothing, setLayers: nothing, setBase: nothing, keepAbove: nothing,
    flyTo: (at) => {
      state.at = at;
      void draw();
    },
    fit: nothing,
    refresh: draw,
    looksAt: () => null,
    destroy: () => list.remove(),
  };
}

/**
 * @param {import("../types.js").Phone} phone
 * @param {{lon: number, lat: number}|null} at
 */
async function around(phone, at) {
  return at ? parcelsNear(phone.db, at, SHOWN) : allParcels(phone.db);
}

/**
 * @param {Parcel} parcel
 * @param {{at: {lon: number, lat: number}|null, chosen: Parcel|null}} state
 * @param {import("./map.js").MapOptions} options
 */
function line(parcel, { at, chosen }, options) {
  const middle = middleOf(parcel);
  const is_inside = at !== null && contains(parcel.geometry, at.lon, at.lat);
  const away = is_inside ? t('land.here') : awayTo(at && { lon: at.lon, lat: at.lat }, middle);
  return row({
    title: [chosen?.id === parcel.id ? '✓ ' : '', landName(parcel)],
    text: [away && `${away} · `, areaWords(parcel.area_m2)],
    act: `parcel-${parcel.code}`,
    onclick: options.onTapParcel && (() => options.onTapParcel?.(parcel, at ?? middle)),
  });
}

/** @param {Parcel} parcel */
export function middleOf(parcel) {
  const box = parcel.bbox ?? boxOf(parcel.geometry.coordinates.flat(parcel.geometry.type === 'Polygon' ? 1 : 2));
  return { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
}

/** @param {number[][]} points */
function boxOf(points) {
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

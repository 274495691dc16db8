/**
 * Land in words and rows: what a parcel is called, its use, its share, a feature's attributes. Knows no screen; names it has no
 * words for are shown as they were given.
 */

import { contains } from '../../core/shapes.js';
import { areaWords, dayWords, dueClass, endOf } from '../format.js';
import { middleOf } from '../map_list.js';
import { h } from '../dom.js';
import { row } from '../parts.js';
import { awayTo, landName } from '../place_words.js';
import { known, t } from '../words.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Feature} Feature */
/** @typedef {import("../dom.js").Children} Children */

/** The scheme whose classes have names here. */
const NAMED_SCHEME = /^GB\/T 21010/;
/** Attributes that repeat another one or speak to programs only. */
const UNTOLD = new Set(['synthetic', 'scheme', 'DLBM', 'dlbm', 'id', 'fid', 'OBJECTID', 'Shape_Area', 'Shape_Leng', 'BSM']);
/** Below this share of a whole it is a part. */
const WHOLE = 0.995;
/** What a register without a beginning is given as its beginning. */
const SINCE_EVER = '1900-01-01';

/**
 * What there is of `parts`, with a dot between; what is missing leaves no gap.
 * @param {Children[]} parts
 * @returns {Children[]}
 */
export function dotted(parts) {
  return parts.filter(Boolean).flatMap((part, at) => (at === 0 ? [part] : [' · ', part]));
}

/**
 * An area that is not broken over two lines.
 * @param {number|null} m2
 */
export function areaNode(m2) {
  return m2 === null ? null : h('span', { class: 'num' }, areaWords(m2));
}

/** @param {Parcel} parcel */
export function parcelTitle(parcel) {
  return landName(parcel);
}

/**
 * `0101 水田`; the class above where there is no name; the bare code of a scheme that is not known here.
 * @param {{scheme: string, code: string}|null} use
 * @returns {string|null}
 */
export function useWords(use) {
  if (!use) return null;
  const key = [use.code, use.code.slice(0, 2)].map((code) => `use.${code}`).find(known);
  return NAMED_SCHEME.test(use.scheme) && key ? `${use.code} ${t(key)}` : `${use.code}（${use.scheme}）`;
}

/** @param {number} share 0 to 1 */
export function shareWords(share) {
  if (share >= WHOLE) return t('land.share_all');
  const percent = Math.round(share * 100);
  return percent < 1 ? t('land.share_small') : t('land.share', { percent });
}

/**
 * How far and which way a parcel is; null where that is not known.
 * @param {{lon: number, lat: number}|null} from
 * @param {Parcel} parcel
 */
export function awayWords(from, parcel) {
  if (!from) return null;
  if (contains(parcel.geometry, from.lon, from.lat)) return t('land.here');
  return awayTo({ lon: from.lon, lat: from.lat }, middleOf(parcel));
}

/**
 * The day something is registered from; null for the day that stands for "nobody knows since when".
 * @param {string} day
 */
export function sinceDay(day) {
  return day > SINCE_EVER ? day : null;
}

/**
 * A due day as it presses; words of its own when there is none.
 * @param {string|null} day
 * @param {string} today
 */
export function dueWords(day, today) {
  return day ? h('span', { class: dueClass(day, today) }, dayWords(day, today)) : t('land.no_due_day');
}

/**
 * What a feature says of itself, name by name; what its code says already is left out.
 * @param {Feature} feature
 * @returns {[string, Children][]}
 */
export function attributeFacts(feature) {
  const told = Object.entries(feature.attributes ?? {}).filter(([name, value]) => !UNTOLD.has(name) && isTold(value) && value !== feature.code);
  return told.map(([name, value]) => [attributeName(name), valueWords(value)]);
}

/** @param {unknown} value */
function isTold(value) {
  return ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
}

/** @param {string} name */
export function attributeName(name) {
  return known(`attribute.${name}`) ? t(`attribute.${name}`) : name;
}

/** @param {unknown} value */
function valueWords(value) {
  return typeof value === 'boolean' ? t(value ? 'attribute.yes' : 'attribute.no') : String(value);
}

/**
 * A parcel in a list.
 * @param {Parcel} parcel
 * @param {{from: {lon: number, lat: number}|null, onclick: () => void}} how
 */
export function parcelRow(parcel, { from, onclick }) {
  // Without a name of its own it is called by its village and code already.
  const named = parcel.name ? [parcel.region_name, endOf(parcel.code)] : [];
  const parts = [awayWords(from, parcel), areaNode(parcel.area_m2), parcel.holder, ...named];
  return row({ title: parcelTitle(parcel), text: dotted(parts), act: `parcel-${parcel.code}`, onclick });
}

/**
 * What places are called and how far off they are: tasks, parcels, the phone's own regions. Shows a bare code only where nothing
 * else is known, and beside a name only where an officer would ask for it.
 */

import { bearingDeg, distanceM } from '../core/positions.js';
import { directionWord, endOf, metres } from './format.js';
import { t } from './words.js';

/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {{lon: number, lat: number, accuracy_m?: number}} Standpoint */

/**
 * A parcel by its name, else by its village and the end of its code.
 * @param {{name: string|null, code: string, region_name?: string|null}} parcel
 */
export function landName({ name, code, region_name }) {
  return name ?? (region_name ? `${region_name} ${endOf(code)}` : code);
}

/** The place of a task in one line. @param {Task} task */
export function taskName(task) {
  return landName({ name: ownName(task), code: task.parcel_code, region_name: task.region_name });
}

/**
 * The place of a task in a list: what it is called, and beside it the village of a named parcel or the whole code of one without.
 * @param {Task} task
 * @returns {{name: string, village: string|null, code: string|null}}
 */
export function taskPlace(task) {
  const [name, village] = [ownName(task), task.region_name ?? null];
  if (name !== null) return { name, village, code: null };
  return { name: village ?? task.parcel_code, village: null, code: village === null ? null : task.parcel_code };
}

/** The office gives the code where a parcel has no name. @param {Task} task */
function ownName({ title, parcel_code }) {
  return title === '' || title === parcel_code ? null : title;
}

/**
 * `东北 1.2 公里`; as near by where the position is not exact enough to say it; null where either is not known.
 * @param {Standpoint|null} from
 * @param {{lon: number|null, lat: number|null}} to
 * @returns {string|null}
 */
export function awayTo(from, { lon, lat }) {
  if (!from || lon === null || lat === null) return null;
  const far_m = distanceM(from, { lon, lat });
  if (far_m <= (from.accuracy_m ?? 0)) return t('map.near');
  return t('map.away', { metres: metres(far_m), way: directionWord(bearingDeg(from, { lon, lat })) });
}

/** The regions somebody patrols, by name, each with its code. @param {Pick<Identity, "regions"|"region_names">} identity */
export function regionWords({ regions, region_names = {} }) {
  return regions.map((code) => (region_names[code] ? `${region_names[code]} ${code}` : code)).join('、');
}

/**
 * Says so when somebody records a place from far away: how far it is, and which way. Forbids nothing, and is silent where the
 * position is too rough to tell.
 */

import { bearingDeg, distanceM } from '../../core/positions.js';
import { nearest } from '../../core/shapes.js';
import { directionWord, metres } from '../format.js';
import { middleOf } from '../map_list.js';
import { t } from '../words.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Task} Task */

/** Beyond this and the error of the position nobody sees the land they report on. */
const FAR_M = 500;

/**
 * @param {{lon: number, lat: number, accuracy_m: number}|null} at where the report is made
 * @param {{parcel: Parcel|null, task: Task|null}} about the parcel it is about, or the task where the phone has no such parcel
 * @returns {string|null} null when it is near, or nobody can tell
 */
export function farWords(at, { parcel, task }) {
  const place = parcel ? middleOf(parcel) : task && { lon: task.lon, lat: task.lat };
  if (!at || !place || place.lon === null || place.lat === null) return null;
  const to = { lon: place.lon, lat: place.lat };
  const far_m = parcel ? nearest([parcel], at.lon, at.lat)[0].distance_m : distanceM(at, to);
  if (far_m - at.accuracy_m <= FAR_M) return null;
  return t('capture.far', { metres: metres(far_m), way: directionWord(bearingDeg(at, to)) });
}

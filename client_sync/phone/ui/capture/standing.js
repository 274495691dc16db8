/**
 * Which fixes belong to the place where the inspector stands now. Pure: knows no clock and no sensor, and judges no accuracy
 * better than `core/positions.js` does.
 */

import { averageFixes, distanceM } from '../../core/positions.js';

/** @typedef {import("../../types.js").Fix} Fix */
/**
 * `fixes` were made here; `strays` are the last ones in a row that were not, and may turn out to be the next place.
 * @typedef {{fixes: Fix[], strays: Fix[]}} Stand
 */

/** @type {Stand} */
export const NOWHERE = Object.freeze({ fixes: [], strays: [] });

/** One stray fix is a reflection from a wall; this many in a row that agree are steps. */
const STEPS = 3;
/** Fixes kept of one place: consecutive fixes err together, so more of them tell nothing new. */
const KEPT = 40;
/** A receiver standing still wanders this far. */
const WANDER_M = 12;

/**
 * @param {Stand} stand
 * @param {Fix} fix
 * @returns {{stand: Stand, moved: boolean}} `moved`: the inspector stands somewhere else now
 */
export function follow(stand, fix) {
  const centre = averageFixes(stand.fixes);
  if (!centre || isHere(fix, centre)) return { stand: { fixes: [...stand.fixes, fix].slice(-KEPT), strays: [] }, moved: false };
  const strays = [...stand.strays, fix];
  if (strays.length < STEPS) return { stand: { ...stand, strays }, moved: false };
  const there = strays.slice(-STEPS);
  if (!there.every((one) => isHere(one, fix))) return { stand: { ...stand, strays: there }, moved: false };
  return { stand: { fixes: there, strays: [] }, moved: true };
}

/** @param {Fix} fix @param {{lon: number, lat: number, accuracy_m: number}} centre */
function isHere(fix, centre) {
  return distanceM(fix, centre) <= Math.max(WANDER_M, 2 * Math.max(fix.accuracy_m, centre.accuracy_m));
}

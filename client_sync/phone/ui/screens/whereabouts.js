/**
 * Where the inspector was last seen by this app, for distances and for where a map begins. Keeps it in memory only, forgets it
 * when it is old, and never asks for permission by itself.
 */

import { watchLocation } from '../../device/location.js';

/** @typedef {import("../../types.js").Fix} Fix */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../device/location.js").LocationTrouble} LocationTrouble */

/** Somebody on a motorbike is elsewhere after this long. */
const FRESH_MS = 5 * 60_000;

/** @type {Fix|null} */
let last = null;

/**
 * The last place, while it is fresh.
 * @param {Phone} phone
 * @returns {Fix|null}
 */
export function lastPlace(phone) {
  return last && phone.clock.monoMs() - last.at_ms <= FRESH_MS ? last : null;
}

/**
 * Follows the position until `stop()`, and remembers it. Asks the person for permission when none was given yet.
 * @param {Phone} phone
 * @param {{onFix: (fix: Fix) => void, onTrouble?: (trouble: LocationTrouble) => void}} hear
 */
export function watchPlace(phone, { onFix, onTrouble = () => undefined }) {
  const remember = (/** @type {Fix} */ fix) => {
    last = fix;
    onFix(fix);
  };
  return watchLocation({ onFix: remember, onTrouble }, phone.clock);
}

/**
 * Follows the position only where the person has allowed it before: a list of distances is no reason to ask.
 * @param {Phone} phone
 * @param {(fix: Fix) => void} onFix
 * @returns {() => void} stops
 */
export function watchIfAllowed(phone, onFix) {
  let [stop, is_over] = [() => {}, false];
  void isAllowed().then((yes) => {
    if (yes && !is_over) stop = watchPlace(phone, { onFix }).stop;
  });
  return () => {
    is_over = true;
    stop();
  };
}

/** @returns {Promise<boolean>} false where the browser cannot say */
export async function isAllowed() {
  const answer = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null);
  return answer?.state === 'granted';
}

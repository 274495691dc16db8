/**
 * Where the phone stands: every answer of the positioning system as a `Fix`, and in one word why there is none. Averages
 * nothing, invents nothing, and cannot know whether a fix was faked.
 */

/** @typedef {import("../types.js").Fix} Fix */
/** @typedef {"denied"|"unavailable"|"timeout"|"absent"} LocationTrouble */

const TROUBLES = /** @type {Record<number, LocationTrouble>} */ ({ 1: 'denied', 2: 'unavailable', 3: 'timeout' });
/** A cold receiver may need half a minute; after that the screen says what helps, and the watch goes on. */
const PATIENCE_MS = 30_000;

/**
 * @typedef {object} LocationWatch
 * @property {() => void} stop
 */

/**
 * Watch the position until `stop()`. A refusal ends nothing but this watch: calling again asks again.
 * @param {object} hear
 * @param {(fix: Fix) => void} hear.onFix
 * @param {(trouble: LocationTrouble) => void} hear.onTrouble
 * @param {{monoMs: () => number}} clock
 * @param {Geolocation|null} [geolocation] the browser's, handed in so that tests can play it
 * @returns {LocationWatch}
 */
export function watchLocation(hear, clock, geolocation = globalThis.navigator?.geolocation ?? null) {
  if (!geolocation) {
    hear.onTrouble('absent');
    return { stop: () => undefined };
  }
  let is_over = false;
  const id = geolocation.watchPosition(
    (place) => {
      const fix = fixOf(place, clock.monoMs());
      if (!is_over && fix) hear.onFix(fix);
    },
    (error) => {
      if (!is_over) hear.onTrouble(TROUBLES[error.code] ?? 'unavailable');
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
  );
  return {
    stop() {
      is_over = true;
      geolocation.clearWatch(id);
    },
  };
}

/**
 * @param {GeolocationPosition} place
 * @param {number} at_ms monotonic
 * @returns {Fix|null} null for the 0°, 0° some receivers report before they know
 */
export function fixOf(place, at_ms) {
  const { longitude, latitude, accuracy, altitude, heading, speed } = place.coords;
  if (!Number.isFinite(longitude) || !Number.isFinite(latitude) || (longitude === 0 && latitude === 0)) return null;
  return {
    lon: longitude,
    lat: latitude,
    accuracy_m: Number.isFinite(accuracy) ? accuracy : 1000,
    altitude_m: altitude ?? null,
    // While standing a receiver repeats the last course or says 0; only a moving phone has one.
    heading_deg: speed && heading !== null && Number.isFinite(heading) ? heading : null,
    fixed_at: new Date(place.timestamp).toISOString(),
    at_ms,
  };
}

/**
 * Where the phone stands: every answer of the positioning system as a `Fix`, and in one word why there is none. Averages
 * nothing, invents nothing, and cannot know whether a fix was faked.
 */

/** @typedef {import("../types.js").Fix} Fix */
/** @typedef {"denied"|"unavailable"|"timeout"|"absent"} LocationTrouble */

const TROUBLES = /** @type {Record<number, LocationTrouble>} */ ({ 1: 'denied', 2: 'unavailable', 3: 'timeout' });
/** A cold receiver may need half a minute; after that the screen says what helps, and the watch goes on. */
const PATIENCE_MS = 30_000;

/** @typedef {{stop: () => void}} LocationWatch */
/** @typedef {{onPlace: (place: GeolocationPosition) => void, onError: (error: GeolocationPositionError) => void}} Listener */

/**
 * The one watch a page keeps on the browser's receiver, however many listen. Beside a watch that was answered, Chromium lets a
 * second wait for ever when the phone lies still; so whoever comes begins the watch anew, and all hear its answers.
 */
class Receiver {
  /** @type {Set<Listener>} */ #listeners = new Set();
  /** @type {number|null} */ #id = null;

  /** @param {Geolocation} geolocation */
  constructor(geolocation) {
    this.geolocation = geolocation;
  }

  /** @param {Listener} listener */
  join(listener) {
    this.#listeners.add(listener);
    this.#end();
    this.#id = this.geolocation.watchPosition(
      (place) => this.#listeners.forEach((each) => each.onPlace(place)),
      (error) => this.#listeners.forEach((each) => each.onError(error)),
      { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
    );
  }

  /** @param {Listener} listener */
  leave(listener) {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#end();
  }

  #end() {
    if (this.#id !== null) this.geolocation.clearWatch(this.#id);
    this.#id = null;
  }
}

/** @type {WeakMap<Geolocation, Receiver>} */
const receivers = new WeakMap();

/** @param {Geolocation} geolocation */
function receiverOf(geolocation) {
  const receiver = receivers.get(geolocation) ?? new Receiver(geolocation);
  receivers.set(geolocation, receiver);
  return receiver;
}

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
  const listener = {
    onPlace: (/** @type {GeolocationPosition} */ place) => {
      const fix = fixOf(place, clock.monoMs());
      if (fix) hear.onFix(fix);
    },
    onError: (/** @type {GeolocationPositionError} */ error) => hear.onTrouble(TROUBLES[error.code] ?? 'unavailable'),
  };
  const receiver = receiverOf(geolocation);
  receiver.join(listener);
  return { stop: () => receiver.leave(listener) };
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

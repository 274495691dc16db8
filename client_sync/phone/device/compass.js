/**
 * Where the back of the phone looks, from the browser's orientation sensors. Knows no declination: it says "magnetic" or
 * "true" and never turns one into the other, and never takes a course over ground for a heading.
 */

/** @typedef {import("../types.js").View} View */

/**
 * @typedef {object} Orientation what one event said
 * @property {number} azimuth_deg 0..360 clockwise from north
 * @property {"true"|"magnetic"} azimuth_ref
 * @property {number|null} azimuth_error_deg as the platform says; null when it says nothing
 * @property {"camera"|"top"} of the axis the azimuth is of: the camera's, or the upper edge of a phone lying flat
 * @property {number} at_ms
 */

/**
 * @typedef {object} Compass
 * @property {() => View|null} view the camera's azimuth over the last moments; null when unknown or when it looks at the ground
 * @property {() => number|null} heading_deg for the map: camera or upper edge, whichever is level
 * @property {() => boolean} needs_asking true when the sensor is silent and a tap may switch it on (iOS)
 * @property {() => Promise<boolean>} ask call from a tap
 * @property {() => void} stop
 */

/** Below this share of the camera's axis being level (cos of ~70°) it looks at the ground or the sky: no azimuth. */
const LEVEL_SHARE = 0.34;
/** A hand trembles; the azimuth of a picture is the mean of this long. */
const MEAN_OVER_MS = 700;
/** A reading older than this is not the direction of a picture taken now. */
const STALE_MS = 3000;
/** A compass that works without being asked is heard within this time. */
const SILENT_MS = 1500;
/** When readings of one moment scatter more than this the scatter is reported as the error. */
const QUIET_DEG = 15;

/**
 * The azimuth of a phone's axes from the angles of a DeviceOrientationEvent (Z-X'-Y'', W3C Device Orientation, appendix A).
 * @param {number} alpha_deg
 * @param {number} beta_deg
 * @param {number} gamma_deg
 * @returns {{azimuth_deg: number, of: "camera"|"top"}}
 */
export function azimuthOf(alpha_deg, beta_deg, gamma_deg) {
  const [a, b, g] = [alpha_deg, beta_deg, gamma_deg].map((degrees) => (degrees * Math.PI) / 180);
  const [sin_a, sin_b, sin_g] = [a, b, g].map(Math.sin);
  const [cos_a, cos_b, cos_g] = [a, b, g].map(Math.cos);
  // East and north parts of the axis out of the phone's back: the third column of the rotation, turned round.
  const east = -cos_a * sin_g - sin_a * sin_b * cos_g;
  const north = -sin_a * sin_g + cos_a * sin_b * cos_g;
  if (Math.hypot(east, north) >= LEVEL_SHARE) return { azimuth_deg: bearing(east, north), of: 'camera' };
  return { azimuth_deg: bearing(-sin_a * cos_b, cos_a * cos_b), of: 'top' };
}

/** @param {number} east @param {number} north */
function bearing(east, north) {
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/**
 * What one event says, or null when it says nothing about north.
 * @param {any} event DeviceOrientationEvent
 * @param {number} at_ms
 * @returns {Orientation|null}
 */
export function orientationOf(event, at_ms) {
  const { alpha, beta, gamma, absolute, webkitCompassHeading, webkitCompassAccuracy } = event;
  if (typeof webkitCompassHeading === 'number') {
    // iOS speaks of the upper edge, which looks where the camera looks only while the phone is held upright in portrait.
    const is_sideways = Math.abs(gamma ?? 0) > 45 && Math.abs(beta ?? 0) < 45;
    const is_known = typeof webkitCompassAccuracy !== 'number' || webkitCompassAccuracy >= 0;
    if (is_sideways || !is_known || webkitCompassHeading < 0) return null;
    const error_deg = typeof webkitCompassAccuracy === 'number' ? webkitCompassAccuracy : null;
    const level_share = Math.sin((Math.abs(beta ?? 0) * Math.PI) / 180);
    const of = level_share >= LEVEL_SHARE ? 'camera' : 'top';
    return { azimuth_deg: webkitCompassHeading, azimuth_ref: 'magnetic', azimuth_error_deg: error_deg, of, at_ms };
  }
  if (absolute !== true || alpha === null || beta === null || gamma === null) return null;
  return { ...azimuthOf(alpha, beta, gamma), azimuth_ref: 'magnetic', azimuth_error_deg: null, at_ms };
}

/**
 * The mean azimuth of the camera over the last moments.
 * @param {Orientation[]} readings oldest first
 * @param {number} now_ms
 * @returns {View|null}
 */
export function viewOf(readings, now_ms) {
  const newest = readings.at(-1);
  if (!newest || newest.of !== 'camera' || now_ms - newest.at_ms > STALE_MS) return null;
  const recent = readings.filter((one) => one.of === 'camera' && newest.at_ms - one.at_ms <= MEAN_OVER_MS);
  const [east, north] = recent.reduce(
    ([e, n], { azimuth_deg }) => {
      const angle = (azimuth_deg * Math.PI) / 180;
      return [e + Math.sin(angle), n + Math.cos(angle)];
    },
    [0, 0],
  );
  const agreement = Math.min(1, Math.hypot(east, north) / recent.length);
  const scatter_deg = agreement > 0 ? (Math.sqrt(-2 * Math.log(agreement)) * 180) / Math.PI : 180;
  const told_deg = newest.azimuth_error_deg;
  const error_deg = Math.max(told_deg ?? 0, scatter_deg > QUIET_DEG ? scatter_deg : 0);
  return {
    azimuth_deg: Math.round(bearing(east, north) * 10) / 10 % 360,
    azimuth_ref: newest.azimuth_ref,
    ...(error_deg > 0 ? { azimuth_error_deg: Math.min(180, Math.round(error_deg * 10) / 10) } : {}),
  };
}

/**
 * Listen to the compass until `stop()`.
 * @param {{monoMs: () => number}} clock
 * @param {object} [world] the browser, handed in so that tests can play it
 * @param {EventTarget} [world.target] where orientation events arrive
 * @param {any} [world.DeviceOrientationEvent]
 * @param {() => void} [onChange] called at most a few times a second, to turn an arrow
 * @returns {Compass}
 */
export function watchCompass(clock, world = {}, onChange = () => undefined) {
  const target = world.target ?? globalThis.window;
  const Kind = 'DeviceOrientationEvent' in world ? world.DeviceOrientationEvent : globalThis.DeviceOrientationEvent;
  /** @type {Orientation[]} */
  let readings = [];
  let told_ms = -Infinity;
  let was_asked = false;
  const began_ms = clock.monoMs();
  /** @param {Event} event */
  const hear = (event) => {
    const now_ms = clock.monoMs();
    const reading = orientationOf(event, now_ms);
    if (!reading) return;
    readings = [...readings.filter((one) => now_ms - one.at_ms <= STALE_MS), reading].slice(-200);
    if (now_ms - told_ms < 200) return;
    told_ms = now_ms;
    onChange();
  };
  const names = ['deviceorientationabsolute', 'deviceorientation'];
  names.forEach((name) => target?.addEventListener(name, hear));
  return {
    view: () => viewOf(readings, clock.monoMs()),
    heading_deg: () => (readings.length && clock.monoMs() - readings[readings.length - 1].at_ms <= STALE_MS
      ? readings[readings.length - 1].azimuth_deg : null),
    needs_asking: () => typeof Kind?.requestPermission === 'function' && !was_asked && readings.length === 0
      && clock.monoMs() - began_ms >= SILENT_MS,
    async ask() {
      was_asked = true;
      return typeof Kind?.requestPermission !== 'function' || (await Kind.requestPermission().catch(() => 'denied')) === 'granted';
    },
    stop: () => names.forEach((name) => target?.removeEventListener(name, hear)),
  };
}

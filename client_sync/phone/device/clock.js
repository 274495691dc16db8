/**
 * The phone's clocks: the wall clock people may set, and the monotonic one they may not.
 * Does not know the true time; how far the server's clock is away is learnt by a sync round and kept in the identity.
 */

/**
 * @typedef {object} Clock
 * @property {() => string} nowIso wall clock as ISO 8601 with the phone's own offset, to the millisecond
 * @property {() => number} nowMs wall clock in milliseconds since 1970
 * @property {() => number} monoMs milliseconds that only grow while the app runs
 * @property {() => string} zone IANA name of the phone's zone, "UTC" when the browser does not say
 */

/**
 * Writes an instant with the phone's own offset, so that the local day is readable in it.
 * @param {number} ms milliseconds since 1970
 * @param {number} offset_min minutes that local time is ahead of UTC
 * @returns {string}
 */
export function isoWithOffset(ms, offset_min) {
  const local = new Date(ms + offset_min * 60_000).toISOString().slice(0, -1);
  const sign = offset_min < 0 ? '-' : '+';
  const minutes = Math.abs(offset_min);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** @type {Clock} */
export const clock = Object.freeze({
  nowIso: () => {
    const now = new Date();
    return isoWithOffset(now.getTime(), -now.getTimezoneOffset());
  },
  nowMs: () => Date.now(),
  monoMs: () => Math.round(performance.now()),
  zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
});

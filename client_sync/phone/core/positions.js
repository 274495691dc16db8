/**
 * Makes one position of the fixes collected while standing, and says how good it is. Never claims to know a place better
 * than the best single fix did, and never forbids anything.
 *
 * Fixes a second apart share satellites, atmosphere and reflections, so averaging removes the jitter and keeps the common
 * error; what remains of it is not in the data. docs/decisions/0004-matching-model.md tells what over-confident positions
 * cost: parcels chosen wrongly with 90 % certainty.
 */

import { offsetM } from './ellipsoid.js';

/** @typedef {import("../types.js").Fix} Fix */
/** @typedef {import("../types.js").Position} Position */
/** @typedef {{since_ms?: number, accuracy_p?: number|null, crs?: Position["crs"]}} Circumstances */

/** A stand is short: what is older belongs to another place along the walk. */
export const STAND_MS = 120_000;
/** A receiver that claims less is not believed to be better than this. */
const LEAST_ACCURACY_M = 1;
/** A radius of 68 % is 1.51 standard deviations in the plane; 2.6 of it are nearly four: not the same place. */
const OUTLIER_RADII = 2.6;
/** Without an altitude, a radius beyond this comes from masts and access points. */
const GNSS_RADIUS_M = 50;
/** Share of fixes that the stated radius holds, where the platform says so. */
const RADIUS_QUANTILE = 0.68;

/**
 * The weighted mean of the fixes of the newest stand, or null when there is none.
 *
 * `accuracy_m` is the radius of the best fix, or that which holds 68 % of the fixes around the mean if they scatter wider.
 * @param {readonly Fix[]} fixes in any order
 * @param {Circumstances} [circumstances] `since_ms`: monotonic start of the visit, older fixes are of another place;
 *   `accuracy_p`: what the platform's radius means, null where it does not say (browsers do not)
 * @returns {Position|null}
 */
export function averageFixes(fixes, { since_ms = -Infinity, accuracy_p = null, crs = 'wgs84' } = {}) {
  const used = agreeing(standing(fixes, since_ms));
  if (used.length === 0) return null;
  const newest = used.reduce((one, other) => (other.at_ms > one.at_ms ? other : one));
  const weight = (/** @type {Fix} */ fix) => 1 / Math.max(fix.accuracy_m, LEAST_ACCURACY_M) ** 2;
  const mean = { lon: weighted(used, weight, 'lon'), lat: weighted(used, weight, 'lat') };
  const best = Math.min(...used.map((fix) => fix.accuracy_m));
  const high = used.filter((fix) => fix.altitude_m !== null);
  return {
    lon: rounded(mean.lon, 8),
    lat: rounded(mean.lat, 8),
    accuracy_m: rounded(Math.max(best, scatterM(used, mean)), 2),
    accuracy_p,
    fixes: used.length,
    ...(high.length > 0 ? { altitude_m: rounded(weighted(high, weight, 'altitude_m'), 2) } : {}),
    fixed_at: newest.fixed_at,
    source: high.length > 0 || best <= GNSS_RADIUS_M ? 'gnss' : 'network',
    mocked: null,
    crs,
  };
}

/**
 * A place chosen on the map by hand.
 * @param {{lon: number, lat: number}} place
 * @param {{accuracy_m: number, at: string, crs?: Position["crs"]}} told how far off the hand may be, by the map's scale
 * @returns {Position}
 */
export function manualPosition({ lon, lat }, { accuracy_m, at, crs = 'cgcs2000' }) {
  const place = { lon: rounded(lon, 8), lat: rounded(lat, 8), accuracy_m: rounded(accuracy_m, 2), accuracy_p: null };
  return { ...place, fixed_at: at, source: 'manual', mocked: null, crs };
}

/**
 * Metres between two places a few kilometres apart.
 * @param {{lon: number, lat: number}} a
 * @param {{lon: number, lat: number}} b
 * @returns {number}
 */
export function distanceM(a, b) {
  const { east_m, north_m } = offsetM(a, b);
  return Math.hypot(east_m, north_m);
}

/**
 * The direction from a to b, clockwise from true north, 0 ≤ degrees < 360.
 * @param {{lon: number, lat: number}} a
 * @param {{lon: number, lat: number}} b
 * @returns {number}
 */
export function bearingDeg(a, b) {
  const { east_m, north_m } = offsetM(a, b);
  const degrees = (Math.atan2(east_m, north_m) * 180) / Math.PI;
  return (degrees + 360) % 360;
}

/**
 * A word for a radius: `good` tells neighbouring plots apart, `poor` needs the inspector's tap on the map.
 * @param {number} accuracy_m
 * @returns {"good"|"fair"|"poor"}
 */
export function accuracyWord(accuracy_m) {
  if (accuracy_m <= 10) return 'good';
  return accuracy_m <= 30 ? 'fair' : 'poor';
}

/**
 * The readable fixes of the newest stand.
 * @param {readonly Fix[]} fixes
 * @param {number} since_ms
 */
function standing(fixes, since_ms) {
  const readable = fixes.filter(
    ({ lon, lat, accuracy_m, at_ms }) =>
      [lon, lat, accuracy_m, at_ms].every(Number.isFinite) && accuracy_m >= 0 && at_ms >= since_ms && !(lon === 0 && lat === 0),
  );
  const newest = Math.max(...readable.map((fix) => fix.at_ms));
  return readable.filter((fix) => newest - fix.at_ms <= STAND_MS);
}

/**
 * Without the fixes that lie too far from the weighted median for the radius they claim.
 * @param {Fix[]} fixes
 */
function agreeing(fixes) {
  if (fixes.length < 3) return fixes.length === 2 ? better(fixes) : fixes;
  const middle = { lon: median(fixes, 'lon'), lat: median(fixes, 'lat') };
  const near = fixes.filter((fix) => distanceM(middle, fix) <= OUTLIER_RADII * Math.max(fix.accuracy_m, LEAST_ACCURACY_M));
  return near.length > 0 ? near : better(fixes);
}

/**
 * Both of two fixes where they agree, else the one with the smaller radius: with two, nobody can say which is the outlier.
 * @param {Fix[]} fixes
 */
function better(fixes) {
  const [first, ...others] = [...fixes].sort((one, other) => one.accuracy_m - other.accuracy_m);
  return [first, ...others.filter((fix) => distanceM(first, fix) <= OUTLIER_RADII * Math.max(fix.accuracy_m, LEAST_ACCURACY_M))];
}

/**
 * The weighted median of one coordinate: half of the trust lies on either side.
 * @param {Fix[]} fixes
 * @param {"lon"|"lat"} axis
 */
function median(fixes, axis) {
  const sorted = [...fixes].sort((one, other) => one[axis] - other[axis]);
  const trust = (/** @type {Fix} */ fix) => 1 / Math.max(fix.accuracy_m, LEAST_ACCURACY_M);
  let left = sorted.reduce((sum, fix) => sum + trust(fix), 0) / 2;
  const found = sorted.find((fix) => (left -= trust(fix)) <= 0);
  return (found ?? sorted[sorted.length - 1])[axis];
}

/**
 * @param {Fix[]} fixes
 * @param {(fix: Fix) => number} weight
 * @param {"lon"|"lat"|"altitude_m"} axis
 */
function weighted(fixes, weight, axis) {
  // From the first value on, so that the mean of equal values is exactly that value.
  const origin = fixes[0][axis] ?? 0;
  const total = fixes.reduce((sum, fix) => sum + weight(fix), 0);
  return origin + fixes.reduce((sum, fix) => sum + weight(fix) * ((fix[axis] ?? 0) - origin), 0) / total;
}

/**
 * @param {Fix[]} fixes
 * @param {{lon: number, lat: number}} mean
 */
function scatterM(fixes, mean) {
  const distances = fixes.map((fix) => distanceM(mean, fix)).sort((one, other) => one - other);
  return distances[Math.ceil(RADIUS_QUANTILE * distances.length) - 1];
}

/**
 * @param {number} value
 * @param {number} digits
 */
function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

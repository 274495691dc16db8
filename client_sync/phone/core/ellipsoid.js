/**
 * The earth's shape as CGCS2000 defines it (WGS 84 differs by a tenth of a millimetre), and how long a degree is on it.
 * Knows places a few kilometres apart; it is no geodesic solver for continents.
 */

export const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257222101;
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180;

/**
 * Metres of one degree of longitude and of latitude at a latitude.
 * @param {number} lat degrees
 * @returns {{lon_m: number, lat_m: number}}
 */
export function degreeLengths(lat) {
  const sine = Math.sin(lat * RADIANS);
  const w = Math.sqrt(1 - E2 * sine * sine);
  const east = (SEMI_MAJOR_M / w) * Math.cos(lat * RADIANS);
  const north = (SEMI_MAJOR_M * (1 - E2)) / w ** 3;
  return { lon_m: east * RADIANS, lat_m: north * RADIANS };
}

/**
 * Metres to the east and north from one place to another near it.
 * @param {{lon: number, lat: number}} a
 * @param {{lon: number, lat: number}} b
 * @returns {{east_m: number, north_m: number}}
 */
export function offsetM(a, b) {
  const { lon_m, lat_m } = degreeLengths((a.lat + b.lat) / 2);
  return { east_m: (b.lon - a.lon) * lon_m, north_m: (b.lat - a.lat) * lat_m };
}

/**
 * q of the authalic latitude (Snyder 1987, 3-12), divided by its value at the pole: the sine on the sphere of equal area.
 * @param {number} lat degrees
 * @returns {number}
 */
export function authalicSine(lat) {
  return quantity(Math.sin(lat * RADIANS)) / quantity(1);
}

/** Square of the radius of the sphere that has the ellipsoid's surface, m². */
export const AUTHALIC_RADIUS2_M2 = (SEMI_MAJOR_M ** 2 * quantity(1)) / 2;

/** @param {number} sine */
function quantity(sine) {
  return (1 - E2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
}

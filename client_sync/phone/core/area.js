/**
 * Areas and lengths on the ellipsoid, for sketches and parcels. What is drawn by finger is a sketch, never a survey.
 */

import { AUTHALIC_RADIUS2_M2, authalicSine, offsetM } from './ellipsoid.js';

/** 15 mu are a hectare. */
export const M2_PER_MU = 2000 / 3;
const RADIANS = Math.PI / 180;

/** @typedef {[number, number, ...number[]]} Place lon, lat in degrees */

/**
 * The area of a Polygon or MultiPolygon in m², holes taken out; 0 for any other geometry.
 * @param {any} geojson
 * @returns {number}
 */
export function areaM2(geojson) {
  if (geojson?.type === 'Polygon') return polygonM2(geojson.coordinates);
  if (geojson?.type === 'MultiPolygon') return geojson.coordinates.reduce(summed, 0);
  return 0;
}

/**
 * Square metres as 亩.
 * @param {number} m2
 * @returns {number}
 */
export function mu(m2) {
  return m2 / M2_PER_MU;
}

/**
 * The length of a path in metres.
 * @param {readonly Place[]|{type: "LineString", coordinates: readonly Place[]}} line
 * @returns {number}
 */
export function lengthM(line) {
  const places = 'coordinates' in line ? line.coordinates : line;
  return places.slice(1).reduce((sum, [lon, lat], at) => {
    const { east_m, north_m } = offsetM({ lon: places[at][0], lat: places[at][1] }, { lon, lat });
    return sum + Math.hypot(east_m, north_m);
  }, 0);
}

/**
 * @param {number} sum
 * @param {Place[][]} rings
 */
function summed(sum, rings) {
  return sum + polygonM2(rings);
}

/** @param {Place[][]} rings */
function polygonM2([outer = [], ...holes]) {
  return Math.abs(ringM2(outer)) - holes.reduce((sum, hole) => sum + Math.abs(ringM2(hole)), 0);
}

/**
 * The signed area below the ring on the sphere of equal area. Measured from the first corner, so that small differences of
 * large numbers do not eat the digits of a small plot.
 * @param {Place[]} ring
 */
function ringM2(ring) {
  if (ring.length < 3) return 0;
  const [lon0, lat0] = ring[0];
  const sine0 = authalicSine(lat0);
  const corners = ring.map(([lon, lat]) => [(lon - lon0) * RADIANS, authalicSine(lat) - sine0]);
  let doubled = 0;
  for (const [at, [x, y]] of corners.entries()) {
    const [x2, y2] = corners[(at + 1) % corners.length];
    doubled += x * y2 - x2 * y;
  }
  return (doubled / 2) * AUTHALIC_RADIUS2_M2;
}

/**
 * Plane questions about parcels and sketches: boxes, what lies where, what is nearest, the ring somebody walked.
 * Knows no tolerance of the register; a border is a border to the last digit it was given.
 */

import { offsetM } from './ellipsoid.js';

/** @typedef {import("../types.js").Parcel} Parcel */
/** @typedef {[number, number, number, number]} Box west, south, east, north */
/** @typedef {number[]} Place lon, lat */
/** @typedef {{type: "Polygon", coordinates: Place[][]}} Polygon */
/** @typedef {{polygon: Polygon|null, problem: "too-few-points"|"crosses-itself"|null}} WalkedRing */

/** Two points closer than this are one: a receiver at rest wanders. */
export const THINNED_M = 1;

/**
 * The box around any GeoJSON geometry; null when it has no point.
 * @param {any} geometry
 * @returns {Box|null}
 */
export function bboxOf(geometry) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of placesOf(geometry)) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box[0] === Infinity ? null : box;
}

/**
 * Whether two boxes share a point.
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 * @returns {boolean}
 */
export function boxesMeet(one, other) {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}

/**
 * Whether a Polygon or MultiPolygon contains a place; holes do not belong to it.
 * @param {any} geometry
 * @param {number} lon
 * @param {number} lat
 * @returns {boolean}
 */
export function contains(geometry, lon, lat) {
  const isIn = (/** @type {Place[]} */ ring) => inRing(ring, lon, lat);
  return polygonsOf(geometry).some(([outer, ...holes]) => isIn(outer) && !holes.some(isIn));
}

/**
 * The parcels at a place, the smallest first: where parcels overlap, the smaller one is what a finger means.
 * @param {readonly Parcel[]} parcels
 * @param {number} lon
 * @param {number} lat
 * @returns {Parcel[]}
 */
export function parcelsAt(parcels, lon, lat) {
  const found = parcels.filter(({ bbox, geometry }) => {
    const near = bbox === undefined || (bbox[0] <= lon && lon <= bbox[2] && bbox[1] <= lat && lat <= bbox[3]);
    return near && contains(geometry, lon, lat);
  });
  return found.sort((one, other) => one.area_m2 - other.area_m2);
}

/**
 * The nearest parcels with the metres to their border, 0 for those that contain the place.
 * @param {readonly Parcel[]} parcels
 * @param {number} lon
 * @param {number} lat
 * @param {number} [most] how many
 * @returns {{parcel: Parcel, distance_m: number}[]}
 */
export function nearest(parcels, lon, lat, most = 5) {
  const boxed = parcels.map((parcel) => ({ parcel, least_m: toBoxM(parcel.bbox ?? bboxOf(parcel.geometry), lon, lat) }));
  boxed.sort((one, other) => one.least_m - other.least_m);
  /** @type {{parcel: Parcel, distance_m: number}[]} */
  let found = [];
  for (const { parcel, least_m } of boxed) {
    // No border is nearer than its box, so what follows cannot be among the nearest any more.
    if (found.length === most && least_m > found[most - 1].distance_m) break;
    found.push({ parcel, distance_m: distanceTo(parcel.geometry, lon, lat) });
    found.sort((one, other) => one.distance_m - other.distance_m || one.parcel.area_m2 - other.parcel.area_m2);
    found = found.slice(0, most);
  }
  return found;
}

/**
 * A little less than the metres to a box, 0 inside it.
 * @param {readonly number[]|null} box
 * @param {number} lon
 * @param {number} lat
 */
function toBoxM(box, lon, lat) {
  if (box === null) return Infinity;
  const place = { lon: Math.min(Math.max(lon, box[0]), box[2]), lat: Math.min(Math.max(lat, box[1]), box[3]) };
  const { east_m, north_m } = offsetM({ lon, lat }, place);
  return Math.hypot(east_m, north_m) * 0.999;
}

/**
 * The ring of a walk or of tapped corners, closed and thinned to points at least a metre apart.
 * @param {readonly {lon: number, lat: number}[]} points in the order they were reached
 * @returns {WalkedRing}
 */
export function walkedRing(points) {
  /** @type {Place[]} */
  const ring = [];
  for (const { lon, lat } of points) {
    const before = ring.at(-1);
    if (before === undefined || apartM(before, [lon, lat]) >= THINNED_M) ring.push([lon, lat]);
  }
  while (ring.length > 1 && apartM(ring[0], ring[ring.length - 1]) < THINNED_M) ring.pop();
  if (ring.length < 3) return { polygon: null, problem: 'too-few-points' };
  if (crossesItself(ring)) return { polygon: null, problem: 'crosses-itself' };
  return { polygon: { type: 'Polygon', coordinates: [[...ring, ring[0]]] }, problem: null };
}

/**
 * @param {any} geometry
 * @returns {Place[]}
 */
function placesOf(geometry) {
  if (!geometry) return [];
  if (geometry.type === 'GeometryCollection') return geometry.geometries.flatMap(placesOf);
  const depth = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 };
  const level = depth[/** @type {keyof typeof depth} */ (geometry.type)];
  if (level === undefined) return [];
  return level === 0 ? [geometry.coordinates] : geometry.coordinates.flat(level - 1);
}

/**
 * @param {any} geometry
 * @returns {Place[][][]}
 */
function polygonsOf(geometry) {
  if (geometry?.type === 'Polygon') return [geometry.coordinates];
  if (geometry?.type === 'MultiPolygon') return geometry.coordinates;
  return geometry?.type === 'GeometryCollection' ? geometry.geometries.flatMap(polygonsOf) : [];
}

/**
 * @param {Place[]} ring
 * @param {number} lon
 * @param {number} lat
 */
function inRing(ring, lon, lat) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [x, y] = ring[at];
    const [x2, y2] = ring[before];
    if (y > lat !== y2 > lat && lon < ((x2 - x) * (lat - y)) / (y2 - y) + x) inside = !inside;
  }
  return inside;
}

/**
 * @param {any} geometry
 * @param {number} lon
 * @param {number} lat
 */
function distanceTo(geometry, lon, lat) {
  if (contains(geometry, lon, lat)) return 0;
  const rings = polygonsOf(geometry).flat();
  return Math.min(...rings.flatMap((ring) => ring.slice(1).map((place, at) => toSegmentM(lon, lat, ring[at], place))));
}

/**
 * @param {number} lon
 * @param {number} lat
 * @param {Place} from
 * @param {Place} to
 */
function toSegmentM(lon, lat, from, to) {
  const a = offsetM({ lon, lat }, { lon: from[0], lat: from[1] });
  const b = offsetM({ lon, lat }, { lon: to[0], lat: to[1] });
  const [dx, dy] = [b.east_m - a.east_m, b.north_m - a.north_m];
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(a.east_m * dx + a.north_m * dy) / length2));
  return Math.hypot(a.east_m + along * dx, a.north_m + along * dy);
}

/**
 * @param {Place} one
 * @param {Place} other
 */
function apartM(one, other) {
  const { east_m, north_m } = offsetM({ lon: one[0], lat: one[1] }, { lon: other[0], lat: other[1] });
  return Math.hypot(east_m, north_m);
}

/** @param {Place[]} ring open */
function crossesItself(ring) {
  const sides = ring.map((place, at) => [place, ring[(at + 1) % ring.length]]);
  return sides.some(([a, b], first) =>
    sides.slice(first + 1).some(([c, d], later) => {
      const areNeighbours = later === 0 || (first === 0 && first + 1 + later === sides.length - 1);
      return areNeighbours ? foldsBack(a, b, c, d) : meet(a, b, c, d);
    }),
  );
}

/**
 * Whether two neighbouring sides lie on each other: they share a corner and leave it in the same direction.
 * @param {Place} a
 * @param {Place} b
 * @param {Place} c
 * @param {Place} d
 */
function foldsBack(a, b, c, d) {
  const [corner, one, other] = b === c ? [b, a, d] : [a, b, c];
  const [ux, uy, vx, vy] = [one[0] - corner[0], one[1] - corner[1], other[0] - corner[0], other[1] - corner[1]];
  return ux * vy - uy * vx === 0 && ux * vx + uy * vy > 0;
}

/**
 * @param {Place} a
 * @param {Place} b
 * @param {Place} c
 * @param {Place} d
 */
function meet(a, b, c, d) {
  const turn = (/** @type {Place} */ p, /** @type {Place} */ q, /** @type {Place} */ r) =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  const boxes = boxesMeet(segmentBox(a, b), segmentBox(c, d));
  return boxes && turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

/**
 * @param {Place} a
 * @param {Place} b
 */
function segmentBox(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}

/**
 * The shapes a map draws that are nobody's land: where one stands, how sure that is, a sketch in the making.
 * Pure; knows degrees and metres, and that a degree of longitude shrinks with latitude, but no ellipsoid: it is for looking at.
 */

const METRES_PER_DEGREE = 111_320;

/**
 * A circle of `radius_m` around a place, as a polygon.
 * @param {number} lon
 * @param {number} lat
 * @param {number} radius_m
 * @param {number} [corners]
 */
export function circle(lon, lat, radius_m, corners = 48) {
  const across = radius_m / METRES_PER_DEGREE;
  const along = across / Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: corners + 1 }, (_, i) => {
    const angle = ((i % corners) / corners) * 2 * Math.PI;
    return [lon + along * Math.cos(angle), lat + across * Math.sin(angle)];
  });
  return { type: 'Polygon', coordinates: [ring] };
}

/**
 * A feature of GeoJSON.
 * @param {any} geometry
 * @param {Record<string, any>} properties
 */
export function feature(geometry, properties) {
  return { type: 'Feature', geometry, properties };
}

/** A hand trembles by less; the arrow on the map is not told of every trembling, lest the map be drawn all day. */
const TURN_DEG = 4;

/**
 * Whether a position would be drawn as the one before: the same place, and hardly turned.
 * @param {{lon: number, lat: number, accuracy_m: number, heading_deg?: number|null}|null} before
 * @param {{lon: number, lat: number, accuracy_m: number, heading_deg?: number|null}|null} now
 */
export function looksTheSame(before, now) {
  if (before === null || now === null) return before === now;
  if (before.lon !== now.lon || before.lat !== now.lat || before.accuracy_m !== now.accuracy_m) return false;
  const [was, is] = [before.heading_deg ?? null, now.heading_deg ?? null];
  if (was === null || is === null) return was === is;
  return Math.abs(((is - was + 540) % 360) - 180) < TURN_DEG;
}

/**
 * What shows a position: its circle, its point and, when it is known, where the phone looks.
 * @param {{lon: number, lat: number, accuracy_m: number, heading_deg?: number|null}|null} at
 */
export function positionFeatures(at) {
  if (!at) return [];
  const point = { type: 'Point', coordinates: [at.lon, at.lat] };
  const looks = typeof at.heading_deg === 'number' ? [feature(point, { role: 'heading', heading: at.heading_deg })] : [];
  return [feature(circle(at.lon, at.lat, at.accuracy_m), { role: 'accuracy' }), ...looks, feature(point, { role: 'position' })];
}

/**
 * A sketch in the making: its corners, the line between them, and its face once it has one.
 * @param {number[][]} points corners as [lon, lat], not closed
 */
export function sketchFeatures(points) {
  const corners = points.map((one) => feature({ type: 'Point', coordinates: one }, { role: 'corner' }));
  if (points.length < 2) return corners;
  const shape =
    points.length > 2
      ? feature({ type: 'Polygon', coordinates: [[...points, points[0]]] }, { role: 'sketch' })
      : feature({ type: 'LineString', coordinates: points }, { role: 'sketch-line' });
  return [shape, ...corners];
}

/**
 * Grows a box by a share of its own size on every side.
 * @param {number[]} bbox west, south, east, north
 * @param {number} share
 */
export function grown([west, south, east, north], share) {
  const [dx, dy] = [(east - west) * share, (north - south) * share];
  return [west - dx, south - dy, east + dx, north + dy];
}

/**
 * Whether `inner` lies wholly in `outer`.
 * @param {number[]|null} outer
 * @param {number[]} inner
 */
export function covers(outer, inner) {
  return outer !== null && outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

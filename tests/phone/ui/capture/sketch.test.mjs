/** The outline of a sketch: what is drawn again after the app was closed, and how large it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cornersOf, outlineM2 } from '../../../../client_sync/phone/ui/capture/sketch.js';

const SQUARE = [{ lon: 120.98, lat: 31.38 }, { lon: 120.981, lat: 31.38 }, { lon: 120.981, lat: 31.381 }, { lon: 120.98, lat: 31.381 }];

test('an outline of fewer than three corners has no area', () => {
  assert.equal(outlineM2([]), 0);
  assert.equal(outlineM2(SQUARE.slice(0, 2)), 0);
});

test('the area of the closed outline is that of the ellipsoid', () => {
  // pyproj.Geod(ellps="GRS80").polygon_area_perimeter of the same square: 10546.9 m².
  assert.ok(Math.abs(outlineM2(SQUARE) - 10546.9) < 10.5, String(outlineM2(SQUARE)));
});

test('corners that were tapped but not used yet come back', () => {
  assert.deepEqual(cornersOf({ sketch: null, sketch_corners: SQUARE.slice(0, 2) }), SQUARE.slice(0, 2));
});

test('a kept polygon comes back as its corners, without the closing one', () => {
  const ring = [...SQUARE, SQUARE[0]].map(({ lon, lat }) => [lon, lat]);
  assert.deepEqual(cornersOf({ sketch: { type: 'Polygon', coordinates: [ring] } }), SQUARE);
});

test('a draft without a sketch has no corners', () => {
  assert.deepEqual(cornersOf({ sketch: null }), []);
});

/** What the map draws that is nobody's land, and how its layers differ for eyes that see no colour. Draws no map. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { distanceM } from '../../../client_sync/phone/core/positions.js';
import { circle, covers, grown, looksTheSame, positionFeatures, sketchFeatures } from '../../../client_sync/phone/ui/map_shapes.js';
import { LOOKS, hatchImage, styleLayers, tiandituSources } from '../../../client_sync/phone/ui/map_style.js';

test('the circle of an accuracy is as wide as the accuracy, in the north and in the south', () => {
  for (const lat of [18.2, 31.4, 53.5]) {
    for (const [lon, at] of circle(121, lat, 50).coordinates[0]) {
      assert.ok(Math.abs(distanceM({ lon: 121, lat }, { lon, lat: at }) - 50) < 0.5);
    }
  }
});

test('a position without a heading shows no arrow, and none at all shows nothing', () => {
  const roles = (/** @type {any} */ at) => positionFeatures(at).map((one) => one.properties.role);
  assert.deepEqual(roles({ lon: 121, lat: 31, accuracy_m: 5 }), ['accuracy', 'position']);
  assert.deepEqual(roles({ lon: 121, lat: 31, accuracy_m: 5, heading_deg: 0 }), ['accuracy', 'heading', 'position']);
  assert.deepEqual(roles(null), []);
});

test('a sketch becomes a face with its third corner', () => {
  const kinds = (/** @type {number[][]} */ points) => sketchFeatures(points).map((one) => one.geometry.type);
  assert.deepEqual(kinds([]), []);
  assert.deepEqual(kinds([[0, 0]]), ['Point']);
  assert.deepEqual(kinds([[0, 0], [1, 0]]), ['LineString', 'Point', 'Point']);
  assert.equal(kinds([[0, 0], [1, 0], [1, 1]])[0], 'Polygon');
});

test('a window is fed once for its surroundings, and again when it leaves them', () => {
  const fed = grown([0, 0, 2, 2], 0.5);
  assert.deepEqual(fed, [-1, -1, 3, 3]);
  assert.ok(covers(fed, [0.5, 0.5, 2.5, 2.5]));
  assert.ok(!covers(fed, [2, 2, 4, 4]));
  assert.ok(!covers(null, [0, 0, 1, 1]));
});

test('no two layers differ by colour alone', () => {
  const looks = LOOKS.map(({ width, dash, hatch }) => JSON.stringify([width, dash, hatch]));
  assert.equal(new Set(looks).size, looks.length);
});

test('every layer of the style has one name, in light and in dark', () => {
  for (const dark of /** @type {const} */ ([0, 1])) {
    const ids = styleLayers(dark).map((layer) => layer.id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test('a hatch is drawn in the colour it is given and meets itself at the edges', () => {
  const { width, height, data } = hatchImage('#7a4b00', 'rising', 10);
  assert.deepEqual([width, height], [10, 10]);
  const inked = Array.from({ length: 100 }, (_, at) => at).filter((at) => data[at * 4 + 3] > 0);
  assert.equal(inked.length, 10);
  assert.deepEqual([...data.slice(inked[0] * 4, inked[0] * 4 + 3)], [0x7a, 0x4b, 0]);
});

test('the office’s key goes to the tile service and nowhere else', () => {
  const tiles = tiandituSources('img', 'k&y').flatMap(({ source }) => source.tiles);
  assert.ok(tiles.length > 0 && tiles.every((url) => url.startsWith('https://t') && url.includes('.tianditu.gov.cn/') && url.endsWith('tk=k%26y')));
});

test('a trembling hand draws no new map, a turn or a step does', () => {
  const here = { lon: 120.98, lat: 31.38, accuracy_m: 5, heading_deg: 359 };
  assert.equal(looksTheSame(here, { ...here, heading_deg: 1.5 }), true);
  assert.equal(looksTheSame(here, { ...here, heading_deg: 4 }), false);
  assert.equal(looksTheSame(here, { ...here, heading_deg: null }), false);
  assert.equal(looksTheSame(here, { ...here, lat: 31.3801 }), false);
  assert.equal(looksTheSame(here, null), false);
  assert.equal(looksTheSame(null, null), true);
});

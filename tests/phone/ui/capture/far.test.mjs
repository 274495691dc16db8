/** Whether somebody is told to be far from what they record: only when it is so, and the position can tell. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { farWords } from '../../../../client_sync/phone/ui/capture/far.js';

const square = { type: 'Polygon', coordinates: [[[120, 31], [120.01, 31], [120.01, 31.01], [120, 31.01], [120, 31]]] };
const parcel = /** @type {any} */ ({ id: 'p', code: '1', geometry: square, bbox: [120, 31, 120.01, 31.01] });
const task = /** @type {any} */ ({ lon: 120.005, lat: 31.005 });
const at = (lon, lat, accuracy_m = 5) => ({ lon, lat, accuracy_m });

test('far from its parcel somebody is told how far its border is, and which way', () => {
  assert.equal(farWords(at(120.005, 30.98), { parcel, task }), '这块地在你北边 2.2 公里，这里看不到它。照样可以记录。');
});

test('near its border, inside it, or within the error of the position nothing is said', () => {
  assert.equal(farWords(at(120.005, 30.996), { parcel, task }), null);
  assert.equal(farWords(at(120.005, 31.005), { parcel, task }), null);
  assert.equal(farWords(at(120.005, 30.98, 2000), { parcel, task }), null);
  assert.equal(farWords(null, { parcel, task }), null);
});

test('a task whose parcel is not on this phone is told by its point, and one without a point not at all', () => {
  assert.match(String(farWords(at(120.03, 31.005), { parcel: null, task })), /西边 2\.4 公里/);
  assert.equal(farWords(at(120.03, 31.005), { parcel: null, task: { ...task, lon: null, lat: null } }), null);
  assert.equal(farWords(at(120.03, 31.005), { parcel: null, task: null }), null);
});

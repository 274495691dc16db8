/** Which fixes belong to the place where the inspector stands. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { follow, NOWHERE } from '../../../../client_sync/phone/ui/capture/standing.js';

const METRE_LAT = 1 / 110_950;
const fix = (at_s, north_m, accuracy_m = 5) => ({
  lon: 120.98, lat: 31.38 + north_m * METRE_LAT, accuracy_m, altitude_m: null, heading_deg: null,
  fixed_at: '2026-11-19T02:00:00.000Z', at_ms: at_s * 1000,
});
const walk = (fixes) => fixes.reduce(({ stand, moves }, one) => {
  const next = follow(stand, one);
  return { stand: next.stand, moves: moves + (next.moved ? 1 : 0) };
}, { stand: NOWHERE, moves: 0 });

test('fixes of one standing place are collected', () => {
  const { stand, moves } = walk([fix(0, 0), fix(1, 3), fix(2, -4), fix(3, 1)]);
  assert.equal(stand.fixes.length, 4);
  assert.equal(moves, 0);
});

test('one fix far away is a reflection, not a step', () => {
  const { stand, moves } = walk([fix(0, 0), fix(1, 1), fix(2, 80), fix(3, 0)]);
  assert.equal(stand.fixes.length, 3);
  assert.deepEqual(stand.strays, []);
  assert.equal(moves, 0);
});

test('three fixes in a row that agree on another place are a move, and the old place is let go', () => {
  const { stand, moves } = walk([fix(0, 0), fix(1, 0), fix(2, 60), fix(3, 61), fix(4, 59)]);
  assert.equal(moves, 1);
  assert.deepEqual(stand.fixes.map(({ at_ms }) => at_ms), [2000, 3000, 4000]);
});

test('strays that do not agree with each other are no place', () => {
  const { stand, moves } = walk([fix(0, 0), fix(1, 80), fix(2, -80), fix(3, 160), fix(4, 0)]);
  assert.equal(moves, 0);
  assert.equal(stand.fixes.length, 2);
});

test('a first fix of a mast a kilometre wide does not keep the good ones out', () => {
  const { stand } = walk([fix(0, 400, 900), fix(1, 0, 5), fix(2, 1, 5)]);
  assert.equal(stand.fixes.length, 3);
});

test('an hour of standing keeps no more than the newest fixes', () => {
  const { stand } = walk(Array.from({ length: 200 }, (_, n) => fix(n, n % 3)));
  assert.ok(stand.fixes.length <= 40);
  assert.equal(stand.fixes.at(-1).at_ms, 199_000);
});

test('what was handed in stays as it was', () => {
  const before = Object.freeze({ fixes: Object.freeze([fix(0, 0)]), strays: Object.freeze([]) });
  follow(before, fix(1, 1));
  follow(before, fix(1, 90));
  assert.equal(before.fixes.length, 1);
});

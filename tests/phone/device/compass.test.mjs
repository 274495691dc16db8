/** The compass: angles against an independent rotation, and everything it must not believe. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { azimuthOf, orientationOf, viewOf, watchCompass } from '../../../client_sync/phone/device/compass.js';

/** The same axis by multiplying whole rotation matrices, written out apart from the module's formula. */
function byMatrices(alpha, beta, gamma, axis) {
  const [a, b, g] = [alpha, beta, gamma].map((degrees) => (degrees * Math.PI) / 180);
  const about_z = [[Math.cos(a), -Math.sin(a), 0], [Math.sin(a), Math.cos(a), 0], [0, 0, 1]];
  const about_x = [[1, 0, 0], [0, Math.cos(b), -Math.sin(b)], [0, Math.sin(b), Math.cos(b)]];
  const about_y = [[Math.cos(g), 0, Math.sin(g)], [0, 1, 0], [-Math.sin(g), 0, Math.cos(g)]];
  const turn = (matrix, v) => matrix.map((row) => row.reduce((sum, x, n) => sum + x * v[n], 0));
  return turn(about_z, turn(about_x, turn(about_y, axis)));
}

const apart = (a, b) => Math.abs(((a - b + 540) % 360) - 180);

test('a phone held upright looks north, east, south and west as it is turned', () => {
  for (const [alpha, azimuth] of [[0, 0], [270, 90], [180, 180], [90, 270]]) {
    const seen = azimuthOf(alpha, 90, 0);
    assert.equal(seen.of, 'camera');
    assert.ok(apart(seen.azimuth_deg, azimuth) < 1e-6, `${alpha} → ${seen.azimuth_deg}`);
  }
});

test('any attitude gives the azimuth of the back of the phone that whole matrices give', () => {
  for (let alpha = 0; alpha < 360; alpha += 23) {
    for (let beta = -170; beta < 180; beta += 19) {
      for (let gamma = -85; gamma <= 85; gamma += 17) {
        const seen = azimuthOf(alpha, beta, gamma);
        const [east, north] = byMatrices(alpha, beta, gamma, seen.of === 'camera' ? [0, 0, -1] : [0, 1, 0]);
        if (Math.hypot(east, north) < 1e-6) continue;
        const azimuth = (Math.atan2(east, north) * 180) / Math.PI;
        assert.ok(apart(seen.azimuth_deg, azimuth) < 1e-6, `${alpha} ${beta} ${gamma}`);
      }
    }
  }
});

test('a phone lying flat has no camera azimuth, only that of its upper edge', () => {
  assert.deepEqual(azimuthOf(90, 0, 0), { azimuth_deg: 270, of: 'top' });
});

test('angles that are not against north are no heading', () => {
  assert.equal(orientationOf({ alpha: 10, beta: 90, gamma: 0, absolute: false }, 0), null);
  assert.equal(orientationOf({ alpha: null, beta: null, gamma: null, absolute: true }, 0), null);
});

test('an absolute orientation is taken as magnetic, because no browser says which north it is', () => {
  assert.equal(orientationOf({ alpha: 0, beta: 90, gamma: 0, absolute: true }, 0).azimuth_ref, 'magnetic');
});

test('an iPhone gives its magnetic heading and how far it may be wrong', () => {
  const reading = orientationOf({ webkitCompassHeading: 120, webkitCompassAccuracy: 15, alpha: 1, beta: 80, gamma: 0 }, 5);
  assert.deepEqual(reading, { azimuth_deg: 120, azimuth_ref: 'magnetic', azimuth_error_deg: 15, of: 'camera', at_ms: 5 });
});

test('an iPhone that is uncalibrated or held sideways gives no heading rather than a wrong one', () => {
  assert.equal(orientationOf({ webkitCompassHeading: 120, webkitCompassAccuracy: -1, beta: 80, gamma: 0 }, 0), null);
  assert.equal(orientationOf({ webkitCompassHeading: 120, webkitCompassAccuracy: 10, beta: 5, gamma: 85 }, 0), null);
});

const reading = (azimuth_deg, at_ms, rest = {}) => ({
  azimuth_deg, at_ms, azimuth_ref: 'magnetic', azimuth_error_deg: null, of: 'camera', ...rest,
});

test('a trembling hand is averaged across north, not through south', () => {
  const view = viewOf([reading(358, 0), reading(4, 100), reading(0, 200), reading(2, 300)], 300);
  assert.ok(apart(view.azimuth_deg, 1) < 0.2);
  assert.equal('azimuth_error_deg' in view, false);
});

test('readings that scatter widely say so', () => {
  const view = viewOf([reading(0, 0), reading(60, 100), reading(120, 200)], 200);
  assert.ok(view.azimuth_error_deg > 30);
});

test('an old reading, or a camera that looks at the ground, is no view', () => {
  assert.equal(viewOf([reading(10, 0)], 5000), null);
  assert.equal(viewOf([reading(10, 0), reading(10, 10, { of: 'top' })], 20), null);
  assert.equal(viewOf([], 0), null);
});

function world({ requestPermission } = {}) {
  const target = new EventTarget();
  const say = (name, values) => target.dispatchEvent(Object.assign(new Event(name), values));
  return { target, say, DeviceOrientationEvent: requestPermission ? { requestPermission } : {} };
}

test('the compass hears absolute orientation and is quiet after it is stopped', () => {
  const { target, say, DeviceOrientationEvent } = world();
  const compass = watchCompass({ monoMs: () => 100 }, { target, DeviceOrientationEvent });
  assert.equal(compass.view(), null);
  say('deviceorientationabsolute', { alpha: 270, beta: 90, gamma: 0, absolute: true });
  assert.ok(apart(compass.view().azimuth_deg, 90) < 0.1);
  compass.stop();
  say('deviceorientationabsolute', { alpha: 0, beta: 90, gamma: 0, absolute: true });
  assert.ok(apart(compass.heading_deg(), 90) < 0.1);
});

test('only a silent browser that wants a tap is asked for one, and only once', async () => {
  let now_ms = 0;
  const clock = { monoMs: () => now_ms };
  const plain = watchCompass(clock, world());
  const careful = watchCompass(clock, world({ requestPermission: async () => 'denied' }));
  assert.equal(careful.needs_asking(), false);
  now_ms = 2000;
  assert.equal(plain.needs_asking(), false);
  assert.equal(await plain.ask(), true);
  assert.equal(careful.needs_asking(), true);
  assert.equal(await careful.ask(), false);
  assert.equal(careful.needs_asking(), false);
});

test('a compass that may not be asked outside a tap counts as denied', async () => {
  const compass = watchCompass({ monoMs: () => 0 }, world({ requestPermission: async () => { throw new Error('no gesture'); } }));
  assert.equal(await compass.ask(), false);
});

/** The position module against a receiver that is played. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fixOf, watchLocation } from '../../../client_sync/phone/device/location.js';

const clock = { monoMs: () => 1234 };

function receiver() {
  const played = { cleared: [], options: null };
  return Object.assign(played, {
    watchPosition(hear, fail, options) {
      Object.assign(played, { hear, fail, options });
      return 7;
    },
    clearWatch: (id) => played.cleared.push(id),
  });
}

const place = (coords, timestamp = Date.UTC(2026, 10, 19, 2, 0, 0)) => ({
  timestamp,
  coords: { longitude: 120.98, latitude: 31.38, accuracy: 4, altitude: null, heading: null, speed: null, ...coords },
});

test('a fix keeps what the receiver said, with its time and the monotonic clock', () => {
  assert.deepEqual(fixOf(place({ altitude: 3.5 }), 9), {
    lon: 120.98, lat: 31.38, accuracy_m: 4, altitude_m: 3.5, heading_deg: null, fixed_at: '2026-11-19T02:00:00.000Z', at_ms: 9,
  });
});

test('a course is one only while moving', () => {
  assert.equal(fixOf(place({ heading: 90, speed: 1.2 }), 0).heading_deg, 90);
  assert.equal(fixOf(place({ heading: 0, speed: 0 }), 0).heading_deg, null);
  assert.equal(fixOf(place({ heading: Number.NaN, speed: 1 }), 0).heading_deg, null);
});

test('the place 0°, 0° of a receiver that does not know yet is no fix', () => {
  assert.equal(fixOf(place({ longitude: 0, latitude: 0 }), 0), null);
});

test('the most exact position is asked for, and never a remembered one', () => {
  const played = receiver();
  watchLocation({ onFix: () => undefined, onTrouble: () => undefined }, clock, played);
  assert.equal(played.options.enableHighAccuracy, true);
  assert.equal(played.options.maximumAge, 0);
});

for (const [code, word] of [[1, 'denied'], [2, 'unavailable'], [3, 'timeout'], [99, 'unavailable']]) {
  test(`error ${code} is told as "${word}"`, () => {
    const played = receiver();
    const heard = [];
    watchLocation({ onFix: () => undefined, onTrouble: (trouble) => heard.push(trouble) }, clock, played);
    played.fail({ code });
    assert.deepEqual(heard, [word]);
  });
}

test('after the end nothing is heard any more and the receiver is released', () => {
  const played = receiver();
  const heard = [];
  const watch = watchLocation({ onFix: (fix) => heard.push(fix), onTrouble: (trouble) => heard.push(trouble) }, clock, played);
  played.hear(place({}));
  watch.stop();
  played.hear(place({}));
  played.fail({ code: 2 });
  assert.equal(heard.length, 1);
  assert.deepEqual(played.cleared, [7]);
});

/** A receiver as Chromium plays one that lies still: only the first of several watches is ever answered. */
function stillReceiver() {
  const watches = new Map();
  let last_id = 0;
  return {
    watches,
    watchPosition(hear) {
      last_id += 1;
      watches.set(last_id, hear);
      if (watches.size === 1) hear(place({ accuracy: last_id }));
      return last_id;
    },
    clearWatch: (id) => watches.delete(id),
  };
}

test('a second listener hears at once where a phone that lies still stands, and the first goes on hearing', () => {
  const played = stillReceiver();
  const heard = { first: [], second: [] };
  const listen = (name) => watchLocation({ onFix: (fix) => heard[name].push(fix.accuracy_m), onTrouble: assert.fail }, clock, played);
  const first = listen('first');
  const second = listen('second');
  assert.deepEqual(heard, { first: [1, 2], second: [2] });
  assert.equal(played.watches.size, 1);
  first.stop();
  played.watches.get(2)(place({ accuracy: 9 }));
  assert.deepEqual(heard, { first: [1, 2], second: [2, 9] });
  second.stop();
  assert.equal(played.watches.size, 0);
});

test('a browser without positions says so and still gives a watch to stop', () => {
  const heard = [];
  watchLocation({ onFix: () => undefined, onTrouble: (trouble) => heard.push(trouble) }, clock, null).stop();
  assert.deepEqual(heard, ['absent']);
});

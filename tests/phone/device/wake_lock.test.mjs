/** The wake lock against a browser that is played. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { keepScreenOn } from '../../../client_sync/phone/device/wake_lock.js';

const settled = () => new Promise((done) => setTimeout(done, 0));

function page() {
  return Object.assign(new EventTarget(), { visibilityState: 'visible' });
}

test('the lock is taken again when the page comes back, and released at the end', async () => {
  const taken = [];
  const wakeLock = {
    request: async () => {
      const lock = { released: false, release: async () => { lock.released = true; } };
      taken.push(lock);
      return lock;
    },
  };
  const shown = page();
  const screen = keepScreenOn({ wakeLock, page: shown });
  await settled();
  shown.dispatchEvent(new Event('visibilitychange'));
  await settled();
  screen.release();
  await settled();
  assert.equal(taken.length, 2);
  assert.equal(taken[1].released, true);
  shown.dispatchEvent(new Event('visibilitychange'));
  await settled();
  assert.equal(taken.length, 2);
});

test('a lock granted after the end is given back at once', async () => {
  let released = false;
  let grant;
  const wakeLock = { request: () => new Promise((done) => { grant = done; }) };
  keepScreenOn({ wakeLock, page: page() }).release();
  grant({ release: async () => { released = true; } });
  await settled();
  assert.equal(released, true);
});

test('a refused lock or a browser without one disturbs nobody', async () => {
  keepScreenOn({ wakeLock: { request: async () => { throw new Error('battery saver'); } }, page: page() }).release();
  keepScreenOn({ wakeLock: undefined, page: page() }).release();
  await settled();
});

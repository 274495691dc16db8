/** Which screen an address names: what stands in a QR link, in a parameter, in an address nobody made. Draws nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { match, readHash } from '../../../client_sync/phone/ui/router.js';

test('an empty address is the first screen', () => {
  for (const hash of ['', '#', '#/']) assert.deepEqual(readHash(hash), { path: '/', params: {} });
});

test('the link in a QR leads to joining and carries its code', () => {
  assert.deepEqual(readHash('#enrol=_0x49-ec%3D'), { path: '/enrol', params: { code: '_0x49-ec=' } });
});

test('what stands behind the question mark is handed to the screen', () => {
  assert.deepEqual(readHash('#/search?q=%E6%9F%90%E6%9D%91'), { path: '/search', params: { q: '某村' } });
});

test('a pattern gives its parts a name', () => {
  assert.deepEqual(match('/parcel/:id', '/parcel/a%2Fb'), { id: 'a/b' });
  assert.deepEqual(match('/more', '/more'), {});
});

test('an address that is longer, shorter or another is not taken for a screen', () => {
  for (const path of ['/parcel', '/parcel/1/2', '/report/1', '/']) assert.equal(match('/parcel/:id', path), null);
});

test('a part that cannot be decoded is handed on as it is', () => {
  assert.deepEqual(match('/parcel/:id', '/parcel/%E6%9'), { id: '%E6%9' });
});

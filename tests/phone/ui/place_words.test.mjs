import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awayTo, landName, regionWords, taskName, taskPlace } from '../../../client_sync/phone/ui/place_words.js';

const CODE = '320583100001GB00012';
const task = (more = {}) => /** @type {any} */ ({ title: CODE, parcel_code: CODE, region_name: '玉山镇城北村', lon: 120, lat: 31, ...more });

test('a task of a parcel with a name is called by it, and its village stands beside it', () => {
  assert.deepEqual(taskPlace(task({ title: '城北路东侧地块' })), { name: '城北路东侧地块', village: '玉山镇城北村', code: null });
  assert.equal(taskName(task({ title: '城北路东侧地块' })), '城北路东侧地块');
});

test('a task of a parcel without a name is called by its village, and two of one village are told apart', () => {
  assert.deepEqual(taskPlace(task()), { name: '玉山镇城北村', village: null, code: CODE });
  assert.equal(taskName(task()), '玉山镇城北村 …\u20601GB00012');
});

test('where an older office names no village the code is still there', () => {
  assert.deepEqual(taskPlace(task({ region_name: undefined })), { name: CODE, village: null, code: null });
  assert.equal(landName({ name: null, code: CODE }), CODE);
});

test('a place is so far in a direction, or close by where the position cannot tell', () => {
  const to = { lon: 120, lat: 31.0108 };
  assert.equal(awayTo({ lon: 120, lat: 31, accuracy_m: 8 }, to), '北 1.2 公里');
  assert.equal(awayTo({ lon: 120, lat: 31, accuracy_m: 2000 }, to), '就在附近');
  assert.equal(awayTo(null, to), null);
  assert.equal(awayTo({ lon: 120, lat: 31 }, { lon: null, lat: null }), null);
});

test('the regions of a phone are told by name, each with its code, and by code where the office gave no name', () => {
  const regions = ['320583100', '320583101'];
  assert.equal(regionWords({ regions, region_names: { 320583100: '玉山镇' } }), '玉山镇 320583100、320583101');
  assert.equal(regionWords({ regions }), '320583100、320583101');
});

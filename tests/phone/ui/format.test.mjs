/** Numbers as people read them, in both languages and on both sides of every border. Knows no screen. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import {
  agoWords, areaWords, bytesWords, chinaDay, daysUntil, dayWords, directionWord, dueClass, endOf, instantWords, metres,
} from '../../../client_sync/phone/ui/format.js';
import { speak } from '../../../client_sync/phone/ui/words.js';

afterEach(() => speak('zh'));

const NOON = Date.parse('2026-11-22T04:00:00Z');
const plain = (/** @type {string} */ text) => text.replaceAll('\u00a0', ' ');

test('an area is told in 亩 with square metres beside it, and never breaks between number and unit', () => {
  assert.equal(plain(areaWords(2000)), '3.00 亩（2 000 ㎡）');
  assert.equal(plain(areaWords(20_000)), '30.0 亩（20 000 ㎡）');
  assert.doesNotMatch(areaWords(20_000), / /);
  assert.equal(areaWords(null), '');
});

test('an area is told in English too', () => {
  speak('en');
  assert.equal(plain(areaWords(2000)), '3.00 mu (2 000 m²)');
});

test('a day is that of China, whatever the phone believes', () => {
  assert.equal(chinaDay(Date.parse('2026-11-21T15:59:59Z')), '2026-11-21');
  assert.equal(chinaDay(Date.parse('2026-11-21T16:00:00Z')), '2026-11-22');
});

test('days are counted over months and leap years', () => {
  assert.equal(daysUntil('2028-03-01', '2028-02-28'), 2);
  assert.equal(daysUntil('2026-11-21', '2026-11-22'), -1);
});

test('a day says how many are left, or how many it is over', () => {
  assert.match(dayWords('2026-12-03', '2026-11-22'), /12月3日.*周四.* · 还有 11 天$/);
  assert.match(dayWords('2026-11-22', '2026-11-22'), /今天$/);
  assert.match(dayWords('2026-11-20', '2026-11-22'), /已过 2 天$/);
  assert.match(dayWords('2027-01-03', '2026-11-22'), /2027年/);
});

test('what is due presses from three days before, and is overdue only after its day', () => {
  assert.equal(dueClass('2026-11-21', '2026-11-22'), 'overdue');
  assert.equal(dueClass('2026-11-22', '2026-11-22'), 'soon');
  assert.equal(dueClass('2026-11-25', '2026-11-22'), 'soon');
  assert.equal(dueClass('2026-11-26', '2026-11-22'), '');
  assert.equal(dueClass(null, '2026-11-22'), '');
});

test('an instant is told in China’s time with how long ago it was', () => {
  assert.match(instantWords('2026-11-22T03:00:00Z', NOON), /11月22日 11:00 · 1 小时前$/);
  assert.equal(instantWords(null, NOON), '');
  assert.equal(instantWords('not a time', NOON), 'not a time');
});

test('a time ahead of the phone is said to be so', () => {
  assert.equal(agoWords(-600_000), '比手机时间晚');
  assert.equal(agoWords(30_000), '刚刚');
  assert.equal(agoWords(47 * 3_600_000), '47 小时前');
  assert.equal(agoWords(72 * 3_600_000), '3 天前');
});

test('sizes, lengths and directions change their unit at the border', () => {
  assert.deepEqual([999, 1000, 2_500_000, 150_000_000].map(bytesWords), ['999 B', '1.0 kB', '2.5 MB', '150 MB']);
  assert.deepEqual([999, 1500].map(metres), ['999 米', '1.5 公里']);
  assert.deepEqual([0, 22, 23, 359, -90].map(directionWord), ['北', '北', '东北', '北', '西']);
});

test('a long code is known by its end', () => {
  assert.equal(endOf('320999001002JD00124'), '…\u20602JD00124');
  assert.equal(endOf('JD00124'), 'JD00124');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attributeFacts, awayWords, dotted, shareWords, sinceDay, useWords } from '../../../client_sync/phone/ui/screens/land_words.js';
import { LOOKS } from '../../../client_sync/phone/ui/map_style.js';
import { speak } from '../../../client_sync/phone/ui/words.js';
import en from '../../../client_sync/phone/ui/words/land.en.js';
import zh from '../../../client_sync/phone/ui/words/land.zh.js';

const GB = 'GB/T 21010-2017';
const square = { type: 'Polygon', coordinates: [[[120, 31], [120.001, 31], [120.001, 31.001], [120, 31.001], [120, 31]]] };
const parcel = /** @type {any} */ ({ id: 'p', code: '1', geometry: square, bbox: [120, 31, 120.001, 31.001] });

test('a class is named, an unnamed one by the class above, and a foreign scheme keeps its bare code', () => {
  assert.equal(useWords({ scheme: GB, code: '0101' }), '0101 水田');
  assert.equal(useWords({ scheme: GB, code: '0199' }), '0199 耕地');
  assert.equal(useWords({ scheme: 'TD/T 1055', code: '0101' }), '0101（TD/T 1055）');
  assert.equal(useWords({ scheme: GB, code: '99' }), '99（GB/T 21010-2017）');
  assert.equal(useWords(null), null);
});

test('a share that is told as whole is whole to the eye, and a sliver is not told as nothing', () => {
  assert.equal(shareWords(1), '全部在内');
  assert.equal(shareWords(0.996), '全部在内');
  assert.equal(shareWords(0.6667), '压占 67 %');
  assert.equal(shareWords(0.004), '压占不到 1 %');
});

test('an attribute is shown under its name or, unnamed, as it was given, and one that repeats the code is left out', () => {
  const attributes = { approval_no: 'A1', approved_on: '2023-05-18', 批准机关: '省政府', is_infrastructure: false, synthetic: true, more: { deep: 1 } };
  const told = attributeFacts(/** @type {any} */ ({ code: 'A1', attributes }));
  assert.deepEqual(told, [['批准日期', '2023-05-18'], ['批准机关', '省政府'], ['基础设施项目', '否']]);
});

test('a parcel is told by how far and which way, and as under one\'s feet when it is', () => {
  assert.equal(awayWords({ lon: 120.0005, lat: 31.0005 }, parcel), '你就在这块地里');
  assert.equal(awayWords({ lon: 120.0005, lat: 30.9915 }, parcel), '北 998 米');
  assert.equal(awayWords(null, parcel), null);
});

test('what is missing leaves no gap between the dots', () => {
  assert.deepEqual(dotted([null, 'a', '', undefined, 'b', false]), ['a', ' · ', 'b']);
});

test('a beginning nobody knows is not told as a day', () => {
  assert.equal(sinceDay('1900-01-01'), null);
  assert.equal(sinceDay('2024-01-01'), '2024-01-01');
});

test('every layer the map draws has a name in both languages', () => {
  for (const { name } of LOOKS) {
    assert.ok(`layer.${name}` in zh, name);
    assert.ok(`layer.${name}` in en, name);
  }
});

test('the land is told in English where English is chosen', () => {
  speak('en');
  assert.equal(useWords({ scheme: GB, code: '0101' }), '0101 paddy field');
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  speak('zh');
});

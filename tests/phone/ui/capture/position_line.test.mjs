/** What is said of the position: honest, helpful, never a refusal. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { positionWords } from '../../../../client_sync/phone/ui/capture/position_line.js';
import { t } from '../../../../client_sync/phone/ui/words.js';

const position = (accuracy_m, rest = {}) => ({ lon: 120, lat: 31, accuracy_m, fixes: 7, source: 'gnss', ...rest });
const said = (draft, trouble = null) => positionWords({ draft: { position: null, ...draft }, trouble, stand: { fixes: [], strays: [] } });

test('a good position says its metres and how many fixes stand behind it, and asks for nothing', () => {
  const { level, words, help, act } = said({ position: position(4) });
  assert.deepEqual([level, help, act], ['ok', null, null]);
  assert.match(words, /±4/);
  assert.match(words, /7/);
});

test('a poor position says what helps and offers the map', () => {
  const { level, help, act } = said({ position: position(80) });
  assert.deepEqual([level, act], ['warn', 'place-by-hand']);
  assert.equal(help, t('capture.location.open_sky'));
});

test('a refused position names the way out', () => {
  const { words, act } = said({}, 'denied');
  assert.equal(words, t('capture.location.denied'));
  assert.equal(act, 'place-by-hand');
});

test('while the receiver searches nobody is told to wait', () => {
  assert.deepEqual(said({}), { level: 'wait', words: t('capture.location.searching'), help: null, act: null });
});

test('a place set by hand is called so, and can be given back to the receiver', () => {
  const { words, act } = said({ position: position(30, { source: 'manual' }) }, 'denied');
  assert.equal(words, t('capture.by_hand'));
  assert.equal(act, 'locate');
});

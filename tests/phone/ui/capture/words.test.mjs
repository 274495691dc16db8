/** Every question, answer, hint and fault has words in both languages. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { hintsFor } from '../../../../client_sync/phone/core/photo_hints.js';
import { ACT, BY_KIND, PEOPLE } from '../../../../client_sync/phone/core/question_tables.js';
import en from '../../../../client_sync/phone/ui/words/capture.en.js';
import zh from '../../../../client_sync/phone/ui/words/capture.zh.js';

const CAPTURE = new URL('../../../../client_sync/phone/ui/capture/', import.meta.url);
const QUESTIONS = [...Object.values(BY_KIND).flat(), ...ACT, ...PEOPLE];

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
});

test('every question and every answer has words', () => {
  const keys = QUESTIONS.flatMap(({ label_key, options = [] }) => [label_key, ...options.map((option) => option.label_key)]);
  assert.ok(keys.length > 60);
  assert.deepEqual(keys.filter((key) => !(key in zh)), []);
});

test('no words stand for a question or an answer that nobody asks', () => {
  const asked = new Set(QUESTIONS.flatMap(({ label_key, options = [] }) => [label_key, ...options.map((option) => option.label_key)]));
  const general = ['answer.yes', 'answer.no', 'answer.less', 'answer.more', 'answer.mu', 'answer.ago.0', 'answer.ago.1', 'answer.ago.7'];
  const idle = Object.keys(zh).filter((key) => /^(ask|answer)\./.test(key) && !asked.has(key) && !general.includes(key));
  assert.deepEqual(idle, []);
});

test('every hint of a missing view has words', () => {
  const view = { azimuth_deg: 0, azimuth_ref: 'magnetic' };
  const photos = [{ kind: 'near', view }];
  const hints = ['construction', 'land_use', 'reclamation', 'routine', null].flatMap((kind) =>
    hintsFor({ kind, photos, onsite: { approval_shown: true, party_present: true, party_refused: false } }));
  assert.deepEqual(hints.map(({ label_key }) => label_key).filter((key) => !(key in zh)), []);
});

test('every key a capture screen names in full is there', () => {
  const shown = readdirSync(CAPTURE).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(name, CAPTURE), 'utf-8')).join('\n');
  const keys = [...shown.matchAll(/'((?:capture|photo|answer)\.[a-z_.-]+)'/g)].map(([, key]) => key);
  assert.ok(keys.length > 60);
  assert.deepEqual(keys.filter((key) => !(key in zh)), []);
});

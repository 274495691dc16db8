/** What is typed or scanned as a code. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { codeIn } from '../../../client_sync/phone/ui/screens/enrol.js';

test('a code is read from a link, a scanned link with escapes, and from what was typed with spaces', () => {
  assert.equal(codeIn('https://office.example/phone/#enrol=AbC-_9'), 'AbC-_9');
  assert.equal(codeIn('https://office.example/phone/#enrol=Ab%43&x=1'), 'AbC');
  assert.equal(codeIn(' AbC -_9\n'), 'AbC-_9');
});

test('a square of dots that is no code of ours is read without falling over it', () => {
  assert.equal(codeIn('100% off'), '100%off');
  assert.equal(codeIn('#enrol=%E4%'), new URLSearchParams('enrol=%E4%').get('enrol'));
});

test('a code is the same however it is typed, as the server reads it, and one of an older server keeps each character', async () => {
  const typed = JSON.parse(await readFile(new URL('../../enrolment_codes.json', import.meta.url), 'utf8'));
  for (const [meant, ways] of Object.entries(typed)) {
    for (const way of ways) assert.equal(codeIn(way), meant, way);
  }
  assert.equal(codeIn('https://office.example/phone/#enrol=7K3M-9QX2-VB04-HZ1C-RTWN-PD8S-61'), '7K3M9QX2VB04HZ1CRTWNPD8S61');
});

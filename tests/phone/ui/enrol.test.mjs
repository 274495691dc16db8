/** What is typed or scanned as a code. */

import assert from 'node:assert/strict';
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

/** The oldest browsers that the phone promises to run in, Chrome 109 and Safari 16.4, lack what younger ones have: none of it is used. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../client_sync/phone/', import.meta.url);
const OWN = readdirSync(ROOT, { recursive: true }).filter((name) => /\.(js|css)$/.test(name) && !name.startsWith('vendor'));

/** What is missing in one of the two, as it stands in a script. */
const TOO_YOUNG = [
  /\bResponse\.json\(/, /\bPromise\.(withResolvers|try)\(/, /\b(Object|Map)\.groupBy\(/, /\.to(Sorted|Reversed|Spliced)\(/,
  /\bArray\.fromAsync\(/, /\bAbortSignal\.any\(/, /\bURL\.(canParse|parse)\(/, /\.(isWellFormed|toWellFormed)\(/,
  /\b(Uint8Array\.fromBase64|toBase64|fromHex)\(/, /\.(isSubsetOf|symmetricDifference|isDisjointFrom)\(/, /\/[a-z]*v[a-z]*\.(test|exec)\(/,
  /\bwith \{ type: '/, /\bshowPopover\(/, /\bstartViewTransition\(/, /\bscheduler\./, /\bnavigation\./,
];
const TOO_YOUNG_LOOKS = [/^\s*&/m, /\bcolor-mix\(/, /@starting-style/, /\bpopover\b/, /\btext-wrap:/, /\bfield-sizing/, /\blight-dark\(/];

test('no script uses what Chrome 109 or Safari 16.4 lack', () => {
  assert.ok(OWN.length > 100);
  const used = OWN.filter((name) => name.endsWith('.js')).flatMap((name) => {
    const text = readFileSync(new URL(name, ROOT), 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    return TOO_YOUNG.filter((each) => each.test(text)).map((each) => `${name}: ${each}`);
  });
  assert.deepEqual(used, []);
});

test('no style sheet uses what Chrome 109 or Safari 16.4 lack', () => {
  const used = OWN.filter((name) => name.endsWith('.css')).flatMap((name) => {
    const text = readFileSync(new URL(name, ROOT), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    return TOO_YOUNG_LOOKS.filter((each) => each.test(text)).map((each) => `${name}: ${each}`);
  });
  assert.deepEqual(used, []);
});

test('what is too young is found', () => {
  assert.ok(TOO_YOUNG.some((each) => each.test('cache.put(LIST, Response.json(list))')));
  assert.ok(TOO_YOUNG_LOOKS.some((each) => each.test('.a {\n  &:hover { color: red; }\n}')));
});

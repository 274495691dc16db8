import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'acorn';

const CORE = new URL('../../../client_sync/phone/core/', import.meta.url);
const WORLD = [
  'document',
  'window',
  'navigator',
  'indexedDB',
  'localStorage',
  'sessionStorage',
  'fetch',
  'caches',
  'performance',
];
const LATER = ['setTimeout', 'setInterval', 'requestAnimationFrame', 'queueMicrotask', 'XMLHttpRequest', 'WebSocket', 'console'];
const FORBIDDEN = new Set([...WORLD, ...LATER]);

/** Every node of a syntax tree. */
function* walk(node) {
  if (typeof node?.type !== 'string') return;
  yield node;
  for (const value of Object.values(node)) for (const below of Array.isArray(value) ? value : [value]) yield* walk(below);
}

/** What a script uses of the world: names, the clock, chance, and modules outside its folder. */
function worldly(text) {
  const found = [];
  for (const node of walk(parse(text, { ecmaVersion: 2024, sourceType: 'module' }))) {
    if (node.type === 'Identifier' && FORBIDDEN.has(node.name)) found.push(node.name);
    if (node.type === 'NewExpression' && node.callee.name === 'Date' && node.arguments.length === 0) found.push('new Date()');
    if (node.type === 'MemberExpression') {
      const name = `${node.object.name}.${node.property.name}`;
      if (['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'].includes(name)) found.push(name);
    }
    const from = node.source?.value;
    if (typeof from === 'string' && !from.startsWith('./') && !from.startsWith('../vendor/@noble/')) found.push(from);
  }
  return found;
}

test('the core asks nothing of the world: no page, store, network, clock or chance', () => {
  const scripts = readdirSync(CORE).filter((name) => name.endsWith('.js'));
  assert.ok(scripts.length > 20);
  for (const name of scripts) assert.deepEqual(worldly(readFileSync(new URL(name, CORE), 'utf8')), [], name);
});

test('a core that did would be found', () => {
  const planted = "import { x } from '../store/outbox.js'; const a = Date.now(); const b = new Date(); fetch(Math.random());";
  assert.deepEqual(worldly(planted).sort(), ['../store/outbox.js', 'Date.now', 'Math.random', 'fetch', 'new Date()']);
});

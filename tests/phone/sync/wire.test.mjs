/** One exchange with a server that is not there any more, or was never the own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Unreachable, Wire } from '../../../client_sync/phone/sync/wire.js';

const ORIGIN = 'https://office.example';
/** An answer whose body begins and never ends, as on a connection that died without a word. */
const unending = (status, type) => {
  const body = new ReadableStream({ start: (begun) => begun.enqueue(new TextEncoder().encode('{')) });
  return new Response(body, { status, headers: { 'Content-Type': type } });
};
const wireTo = (answer, how = {}) => new Wire({ origin: ORIGIN, fetch: async () => answer(), ...how });

test('a body that stops coming is given up like an answer that never came', async () => {
  const wire = wireTo(() => unending(200, 'application/json'), { timeout_ms: 20 });
  await assert.rejects(wire.json('GET', '/session'), (fault) => fault instanceof Unreachable && fault.broke_down);
});

test('the words of a refusal that stop coming are given up too', async () => {
  for (const status of [401, 404, 503]) {
    const wire = wireTo(() => unending(status, 'application/problem+json'), { timeout_ms: 20 });
    await assert.rejects(wire.json('GET', '/session'), Unreachable);
  }
});

test('an impatient person ends the wait for a body, and a closing tab stops it', async () => {
  const wire = wireTo(() => unending(200, 'application/json'));
  const asking = wire.json('GET', '/session');
  setTimeout(() => wire.giveUpSilent(0), 10);
  await assert.rejects(asking, Unreachable);
  const closing = new AbortController();
  const stopped = wireTo(() => unending(200, 'application/json'), { signal: closing.signal }).json('GET', '/session');
  setTimeout(() => closing.abort(), 10);
  await assert.rejects(stopped, { name: 'Stopped' });
});

test('only the own server may say for how long not to ask again', async () => {
  const later = { 'Retry-After': '3600' };
  const portal = wireTo(() => new Response('<html>', { status: 503, headers: later }));
  await assert.rejects(portal.json('GET', '/session'), { retry_after_ms: null });
  const own = wireTo(() => new Response('busy', { status: 503, headers: { ...later, 'Server-Epoch': 'e' } }));
  await assert.rejects(own.json('GET', '/session'), { retry_after_ms: 3_600_000 });
});

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { diagram } from '../../../client_sync/phone/core/sync_states.js';
import { statesPage } from './states_page.mjs';

test('the page that draws the life of a report is the one its table makes', () => {
  assert.equal(readFileSync(new URL('../../../docs/phone-states.md', import.meta.url), 'utf8'), statesPage());
});

test('the diagram draws every change of state and nothing that stays', () => {
  const arrows = [...diagram().matchAll(/^ {2}(\w+) --> (\w+): /gm)].map(([, from, to]) => `${from} ${to}`);
  assert.deepEqual(arrows, [
    'queued received',
    'queued complete',
    'queued aside',
    'received complete',
    'received queued',
    'complete queued',
    'aside received',
    'aside complete',
    'aside queued',
  ]);
});

/** What the sync line says of each thing that waits, and of a failure while nothing does. Draws nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failureWords, isClear, unsentWords } from '../../../client_sync/phone/ui/sync_line.js';
import { t } from '../../../client_sync/phone/ui/words.js';

const NOTHING = { drafts: 0, queued: 0, steps: 0, received: 0, complete: 4, aside: 0, photos_unsent: 0, photos_refused: 0 };

test('three reports and two closed tasks do not read as five reports', () => {
  const said = unsentWords({ ...NOTHING, queued: 5, steps: 2 });
  assert.equal(said, `${t('sync.unsent_reports', { n: 3 })} · ${t('sync.unsent_steps', { n: 2 })}`);
  assert.equal(unsentWords({ ...NOTHING, queued: 2, steps: 2 }), t('sync.unsent_steps', { n: 2 }));
});

test('what the office did not take is named by itself, and is not everything sent', () => {
  const counts = { ...NOTHING, received: 1, photos_unsent: 2, photos_refused: 1, aside: 1 };
  const said = unsentWords(counts).split(' · ');
  assert.deepEqual(said, [
    t('sync.unsent_aside', { n: 1 }), t('sync.unsent_received', { n: 1 }), t('sync.unsent_photos', { n: 2 }), t('sync.unsent_refused', { n: 1 }),
  ]);
  assert.equal(isClear(counts), false);
  assert.equal(isClear({ ...NOTHING, photos_refused: 1 }), false);
});

test('without a network nothing is said to wait where nothing waits', () => {
  assert.equal(unsentWords(NOTHING), t('sync.all_there'));
  assert.equal(isClear(NOTHING), true);
  for (const code of ['unreachable', 'internal', 'stopped']) {
    assert.equal(failureWords(code, false), t(`problem.${code}`));
    assert.equal(failureWords(code, true), t(`sync.clear_${code}`));
    assert.ok(!/再传|记录都在|接着传/.test(failureWords(code, true)), code);
  }
  assert.equal(failureWords('device-revoked', true), t('problem.device-revoked'));
  assert.equal(failureWords('nobody-knows', true), t('problem.unexpected'));
});

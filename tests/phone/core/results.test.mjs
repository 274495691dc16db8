import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchesOf, halves } from '../../../client_sync/phone/core/batches.js';
import { isDue, waitMs, LONGEST_WAIT_MS } from '../../../client_sync/phone/core/backoff.js';
import { sha256 } from '../../../client_sync/phone/core/digests.js';
import { utf8 } from '../../../client_sync/phone/core/bytes.js';
import { outcomesOfPush, outcomesOfReceipts, problemOf } from '../../../client_sync/phone/core/results.js';
import { isOpen, next } from '../../../client_sync/phone/core/sync_states.js';
import { EPOCH, KEYS, LATER_EPOCH, aRecord, golden } from './records.mjs';

/** The records behind the golden push, sealed from the very items it sent. */
async function pushedRecords() {
  const { items } = golden('push.request');
  const sealing = items.map(async ({ manifest, signature }, n) => {
    if (!manifest.startsWith('{"')) return aRecord({ n, manifest, digest: await sha256(utf8(manifest)) });
    const { device_id, seq } = JSON.parse(manifest);
    const digest = await sha256(utf8(manifest));
    return next(null, {
      type: 'sealed',
      n,
      device_id,
      seq,
      digest,
      manifest,
      signature,
      at: '2026-11-20T10:00:00+08:00',
      summary: {},
    });
  });
  return Promise.all(sealing);
}

const ofOne = (result) => ({ results: [result] });

test('the golden push moves each record to where the office keeps it', async () => {
  const records = await pushedRecords();
  const { outcomes, new_epoch } = await outcomesOfPush(records, golden('push.response'), KEYS, EPOCH);
  const after = outcomes.map(({ record, outcome }) => next(record, outcome));
  assert.equal(new_epoch, null);
  assert.deepEqual(
    after.map((record) => [record.state, record.current]),
    [
      ...[
        ['received', 'stored'],
        ['complete', 'stored'],
        ['complete', 'stored'],
        ['complete', 'stored'],
        ['complete', 'stored'],
      ],
      ...[
        ['complete', 'stored'],
        ['complete', 'held'],
        ['complete', 'quarantined'],
        ['complete', 'stored'],
        ['aside', null],
      ],
    ],
  );
  assert.deepEqual(after[0].missing, records[0].photos);
  assert.equal(after[7].problem.code, 'conflicting-content');
  assert.deepEqual(
    after.filter(isOpen).map((record) => record.n),
    [0, 6, 7],
  );
});

test('each golden result alone says the same as in the push', async () => {
  const records = await pushedRecords();
  const { results } = golden('push.response');
  for (const name of ['stored', 'duplicate', 'held', 'quarantined', 'refused']) {
    const result = golden(`result.${name}`);
    const at = results.findIndex((each) => JSON.stringify(each) === JSON.stringify(result));
    const { outcomes } = await outcomesOfPush([records[at]], ofOne(result), KEYS, EPOCH);
    assert.equal(outcomes[0].outcome.type, name === 'refused' ? 'refused' : 'answered');
    if (name !== 'refused') assert.equal(outcomes[0].outcome.outcome, name);
  }
});

test('the golden receipts complete what waited and tell what is unknown', async () => {
  const records = await pushedRecords();
  const { receipts } = golden('receipts.response');
  const unknown = aRecord({ state: 'received', epoch: EPOCH }, { id: receipts[1].id });
  const { outcomes } = await outcomesOfReceipts([records[0], unknown], golden('receipts.response'), KEYS, EPOCH);
  const after = outcomes.map(({ record, outcome }) => next(record, outcome));
  assert.deepEqual(
    after.map((record) => record.state),
    ['complete', 'queued'],
  );
});

test('the golden 413 is told as too large and sets aside only when the record was alone', () => {
  const problem = problemOf(golden('problem.too-large'));
  assert.equal(problem.code, 'too-large');
  assert.equal(next(aRecord(), { type: 'too_large', problem }).state, 'aside');
});

test('every golden problem is one, and says whether to try again', () => {
  for (const code of [
    'device-revoked',
    'token-expired',
    'unauthenticated',
    'unavailable',
    'malformed',
    'invalid',
    'upload-gone',
  ]) {
    const problem = problemOf(golden(`problem.${code}`));
    assert.equal(problem.code, code);
    assert.ok(['never', 'later', 'after-change'].includes(problem.retry));
  }
});

test('an answer with one result too few acknowledges nothing', async () => {
  const records = await pushedRecords();
  const response = golden('push.response');
  response.results.pop();
  const { outcomes } = await outcomesOfPush(records, response, KEYS, EPOCH);
  assert.deepEqual([...new Set(outcomes.map(({ outcome }) => outcome.type))], ['not_believed']);
});

test('a refusal of other bytes, or without a reason, sets nothing aside', async () => {
  const records = await pushedRecords();
  const refusal = golden('result.refused');
  for (const wrong of [
    { ...refusal, digest: records[0].digest },
    { ...refusal, problem: undefined },
  ]) {
    const { outcomes } = await outcomesOfPush([records.at(-1)], ofOne(wrong), KEYS, EPOCH);
    assert.equal(outcomes[0].outcome.type, 'not_believed');
  }
});

test('an answer that does not say what the office keeps it as acknowledges nothing', async () => {
  const [record] = await pushedRecords();
  const [result] = golden('push.response').results;
  for (const outcome of ['accepted', undefined, null]) {
    const { outcomes } = await outcomesOfPush([record], ofOne({ ...result, outcome }), KEYS, EPOCH);
    assert.equal(outcomes[0].outcome.type, 'not_believed');
  }
});

test('"unknown" counts only about the very record that was asked for', async () => {
  const record = aRecord({ state: 'complete', epoch: EPOCH }, { rev: 2 });
  const answer = { id: record.id, rev: 2, known: false, missing: [], receipt: null, current: null };
  const about = async (differences) =>
    (await outcomesOfReceipts([record], { receipts: [{ ...answer, ...differences }] }, KEYS, EPOCH)).outcomes[0].outcome.type;
  assert.equal(await about({}), 'unknown');
  assert.equal(await about({ rev: 1 }), 'not_believed');
  assert.equal(await about({ id: 'bce558d0-9a01-41c1-8c58-44f36aaa4ac1' }), 'not_believed');
  assert.equal(await about({ known: undefined }), 'not_believed');
});

test('answers in another order acknowledge nothing that they are not about', async () => {
  const records = (await pushedRecords()).slice(0, 2);
  const [one, other] = golden('push.response').results;
  const { outcomes } = await outcomesOfPush(records, { results: [other, one] }, KEYS, EPOCH);
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome.type),
    ['not_believed', 'not_believed'],
  );
});

test('anything a captive portal says acknowledges nothing and sets nothing aside', async () => {
  const record = aRecord();
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ results: fc.jsonValue(), receipts: fc.jsonValue() }),
    fc
      .record({
        outcome: fc.constantFrom('stored', 'refused', 'held'),
        digest: fc.string(),
        receipt: fc.jsonValue(),
        problem: fc.jsonValue(),
      })
      .map((each) => ({ results: [each], receipts: [{ ...each, id: record.id, rev: 1, known: true }] })),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (response) => {
      for (const read of [outcomesOfPush, outcomesOfReceipts]) {
        const { outcomes, new_epoch } = await read([record], response, KEYS, EPOCH);
        assert.deepEqual(outcomes, [{ record, outcome: { type: 'not_believed' } }]);
        assert.equal(new_epoch, null);
      }
    }),
    { numRuns: 120 },
  );
});

test('an unsigned list cannot make a photo of another report missing', async () => {
  const [record] = await pushedRecords();
  const result = golden('push.response').results[0];
  const { outcomes } = await outcomesOfPush(
    [record],
    ofOne({ ...result, missing: ['sha256:00', ...result.missing] }),
    KEYS,
    EPOCH,
  );
  assert.deepEqual(outcomes[0].outcome.missing, record.photos);
});

test('a signed receipt of an unknown epoch tells that the epoch has changed', async () => {
  const records = await pushedRecords();
  const { outcomes, new_epoch } = await outcomesOfPush(records, golden('push.response'), KEYS, LATER_EPOCH);
  assert.equal(new_epoch, EPOCH);
  assert.equal(outcomes[1].outcome.type, 'answered');
});

test('a receipt of an epoch that has ended acknowledges nothing', async () => {
  const records = await pushedRecords();
  const { outcomes, new_epoch } = await outcomesOfPush(records, golden('push.response'), KEYS, LATER_EPOCH, [EPOCH]);
  assert.deepEqual([outcomes[1].outcome.type, new_epoch], ['not_believed', null]);
});

test('batches keep the order, lose nothing and stay within the limits', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 9 }), (lengths, push_items) => {
      const records = lengths.map((length, n) => aRecord({ n, manifest: '"地"'.repeat(length / 3 + 1) }));
      const batches = batchesOf([...records].reverse(), { push_items, push_bytes: 8_000 });
      assert.deepEqual(batches.flat(), records);
      for (const batch of batches) {
        const items = batch.map(({ type, manifest, signature }) => ({ type, manifest, signature }));
        assert.ok(batch.length <= push_items);
        assert.ok(batch.length === 1 || utf8(JSON.stringify({ items })).length <= 8_000);
      }
    }),
    { numRuns: 60 },
  );
});

test('halving ends at a single record, which cannot be halved', () => {
  const records = [1, 2, 3, 4, 5].map((n) => aRecord({ n }));
  assert.deepEqual(
    halves(records).map((half) => half.length),
    [3, 2],
  );
  assert.deepEqual(halves(records.slice(0, 1)), []);
});

test('waiting grows, never undercuts Retry-After and never exceeds an hour', () => {
  const told = fc.tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.option(fc.integer({ min: 0, max: 10 ** 9 })),
    fc.double({ min: 0, max: 0.99, noNaN: true }),
  );
  fc.assert(
    fc.property(told, ([attempts, asked, jitter]) => {
      const wait = waitMs(attempts, asked, jitter);
      assert.ok(wait >= 1_000 && wait <= LONGEST_WAIT_MS);
      assert.ok(wait >= Math.min(asked ?? 0, LONGEST_WAIT_MS));
      assert.ok(waitMs(attempts + 1, asked, jitter) >= wait);
      assert.equal(isDue(5 + wait, 5), false);
    }),
  );
});

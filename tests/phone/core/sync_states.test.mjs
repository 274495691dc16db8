import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY_MS, MOVES, STATES, isOpen, needsPush, next, originalsMayGo, wantedPhotos } from '../../../client_sync/phone/core/sync_states.js';
import { EPOCH, LATER_EPOCH, aDigest, aRecord, aReceipt, answered, everyOutcome, sealed } from './records.mjs';

const HAPPENINGS = [...new Set(everyOutcome(aRecord()).map((outcome) => outcome.type))];
const SIGNED = { received: { epoch: EPOCH }, complete: { epoch: EPOCH, completed_at: '2026-11-20T04:00:00+00:00' } };

const inState = (state) => aRecord({ state, ...SIGNED[state] });

/** What a store does: a move that must not be made fails its transaction and changes nothing. */
function moved(record, outcome) {
  try {
    return next(record, outcome);
  } catch (fault) {
    assert.ok(fault instanceof RangeError);
    return record;
  }
}

test('every happening is decided in every state', () => {
  assert.deepEqual(Object.keys(MOVES), [...STATES]);
  for (const state of STATES) assert.deepEqual(Object.keys(MOVES[state]).sort(), [...HAPPENINGS].sort());
});

test('every move ends where the table says', () => {
  for (const state of STATES) {
    for (const outcome of everyOutcome(inState(state))) {
      const move = MOVES[state][outcome.type];
      if (move === 'never') {
        assert.throws(() => next(inState(state), outcome), RangeError);
      } else {
        const expected = move === 'receipt' ? outcome.receipt.state : move;
        assert.equal(next(inState(state), outcome).state, expected, `${state} after ${outcome.type}`);
      }
    }
  }
});

test('a sealed report begins as queued with what its own text says', () => {
  const record = next(null, sealed({ rev: 1, photos: [aDigest(3), aDigest(4), aDigest(3)] }));
  assert.equal(record.state, 'queued');
  assert.equal(record.type, 'report');
  assert.deepEqual(record.photos, [aDigest(3), aDigest(4)]);
});

test('a sealed task event is revision 1 of itself and has no photos', () => {
  const manifest = JSON.stringify({ v: 1, id: '1ff7b9e9-3252-4a2e-ae9d-95a82bc284b8', task_id: 't', state: 'done' });
  const record = next(null, { ...sealed(), manifest });
  assert.deepEqual([record.type, record.rev, record.photos], ['task_progress', 1, []]);
});

test('nothing but sealing begins a record', () => {
  assert.throws(() => next(null, { type: 'unknown' }), RangeError);
});

test('a sealed text never changes', () => {
  assert.throws(() => next(aRecord(), sealed({ digest: aDigest(2) })), RangeError);
});

test('trouble on the way keeps a record queued and makes it wait longer each time', () => {
  const trouble = { type: 'unreachable', at_ms: 0, retry_after_ms: null, jitter: 0.999 };
  const once = next(aRecord(), trouble);
  const twice = next(once, trouble);
  assert.deepEqual([once.state, once.attempts, twice.attempts], ['queued', 1, 2]);
  assert.ok(twice.retry_at_ms > once.retry_at_ms);
  assert.equal(needsPush(once, once.retry_at_ms - 1), false);
  assert.equal(needsPush(once, once.retry_at_ms), true);
});

test('Retry-After is obeyed', () => {
  const told = next(aRecord(), { type: 'unreachable', at_ms: 5, retry_after_ms: 90_000, jitter: 0 });
  assert.equal(told.retry_at_ms, 90_005);
});

test('a clock set back by a year does not keep a record from being sent', () => {
  const waiting = next(aRecord(), { type: 'unreachable', at_ms: 365 * DAY_MS, retry_after_ms: null, jitter: 0 });
  assert.equal(needsPush(waiting, 0), true);
});

test('an answer about other bytes is not believed', () => {
  const record = aRecord();
  const foreign = {
    ...answered(record, { state: 'complete' }),
    receipt: aReceipt(record, { state: 'complete', digest: aDigest(9) }),
  };
  const after = next(record, foreign);
  assert.deepEqual([after.state, after.receipts, after.attempts], ['queued', [], 1]);
});

test('the same receipt twice is kept once', () => {
  const record = aRecord();
  const answer = answered(record, { missing: record.photos });
  assert.equal(next(next(record, answer), answer).receipts.length, 1);
});

test('all photos uploaded is not complete before the office signs it', () => {
  const record = aRecord();
  let after = next(record, answered(record, { missing: record.photos }));
  for (const digest of record.photos) after = next(after, { type: 'photo_stored', digest });
  assert.deepEqual([after.missing, after.state, isOpen(after)], [[], 'received', true]);
});

test('held and quarantined reports still want their photos and are asked about again', () => {
  for (const current of ['held', 'quarantined']) {
    const record = aRecord();
    const received = next(record, answered(record, { current, missing: record.photos }));
    assert.deepEqual([received.state, received.missing, isOpen(received)], ['received', record.photos, true]);
    const complete = next(record, answered(record, { current, state: 'complete' }));
    assert.deepEqual([complete.state, isOpen(complete)], ['complete', true]);
    const released = next(complete, answered(record, { current: 'stored', state: 'complete' }));
    assert.equal(isOpen(released), false);
  }
});

test('a late older receipt takes nothing back from complete', () => {
  const record = aRecord();
  const complete = next(record, answered(record, { state: 'complete', at: '2026-11-20T05:00:00+00:00' }));
  const late = next(complete, answered(record, { state: 'received', missing: record.photos }));
  assert.deepEqual([late.state, late.missing, late.completed_at], ['complete', [], '2026-11-20T05:00:00+00:00']);
  assert.equal(late.receipts.length, 2);
});

test('the thirty days run from the first complete of an epoch, however often it is told', () => {
  const record = aRecord();
  const once = next(record, answered(record, { state: 'complete', at: '2026-11-20T05:00:00+00:00' }));
  const twice = next(once, answered(record, { state: 'complete', at: '2026-11-25T05:00:00+00:00' }));
  assert.equal(twice.completed_at, '2026-11-20T05:00:00+00:00');
  const anew = next(once, answered(record, { state: 'complete', at: '2026-11-25T05:00:00+00:00', epoch: LATER_EPOCH }));
  assert.equal(anew.completed_at, '2026-11-25T05:00:00+00:00');
});

test('a photo lost here after the office holds it is no problem', () => {
  const complete = inState('complete');
  assert.equal(next(complete, { type: 'photo_lost', digest: complete.photos[0] }).problem, null);
});

test('trouble on the way is nothing to what was set aside', () => {
  const aside = inState('aside');
  assert.deepEqual(next(aside, { type: 'unreachable', at_ms: 0, retry_after_ms: null, jitter: 0 }), aside);
});

test('a refusal sets aside only what no receipt covers', () => {
  const refused = { type: 'refused', problem: { code: 'item-unreadable' } };
  assert.equal(next(inState('queued'), refused).state, 'aside');
  assert.equal(next(inState('received'), refused).state, 'received');
  assert.equal(next(inState('complete'), refused).problem, null);
});

test('a record set aside comes back by a receipt, as after it was carried to the office', () => {
  const aside = aRecord({ state: 'aside', problem: { code: 'too-large' } });
  const carried = next(aside, answered(aside, { state: 'complete' }));
  assert.deepEqual([carried.state, carried.problem], ['complete', null]);
});

test('a record set aside is offered again when a person asks for it, and set aside again if nothing has changed', () => {
  const refused = { type: 'refused', problem: { code: 'invalid', retry: 'after-change' } };
  const tried = next(next(aRecord({ attempts: 4 }), refused), { type: 'tried_again' });
  assert.deepEqual([tried.state, tried.problem, tried.attempts, needsPush(tried, 0)], ['queued', null, 0, true]);
  const again = next(tried, refused);
  assert.deepEqual([again.state, again.problem.code], ['aside', 'invalid']);
});

test('which photos the office still wants is one answer: all before a receipt, then the missing ones, none at the end', () => {
  const [first, second] = aRecord().photos;
  assert.deepEqual(wantedPhotos(inState('queued')), [first, second]);
  assert.deepEqual(wantedPhotos(inState('aside')), [first, second]);
  assert.deepEqual(wantedPhotos(next(aRecord(), answered(aRecord(), { missing: [second] }))), [second]);
  assert.deepEqual(wantedPhotos(inState('complete')), []);
});

test('a new epoch offers everything again and the old receipts stay as witnesses', () => {
  const record = aRecord();
  const complete = next(record, answered(record, { state: 'complete' }));
  const after = next(complete, { type: 'epoch_changed', epoch: LATER_EPOCH });
  assert.deepEqual([after.state, after.epoch, after.completed_at, after.receipts.length], ['queued', null, null, 1]);
  assert.equal(needsPush(after, 0), true);
});

test('the epoch that already counts is no change', () => {
  const complete = inState('complete');
  assert.equal(next(complete, { type: 'epoch_changed', epoch: EPOCH }), complete);
});

test('a lost photo stays missing and its loss is told until the office has the photo after all', () => {
  const record = aRecord();
  const received = next(record, answered(record, { missing: record.photos }));
  const lost = next(received, { type: 'photo_lost', digest: record.photos[0] });
  assert.deepEqual([lost.missing, lost.problem.code], [record.photos, 'photo-lost']);
  const still = next(lost, answered(record, { missing: [record.photos[0]] }));
  assert.equal(still.problem.code, 'photo-lost');
  assert.equal(next(still, answered(record, { missing: [record.photos[1]] })).problem, null);
});

test('originals may go 30 days after complete of the present epoch and not before', () => {
  const done = aRecord({ state: 'complete', epoch: EPOCH, completed_at: '2026-11-20T04:00:00+00:00' });
  const day30 = Date.parse('2026-12-20T04:00:00+00:00');
  assert.equal(originalsMayGo(done, day30 - 1, EPOCH), false);
  assert.equal(originalsMayGo(done, day30, EPOCH), true);
  assert.equal(originalsMayGo(done, day30, LATER_EPOCH), false);
  assert.equal(originalsMayGo({ ...done, state: 'received' }, day30, EPOCH), false);
});

test('originals of anything but a complete record are never removed', () => {
  for (const state of ['queued', 'received', 'aside']) {
    assert.throws(() => next(inState(state), { type: 'originals_removed' }), RangeError);
  }
});

const photo = fc.constantFrom(aDigest(11), aDigest(12), aDigest(13));
const outcome = fc.oneof(
  fc
    .record({
      state: fc.constantFrom('received', 'complete'),
      current: fc.constantFrom('stored', 'held', 'quarantined'),
      missing: fc.subarray([aDigest(11), aDigest(12)]),
      epoch: fc.constantFrom(EPOCH, LATER_EPOCH),
      digest: fc.constantFrom(aDigest(1), aDigest(1), aDigest(2)),
    })
    .map((told) => answered(aRecord(), told)),
  fc.constantFrom('refused', 'too_large').map((type) => ({ type, problem: { code: type } })),
  fc.constantFrom('not_believed', 'unknown', 'originals_removed', 'tried_again').map((type) => ({ type })),
  fc
    .record({ at_ms: fc.nat(), retry_after_ms: fc.option(fc.nat()), jitter: fc.double({ min: 0, max: 0.99, noNaN: true }) })
    .map((told) => ({ type: 'unreachable', ...told })),
  fc.tuple(fc.constantFrom('photo_stored', 'photo_lost'), photo).map(([type, digest]) => ({ type, digest })),
  fc.constantFrom(EPOCH, LATER_EPOCH).map((epoch) => ({ type: 'epoch_changed', epoch })),
  fc.constant({ type: 'carried', at: '2026-11-21T10:00:00+08:00' }),
);
const story = fc.array(outcome, { maxLength: 25 });
const KEPT = ['type', 'id', 'rev', 'device_id', 'seq', 'digest', 'manifest', 'signature', 'photos', 'queued_at', 'summary'];

/** Runs a story and hands every step to the check. */
function told(steps, check) {
  let record = aRecord();
  for (const step of steps) {
    const before = Object.freeze(record);
    record = moved(before, step);
    check(before, step, record);
  }
}

const property = (check) =>
  fc.assert(
    fc.property(story, (steps) => told(steps, check)),
    { numRuns: 400 },
  );

test('whatever happens, what was signed is never lost or changed', () => {
  property((before, _, after) => {
    for (const field of KEPT) assert.equal(after[field], before[field]);
    assert.ok(after.receipts.length >= before.receipts.length);
    assert.ok(STATES.includes(after.state));
  });
});

test('whatever happens, complete ends only by a new epoch or an office that does not know it', () => {
  property((before, step, after) => {
    if (before.state !== 'complete' || after.state === 'complete') return;
    assert.ok(step.type === 'epoch_changed' || step.type === 'unknown');
    assert.equal(after.state, 'queued');
  });
});

test('whatever happens, received and complete come only from a receipt of exactly these bytes', () => {
  property((before, step, after) => {
    if (after.state === before.state || (after.state !== 'received' && after.state !== 'complete')) return;
    assert.equal(step.type, 'answered');
    assert.deepEqual([step.receipt.digest, step.receipt.state], [before.digest, after.state]);
    assert.equal(after.epoch, step.receipt.server_epoch);
    assert.deepEqual(
      after.receipts.filter(({ payload }) => payload === step.receipt.signed.payload),
      [step.receipt.signed],
    );
  });
});

test('whatever happens, only a refusal or too large sets aside, and never trouble on the way', () => {
  property((before, step, after) => {
    if (after.state === 'aside' && before.state !== 'aside') assert.ok(['refused', 'too_large'].includes(step.type));
  });
});

test('whatever happens, a photo stops being missing only when it is stored or the office says so', () => {
  property((before, step, after) => {
    const gone = before.missing.filter((digest) => !after.missing.includes(digest));
    if (gone.length === 0 || step.type === 'answered') return;
    assert.deepEqual([step.type, gone], ['photo_stored', [step.digest]]);
  });
});

test('whatever happens twice is as good as once, but for the count of attempts', () => {
  property((_, step, after) => {
    const again = moved(after, step);
    const calm = { attempts: 0, retry_at_ms: null };
    assert.deepEqual({ ...again, ...calm }, { ...after, ...calm });
  });
});

test('whatever happened before, the way to complete stays open', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const record = steps.reduce(moved, aRecord());
      const done = moved(record, answered(record, { state: 'complete', epoch: LATER_EPOCH }));
      assert.deepEqual([done.state, done.epoch, done.missing], ['complete', LATER_EPOCH, []]);
    }),
  );
});

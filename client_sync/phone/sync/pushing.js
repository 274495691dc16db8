/**
 * Offers sealed records and collects the server's signed word for them. Acknowledges nothing without a verified receipt,
 * and lets no record block those behind it.
 */

import { batchesOf, halves, itemOf } from '../core/batches.js';
import { outcomesOfPush, outcomesOfReceipts } from '../core/results.js';
import { isOpen, needsPush } from '../core/sync_states.js';
import { keepSetting, readSetting } from '../store/identity.js';
import { counts, moveAll, recordsIn } from '../store/outbox.js';
import { enterEpoch } from './context.js';
import { NotBelieved, Rejected, TooLarge, Unreachable } from './errors.js';

/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../types.js").Outcome} Outcome */
/** @typedef {import("./context.js").Round} Round */

/** Small enough that a bad network makes progress. */
const BATCH_ITEMS = 50;
const RECEIPTS_AT_ONCE = 500;
const HALVE_ON = new Set([400, 413, 422]);
const UNANSWERED_ITEMS = 3;

/**
 * Pushes what is queued and due, oldest first.
 * @param {Round} round
 */
export async function pushQueued(round) {
  const now_ms = round.clock.nowMs();
  const queued = (await recordsIn(round.db, 'queued')).filter((record) => round.insist || needsPush(record, now_ms));
  const { limits } = round.identity;
  const batches = batchesOf(queued, { ...limits, push_items: Math.min(limits.push_items ?? BATCH_ITEMS, BATCH_ITEMS) });
  let done = 0;
  for (const batch of batches) {
    round.report('pushing', done, queued.length);
    await push(round, batch);
    done += batch.length;
  }
}

/**
 * @param {Round} round
 * @param {OutboxRecord[]} batch
 */
async function push(round, batch) {
  let response;
  const unsent = await unsentNow(round);
  try {
    response = await round.wire.json('POST', '/push', await envelope(round, unsent, batch.map(itemOf)));
  } catch (fault) {
    await afterFailure(round, batch, fault);
    return;
  }
  await rememberTold(round, unsent);
  const { identity: { server_keys, epoch, past_epochs } } = round;
  const answer = await outcomesOfPush(batch, response, server_keys, epoch, past_epochs);
  for (const { outcome } of answer.outcomes) {
    const name = outcome.type === 'answered' ? outcome.outcome : outcome.type;
    round.outcomes[name] = (round.outcomes[name] ?? 0) + 1;
  }
  await take(round, answer);
}

/**
 * @param {Round} round
 * @param {{reports: number, photos: number}} unsent
 * @param {ReturnType<typeof itemOf>[]} items
 */
async function envelope(round, unsent, items) {
  const rumoured = round.wire.rumoured_epoch !== null && round.wire.rumoured_epoch !== round.identity.epoch;
  // From these a restored server relearns the devices it forgot.
  const enrolments = rumoured || round.new_epoch ? { enrolments: (await readSetting(round.db, 'enrolments')) ?? [] } : {};
  return { sent_at: round.clock.nowIso(), unsent, items, ...enrolments };
}

/**
 * A push that is too much, or that one item spoils, is cut in two; what is refused alone waits for a person. A push that
 * breaks the server is cut too, lest one report block those behind it.
 * @param {Round} round
 * @param {OutboxRecord[]} batch
 * @param {unknown} fault
 */
async function afterFailure(round, batch, fault) {
  if (fault instanceof Rejected && HALVE_ON.has(fault.status)) {
    if (batch.length > 1) return pushHalves(round, batch);
    if (!(await takesEmptyPush(round))) throw fault;
    const type = fault instanceof TooLarge ? 'too_large' : 'refused';
    await moveAll(round.db, [{ n: Number(batch[0].n), outcome: { type, problem: fault.problem } }]);
    return undefined;
  }
  if (fault instanceof Unreachable && breaksThere(fault, batch) && round.unanswered < UNANSWERED_ITEMS) {
    if (batch.length > 1) return pushHalves(round, batch);
    round.unanswered += 1;
    round.unbelieved += 1;
    await delay(round, batch, fault.retry_after_ms);
    return undefined;
  }
  if (fault instanceof Unreachable || fault instanceof NotBelieved) {
    await delay(round, batch, fault instanceof Unreachable ? fault.retry_after_ms : null);
  }
  throw fault;
}

/**
 * Whether it was the item that was refused: a server, or something before it, that refuses an envelope with nothing in it
 * would otherwise set every report aside, one by one.
 * @param {Round} round
 */
async function takesEmptyPush(round) {
  try {
    await round.wire.json('POST', '/push', await envelope(round, await unsentNow(round), []));
    return true;
  } catch (fault) {
    if (fault instanceof Rejected) return false;
    throw fault;
  }
}

/**
 * Whether the items themselves may be the cause: the server broke over them, or they failed on their way before.
 * @param {Unreachable} fault
 * @param {OutboxRecord[]} batch
 */
function breaksThere(fault, batch) {
  return fault.broke_down && (fault.request_id !== null || batch.every((record) => record.attempts >= 2));
}

/**
 * @param {Round} round
 * @param {OutboxRecord[]} batch
 */
async function pushHalves(round, batch) {
  for (const half of halves(batch)) await push(round, half);
}

/**
 * @param {Round} round
 * @param {OutboxRecord[]} batch
 * @param {number|null} retry_after_ms
 */
async function delay(round, batch, retry_after_ms) {
  const at_ms = round.clock.nowMs();
  await moveAll(round.db, batch.map((record) => ({
    n: Number(record.n), outcome: { type: 'unreachable', at_ms, retry_after_ms, jitter: round.jitter() },
  })));
}

/**
 * Takes over what was answered: a new epoch first, then every outcome in one transaction.
 * @param {Round} round
 * @param {{outcomes: {record: OutboxRecord, outcome: Outcome}[], new_epoch: string|null}} answer
 */
async function take(round, { outcomes, new_epoch }) {
  if (new_epoch !== null) await enterEpoch(round, new_epoch);
  round.newly_missing ||= outcomes.some(({ record, outcome }) => (
    outcome.type === 'answered' && outcome.missing.some((digest) => !record.missing.includes(digest))
  ));
  round.unbelieved += outcomes.filter(({ outcome }) => outcome.type === 'not_believed').length;
  await moveAll(round.db, outcomes.map(({ record, outcome }) => ({ n: Number(record.n), outcome })));
}

/**
 * Asks again for everything the office has not said its last word about.
 * @param {Round} round
 */
export async function collectReceipts(round) {
  const acknowledged = [...await recordsIn(round.db, 'received'), ...await recordsIn(round.db, 'complete')];
  const open = acknowledged.filter(isOpen);
  const { rumoured_epoch } = round.wire;
  // A header speaks of a new epoch and nothing signed does: one receipt asked for settles it.
  const is_rumour = rumoured_epoch !== null && rumoured_epoch !== round.identity.epoch;
  if (is_rumour && open.length === 0) open.push(...acknowledged.slice(-1));
  await askReceipts(round, open);
}

/**
 * @param {Round} round
 * @param {OutboxRecord[]} records
 */
export async function askReceipts(round, records) {
  for (let at = 0; at < records.length; at += RECEIPTS_AT_ONCE) {
    const asked = records.slice(at, at + RECEIPTS_AT_ONCE);
    round.report('receipts', at, records.length);
    const reports = asked.map(({ id, rev, digest }) => ({ id, rev, digest }));
    const response = await round.wire.json('POST', '/receipts', { reports });
    const { server_keys, epoch, past_epochs } = round.identity;
    await take(round, await outcomesOfReceipts(asked, response, server_keys, epoch, past_epochs));
  }
}

/**
 * Ends the exchange with the true counts: those of the last push were taken before it and its photos arrived.
 * @param {Round} round
 */
export async function tellUnsent(round) {
  const unsent = await unsentNow(round);
  if ((await readSetting(round.db, 'unsent_told')) === asTold(round, unsent)) return;
  try {
    await round.wire.json('POST', '/push', await envelope(round, unsent, []));
  } catch (fault) {
    // A server that takes no empty push hears the counts with the next report.
    if (fault instanceof Rejected) return;
    throw fault;
  }
  await rememberTold(round, unsent);
}

/** @param {Round} round */
async function unsentNow({ db }) {
  const { queued, photos_unsent, photos_refused } = await counts(db);
  return { reports: queued, photos: photos_unsent + photos_refused };
}

/**
 * @param {Round} round
 * @param {{reports: number, photos: number}} unsent
 */
async function rememberTold(round, unsent) {
  await keepSetting(round.db, 'unsent_told', asTold(round, unsent));
}

/**
 * Counts told by another enrolment, or before the server was restored, are not known to it now.
 * @param {Round} round
 * @param {{reports: number, photos: number}} unsent
 */
function asTold({ identity }, { reports, photos }) {
  return JSON.stringify([identity.epoch, identity.device_id, reports, photos]);
}

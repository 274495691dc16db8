/**
 * The life of a sealed record: `next(record, outcome)` is the only way it changes, whatever the world did.
 * Refuses to believe an answer about other bytes, and knows neither clock nor network.
 */

import { isDue, waitMs } from './backoff.js';

/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../types.js").Outcome} Outcome */
/** @typedef {import("../types.js").Receipt} Receipt */
/** @typedef {Outcome["type"]} Happening */
/** @typedef {OutboxRecord["state"]} State */
/** @typedef {Extract<Outcome, {type: "answered"}>} Answered */
/** @typedef {Extract<Outcome, {type: "sealed"}>} Sealed */

export const DAY_MS = 86_400_000;
/** How long originals stay after a verified `complete`, as the protocol promises. */
export const KEEP_ORIGINALS_DAYS = 30;

/** @type {readonly State[]} */
export const STATES = ['queued', 'received', 'complete', 'aside'];

/**
 * Where each happening leads from each state: a state, `receipt` (what the verified receipt says) or `never` (the caller
 * is wrong and its transaction must fail). The office's signed word outranks any unsigned one: a refusal sets aside only
 * what no receipt covers. Trouble on the way never sets anything aside.
 * @type {Readonly<Record<State, Readonly<Record<Happening, State|"receipt"|"never">>>>}
 */
export const MOVES = {
  queued: {
    sealed: 'queued',
    answered: 'receipt',
    refused: 'aside',
    too_large: 'aside',
    tried_again: 'queued',
    not_believed: 'queued',
    unreachable: 'queued',
    unknown: 'queued',
    photo_stored: 'queued',
    photo_lost: 'queued',
    epoch_changed: 'queued',
    carried: 'queued',
    originals_removed: 'never',
  },
  received: {
    sealed: 'received',
    answered: 'receipt',
    refused: 'received',
    too_large: 'received',
    tried_again: 'received',
    not_believed: 'received',
    unreachable: 'received',
    unknown: 'queued',
    photo_stored: 'received',
    photo_lost: 'received',
    epoch_changed: 'queued',
    carried: 'received',
    originals_removed: 'never',
  },
  complete: {
    sealed: 'complete',
    answered: 'complete',
    refused: 'complete',
    too_large: 'complete',
    tried_again: 'complete',
    not_believed: 'complete',
    unreachable: 'complete',
    unknown: 'queued',
    photo_stored: 'complete',
    photo_lost: 'complete',
    epoch_changed: 'queued',
    carried: 'complete',
    originals_removed: 'complete',
  },
  aside: {
    sealed: 'aside',
    answered: 'receipt',
    refused: 'aside',
    too_large: 'aside',
    tried_again: 'queued',
    not_believed: 'aside',
    unreachable: 'aside',
    unknown: 'aside',
    photo_stored: 'aside',
    photo_lost: 'aside',
    epoch_changed: 'aside',
    carried: 'aside',
    originals_removed: 'never',
  },
};

/** @type {Record<Happening, (record: OutboxRecord, outcome: any) => Partial<OutboxRecord>>} */
const EFFECTS = {
  sealed: sealedAgain,
  answered: acknowledged,
  refused: objected,
  too_large: objected,
  tried_again: triedAgain,
  not_believed: delayed,
  unreachable: delayed,
  unknown: offeredAgain,
  photo_stored: (record, { digest }) => ({ missing: record.missing.filter((each) => each !== digest) }),
  photo_lost: photoLost,
  epoch_changed: offeredAgain,
  carried: (_, { at }) => ({ carried_at: at }),
  originals_removed: () => ({ originals_removed: true }),
};

/**
 * The record after this happened; the record given is left as it was.
 * @param {OutboxRecord|null} record null only before `sealed`
 * @param {Outcome} outcome
 * @returns {OutboxRecord}
 * @throws {RangeError} for a move that must never be made: the caller's transaction has to fail
 */
export function next(record, outcome) {
  if (record === null) {
    if (outcome.type !== 'sealed') throw new RangeError(`nothing is sealed yet, so it cannot be ${outcome.type}`);
    return firstRecord(outcome);
  }
  if (outcome.type === 'answered' && !isAbout(outcome.receipt, record)) return next(record, { type: 'not_believed' });
  if (outcome.type === 'epoch_changed' && outcome.epoch === record.epoch) return record;
  const move = MOVES[record.state][outcome.type];
  if (move === 'never') throw new RangeError(`a ${record.state} record is never ${outcome.type}`);
  const state = move === 'receipt' ? /** @type {Answered} */ (outcome).receipt.state : move;
  return { ...record, ...EFFECTS[outcome.type](record, outcome), state };
}

/**
 * The record of a text that was just signed. Type, id, revision and photos are read from the text itself.
 * @param {Sealed} sealed
 * @returns {OutboxRecord}
 */
function firstRecord(sealed) {
  const claims = JSON.parse(sealed.manifest);
  const isReport = claims.rev !== undefined;
  /** @type {string[]} */
  const declared = (claims.photos ?? []).map((/** @type {{digest: string}} */ photo) => photo.digest);
  const { device_id, seq, digest, manifest, signature, summary } = sealed;
  return {
    ...(sealed.n === undefined ? {} : { n: sealed.n }),
    type: isReport ? 'report' : 'task_progress',
    id: claims.id,
    rev: isReport ? claims.rev : 1,
    ...{ device_id, seq, digest, manifest, signature, summary },
    photos: [...new Set(declared)],
    state: 'queued',
    current: null,
    missing: [],
    problem: null,
    receipts: [],
    epoch: null,
    attempts: 0,
    retry_at_ms: null,
    queued_at: sealed.at,
    received_at: null,
    completed_at: null,
    carried_at: null,
    originals_removed: false,
  };
}

/**
 * @param {OutboxRecord} record
 * @param {Sealed} sealed
 * @returns {Partial<OutboxRecord>}
 */
function sealedAgain(record, sealed) {
  if (sealed.digest !== record.digest) throw new RangeError('a sealed text never changes');
  return {};
}

/**
 * What an answer with a verified receipt changes.
 * @param {OutboxRecord} record
 * @param {Answered} answer
 * @returns {Partial<OutboxRecord>}
 */
function acknowledged(record, { current, missing, problem, receipt }) {
  const receipts = withReceipt(record.receipts, receipt);
  const calm = { receipts, current, attempts: 0, retry_at_ms: null };
  if (receipt.state === 'complete') {
    const counts = record.state === 'complete' && record.epoch === receipt.server_epoch && record.completed_at !== null;
    return {
      ...calm,
      problem,
      missing: [],
      epoch: receipt.server_epoch,
      received_at: record.received_at ?? receipt.server_time,
      completed_at: counts ? record.completed_at : receipt.server_time,
    };
  }
  // An older word that arrives late takes nothing back: only a new epoch or "unknown" does.
  if (record.state === 'complete') return { ...calm, problem };
  return {
    ...calm,
    problem: problem ?? lossStill(record, missing),
    missing: [...missing],
    epoch: receipt.server_epoch,
    received_at: record.received_at ?? receipt.server_time,
    completed_at: null,
  };
}

/**
 * @param {OutboxRecord} record
 * @param {{problem: import("../types.js").ProblemShape}} outcome
 * @returns {Partial<OutboxRecord>}
 */
function objected(record, { problem }) {
  return record.state === 'complete' ? {} : { problem };
}

/**
 * A person asks for it: what was set aside is offered anew, and the next answer says whether its cause is gone.
 * @param {OutboxRecord} record
 * @returns {Partial<OutboxRecord>}
 */
function triedAgain(record) {
  return record.state === 'aside' ? { problem: null, attempts: 0, retry_at_ms: null } : {};
}

/**
 * @param {OutboxRecord} record
 * @param {{at_ms?: number, retry_after_ms?: number|null, jitter?: number}} outcome
 * @returns {Partial<OutboxRecord>}
 */
function delayed(record, { at_ms, retry_after_ms = null, jitter = 0.5 }) {
  if (record.state === 'aside') return {};
  const attempts = record.attempts + 1;
  return { attempts, retry_at_ms: at_ms === undefined ? record.retry_at_ms : at_ms + waitMs(attempts, retry_after_ms, jitter) };
}

/**
 * The office no longer vouches for it: everything is offered anew, and the old receipts stay as witnesses.
 * @param {OutboxRecord} record
 * @returns {Partial<OutboxRecord>}
 */
function offeredAgain(record) {
  if (record.state === 'aside') return {};
  return { epoch: null, current: null, completed_at: null, attempts: 0, retry_at_ms: null };
}

/**
 * The photo stays missing, since the office has not got it; only the reason why it will not come is new.
 * @param {OutboxRecord} record
 * @param {{digest: string}} outcome
 * @returns {Partial<OutboxRecord>}
 */
function photoLost(record, { digest }) {
  if (record.problem !== null || record.state === 'complete') return {};
  return { problem: { code: 'photo-lost', title: 'Photo lost', detail: digest, retry: 'never' } };
}

/**
 * @param {OutboxRecord} record
 * @param {string[]} missing
 */
function lossStill(record, missing) {
  const lost = record.problem?.code === 'photo-lost' && missing.includes(record.problem.detail ?? '');
  return lost ? record.problem : null;
}

/**
 * @param {import("../types.js").Signed[]} receipts
 * @param {Receipt} receipt
 */
function withReceipt(receipts, receipt) {
  const known = receipts.some((each) => each.payload === receipt.signed.payload);
  return known ? receipts : [...receipts, receipt.signed];
}

/**
 * @param {Receipt} receipt
 * @param {OutboxRecord} record
 */
function isAbout(receipt, record) {
  return receipt.id === record.id && receipt.rev === record.rev && receipt.digest === record.digest;
}

/**
 * The photos that the office still wants of a record: once it is received those that its newest answer named and that were
 * not sent since, before that all. Whatever counts, shows, sends or carries photos asks here.
 * @param {OutboxRecord} record
 * @returns {string[]} digests
 */
export function wantedPhotos({ state, missing, photos }) {
  if (state === 'complete') return [];
  return state === 'received' ? missing : photos;
}

/**
 * Whether it should go into the next push.
 * @param {OutboxRecord} record
 * @param {number} now_ms wall clock
 * @returns {boolean}
 */
export function needsPush(record, now_ms) {
  return record.state === 'queued' && isDue(record.retry_at_ms, now_ms);
}

/**
 * Whether the office has it but has not said its last word: ask for receipts again.
 * @param {OutboxRecord} record
 * @returns {boolean}
 */
export function isOpen(record) {
  if (record.state === 'received') return true;
  return record.state === 'complete' && (record.current === 'held' || record.current === 'quarantined');
}

/**
 * Whether this record no longer needs its original photos here: complete in the present epoch for 30 days.
 * A photo may go only when this holds for every record that names it.
 * @param {OutboxRecord} record
 * @param {number} now_ms wall clock corrected by the server's
 * @param {string} epoch the epoch the phone believes in
 * @returns {boolean}
 */
export function originalsMayGo(record, now_ms, epoch) {
  if (record.state !== 'complete' || record.epoch !== epoch || record.completed_at === null) return false;
  return now_ms - Date.parse(record.completed_at) >= KEEP_ORIGINALS_DAYS * DAY_MS;
}

/**
 * The table of moves as a Mermaid state diagram; happenings that change no state are told in a table beside it.
 * @returns {string}
 */
export function diagram() {
  const lines = ['stateDiagram-v2', '  [*] --> queued: sealed'];
  for (const from of STATES) {
    /** @type {Map<string, string[]>} */
    const arrows = new Map();
    for (const [happening, move] of Object.entries(MOVES[from])) {
      for (const to of move === 'receipt' ? ['received', 'complete'] : [move]) {
        const name = move === 'receipt' ? `answered (${to})` : happening;
        if (to !== from && to !== 'never') arrows.set(to, [...(arrows.get(to) ?? []), name]);
      }
    }
    for (const [to, names] of arrows) lines.push(`  ${from} --> ${to}: ${names.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

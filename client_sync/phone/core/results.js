/**
 * What the answers of a push or of /receipts mean for each record. Changes no record and believes no unsigned praise.
 */

import { NotBelieved, readReceipt } from './receipts.js';

/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../types.js").Outcome} Outcome */
/** @typedef {import("../types.js").ProblemShape} ProblemShape */
/** @typedef {import("../types.js").ServerKey} ServerKey */
/**
 * What an answer means: an epoch that a receipt has signed and the phone did not know, or null, to be adopted first (every
 * record learns `epoch_changed`); then one outcome for each record, in order.
 * @typedef {{outcomes: {record: OutboxRecord, outcome: Outcome}[], new_epoch: string|null}} Answers
 */
/** @typedef {{keys: readonly ServerKey[], epoch: string, past_epochs: readonly string[], new_epoch: string|null}} Trust */

const CURRENTS = ['stored', 'held', 'quarantined'];

/**
 * The outcomes of one push: `records` in the order they were sent.
 * @param {readonly OutboxRecord[]} records
 * @param {unknown} response the parsed body
 * @param {readonly ServerKey[]} keys
 * @param {string} epoch the epoch the phone believes in
 * @param {readonly string[]} [past_epochs] epochs that ended: their receipts acknowledge nothing
 * @returns {Promise<Answers>}
 */
export async function outcomesOfPush(records, response, keys, epoch, past_epochs = []) {
  return judged(records, listIn(response, 'results'), { keys, epoch, past_epochs, new_epoch: null }, outcomeOfResult);
}

/**
 * The outcomes of asking /receipts about these records, in order.
 * @param {readonly OutboxRecord[]} records
 * @param {unknown} response
 * @param {readonly ServerKey[]} keys
 * @param {string} epoch
 * @param {readonly string[]} [past_epochs]
 * @returns {Promise<Answers>}
 */
export async function outcomesOfReceipts(records, response, keys, epoch, past_epochs = []) {
  return judged(records, listIn(response, 'receipts'), { keys, epoch, past_epochs, new_epoch: null }, outcomeOfAnswer);
}

/**
 * @param {readonly OutboxRecord[]} records
 * @param {unknown[]} answers
 * @param {Trust} trust
 * @param {(record: OutboxRecord, answer: any, trust: Trust) => Promise<Outcome>} judge
 * @returns {Promise<Answers>}
 */
async function judged(records, answers, trust, judge) {
  // One answer too few or too many, and nobody can say which belongs to which.
  const isWhole = answers.length === records.length;
  const outcomes = [];
  for (const [at, record] of records.entries()) {
    const outcome = isWhole ? await believedOrNot(record, answers[at], trust, judge) : NOTHING;
    outcomes.push({ record, outcome });
  }
  return { outcomes, new_epoch: trust.new_epoch };
}

/** @type {Outcome} */
const NOTHING = { type: 'not_believed' };

/**
 * @param {OutboxRecord} record
 * @param {any} answer
 * @param {Trust} trust
 * @param {(record: OutboxRecord, answer: any, trust: Trust) => Promise<Outcome>} judge
 * @returns {Promise<Outcome>}
 */
async function believedOrNot(record, answer, trust, judge) {
  if (typeof answer !== 'object' || answer === null) return NOTHING;
  try {
    return await judge(record, answer, trust);
  } catch (fault) {
    if (fault instanceof NotBelieved) return NOTHING;
    throw fault;
  }
}

/**
 * @param {OutboxRecord} record
 * @param {any} result
 * @param {Trust} trust
 * @returns {Promise<Outcome>}
 */
async function outcomeOfResult(record, result, trust) {
  if (result.outcome === 'refused') {
    const problem = problemOf(result.problem);
    if (result.digest !== record.digest || problem === null) throw new NotBelieved('the refusal is not about these bytes');
    return { type: 'refused', problem };
  }
  const current = result.outcome === 'duplicate' ? result.current : result.outcome;
  return acknowledged(record, result, result.outcome, current, trust);
}

/**
 * @param {OutboxRecord} record
 * @param {any} answer
 * @param {Trust} trust
 * @returns {Promise<Outcome>}
 */
async function outcomeOfAnswer(record, answer, trust) {
  if (String(answer.id).toLowerCase() !== record.id.toLowerCase() || (answer.rev ?? 1) !== record.rev) {
    throw new NotBelieved('the answer is about another record');
  }
  if (answer.known === false) return { type: 'unknown' };
  return acknowledged(record, answer, 'duplicate', answer.current, trust);
}

/**
 * @param {OutboxRecord} record
 * @param {any} answer
 * @param {any} outcome
 * @param {any} current
 * @param {Trust} trust
 * @returns {Promise<Outcome>}
 */
async function acknowledged(record, answer, outcome, current, trust) {
  const { id, digest } = record;
  const rev = record.type === 'report' ? record.rev : null;
  const receipt = { ...(await readReceipt(answer.receipt, trust.keys, { id, rev, digest })), rev: record.rev };
  if (!CURRENTS.includes(current)) throw new NotBelieved('the answer does not say what the office keeps it as');
  if (!livesIn(receipt.server_epoch, trust)) throw new NotBelieved('the receipt is of an epoch that has ended');
  // Only photos this record declares can be missing; anything else in the unsigned list is not about it.
  const wanted = Array.isArray(answer.missing) ? answer.missing : [];
  const missing = record.photos.filter((each) => wanted.includes(each));
  return { type: 'answered', outcome, current, missing, problem: problemOf(answer.problem), receipt };
}

/**
 * Whether a signed epoch is the present one. A new one is noted once; two new ones in one answer cannot both be present.
 * @param {string} signed
 * @param {Trust} trust
 */
function livesIn(signed, trust) {
  if (trust.past_epochs.includes(signed) && signed !== trust.epoch) return false;
  if (trust.new_epoch === null && signed !== trust.epoch) trust.new_epoch = signed;
  return signed === (trust.new_epoch ?? trust.epoch);
}

/**
 * A problem as far as it is one, or null.
 * @param {any} value
 * @returns {ProblemShape|null}
 */
export function problemOf(value) {
  if (typeof value !== 'object' || value === null || typeof value.code !== 'string') return null;
  return value;
}

/**
 * @param {any} response
 * @param {string} name
 * @returns {unknown[]}
 */
function listIn(response, name) {
  const list = typeof response === 'object' && response !== null ? response[name] : null;
  return Array.isArray(list) ? list : [];
}

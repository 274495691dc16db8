/**
 * What the steps of a sync round share: who we are, how we speak, and what happened so far.
 * Decides nothing but the two things every step may meet: a new epoch, and a refusal worth writing down.
 */

import { readIdentity } from '../store/identity.js';
import { note } from '../store/log.js';
import { adoptEpoch } from '../store/outbox.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {import("../types.js").SyncProgress} SyncProgress */
/** @typedef {import("./wire.js").Wire} Wire */

/**
 * What every step of a round is handed.
 * @typedef {object} Round
 * @property {Database} db
 * @property {Wire} wire
 * @property {import("../device/clock.js").Clock} clock
 * @property {Identity} identity as it is now; steps replace it
 * @property {(phase: SyncProgress["phase"], done?: number, total?: number) => void} report
 * @property {boolean} photos_allowed
 * @property {boolean} insist a person asked: own waits are over, the server's are not
 * @property {() => number} jitter
 * @property {(ms: number) => Promise<void>} sleep
 * @property {AbortSignal|null} give_way ends only what may wait, the land of the area: something more urgent is there
 * @property {boolean} gave_way the land was not brought, or not wholly
 * @property {Set<string>} refused photos that the server did not take in this round
 * @property {boolean} new_epoch a new epoch was adopted in this pass
 * @property {boolean} newly_missing an answer named photos that nobody knew to be missing
 * @property {number} unanswered single items that broke the exchange
 * @property {number} unbelieved answers that proved nothing
 * @property {number} uploaded photos that arrived
 * @property {Record<string, number>} outcomes how often each outcome was answered
 */

/**
 * Believes in an epoch that something signed has named.
 * @param {Round} round
 * @param {string} epoch
 */
export async function enterEpoch(round, epoch) {
  await adoptEpoch(round.db, epoch);
  round.identity = /** @type {Identity} */ (await readIdentity(round.db));
  round.new_epoch = true;
}

/**
 * Writes a failure into the phone's diary, with the name the server gave the exchange.
 * @param {Round} round
 * @param {unknown} fault
 * @param {string} code
 */
export async function diary({ db, clock, wire }, fault, code) {
  const { last } = wire;
  const text = `${last?.method ?? ''} ${last?.path ?? ''} ${last?.status ?? '-'}: ${/** @type {Error} */ (fault).message}`;
  await note(db, { at: clock.nowIso(), kind: 'sync', code, text, request_id: last?.request_id ?? null });
}

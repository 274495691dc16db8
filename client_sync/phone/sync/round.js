/**
 * One sync round: session, push, photos, receipts, pull, packages. Goes as far as the network lets it, takes the server's
 * word only where it is signed, and leaves everything else queued.
 */

import { isDue, LONGEST_WAIT_MS } from '../core/backoff.js';
import { sha256 } from '../core/digests.js';
import { utf8 } from '../core/bytes.js';
import { NotBelieved, readSignedClaims } from '../core/receipts.js';
import { keepSetting, readIdentity, readSetting, updateIdentity } from '../store/identity.js';
import { freeOriginals } from '../store/outbox.js';
import { diary, enterEpoch } from './context.js';
import { codeOf, ReenrolNeeded, Stopped, SyncStop, Unreachable } from './errors.js';
import { refreshPackages } from './packages.js';
import { pullAll } from './pull.js';
import { collectReceipts, pushQueued, tellUnsent } from './pushing.js';
import { uploadMissing } from './uploads.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {import("../types.js").SyncProgress} SyncProgress */
/** @typedef {import("./wire.js").Wire} Wire */
/** @typedef {import("./context.js").Round} Round */

/**
 * @typedef {{ok: boolean, problem_code: string|null, retry_at_ms: number|null, uploaded: number, unbelieved: number,
 *   gave_way: boolean, outcomes: Record<string, number>}} RoundSummary `gave_way`: land is still to be brought
 */

const PASSES = 3;
const pause = (/** @type {number} */ ms) => new Promise((/** @type {(_: void) => void} */ go) => { setTimeout(go, ms); });

/**
 * Runs one round. Never throws for the network: the summary and the last progress say what stopped it.
 * @param {Database} db
 * @param {object} how
 * @param {Wire} how.wire with this identity's token
 * @param {import("../device/clock.js").Clock} how.clock
 * @param {(progress: SyncProgress) => void} [how.report]
 * @param {boolean} [how.photos_allowed]
 * @param {boolean} [how.insist]
 * @param {AbortSignal|null} [how.give_way]
 * @param {() => number} [how.jitter]
 * @param {(ms: number) => Promise<void>} [how.sleep]
 * @returns {Promise<RoundSummary>}
 */
export async function syncRound(db, how) {
  const { wire, clock, report = () => {}, photos_allowed = true, insist = false, jitter = Math.random, sleep = pause } = how;
  const { give_way = null } = how;
  const identity = await readIdentity(db);
  const tell = teller(report, clock);
  if (identity === null) return ended(tell, { code: 'not-enrolled' });
  const not_before_ms = (await readSetting(db, 'not_before_ms')) ?? null;
  if (!isDue(not_before_ms, clock.nowMs())) return ended(tell, { code: 'unavailable', retry_at_ms: not_before_ms });
  /** @type {Round} */
  const round = {
    db, wire, clock, identity, report: tell.phase, photos_allowed, insist, jitter, sleep, give_way,
    gave_way: false, refused: new Set(), new_epoch: false, newly_missing: false, unanswered: 0, unbelieved: 0, uploaded: 0, outcomes: {},
  };
  try {
    await exchange(round);
  } catch (fault) {
    return stopped(round, tell, fault);
  }
  return ended(tell, { round, code: round.unbelieved > 0 ? 'not-believed' : null });
}

/** @param {Round} round */
async function exchange(round) {
  await greet(round);
  for (let pass = 0; pass < PASSES; pass += 1) {
    round.new_epoch = false;
    await pushQueued(round);
    const arrived = await uploadMissing(round);
    round.newly_missing = false;
    await collectReceipts(round);
    if (arrived === 0 && !round.new_epoch && !round.newly_missing) break;
  }
  await tellUnsent(round);
  const { db, clock } = round;
  round.identity = await updateIdentity(db, { last_sync_at: clock.nowIso() });
  // Before anything is brought: on a full phone this is what makes room. No clock alone, the phone's or the server's, ends the days.
  const now_ms = clock.nowMs();
  await freeOriginals(db, now_ms + Math.min(0, round.identity.server_offset_ms ?? 0));
  await pullAll(round);
  await refreshPackages(round);
}

/**
 * Hello: who the server says we are, and its signed list of keys with its epoch.
 * @param {Round} round
 */
async function greet(round) {
  const session = await round.wire.json('GET', '/session');
  const { inspector, crew, regions, region_names, limits } = session;
  if (typeof inspector?.id !== 'string' || !Array.isArray(regions)) throw new NotBelieved('the session names nobody');
  // The answer's own time is finer than the Date header, which knows whole seconds.
  const told_ms = Date.parse(session.server_time) - round.clock.nowMs();
  const offset = Number.isNaN(told_ms) ? (round.wire.server_offset_ms ?? round.identity.server_offset_ms) : told_ms;
  round.identity = await updateIdentity(round.db, {
    inspector: { id: inspector.id, name: inspector.name ?? '', certificate_no: inspector.certificate_no ?? null },
    crew: crew ?? null,
    regions,
    limits: limits ?? round.identity.limits,
    standing: session.reenrol === true ? 'reenrol' : 'ok',
    region_names: region_names ?? {},
    server_offset_ms: offset,
  });
  if (typeof session.checkpoint === 'string') {
    await keepSetting(round.db, 'checkpoint', await sha256(utf8(session.checkpoint)));
  }
  await learnSigned(round, session.server_keys_signed);
}

/**
 * New server keys and a new epoch count only when a key trusted for receipts has signed them.
 * @param {Round} round
 * @param {unknown} signed
 */
async function learnSigned(round, signed) {
  let said;
  try {
    said = await readSignedClaims(signed, round.identity.server_keys);
  } catch (fault) {
    // An unsigned list changes nothing: the keys known so far go on counting, and receipts decide by themselves.
    if (fault instanceof NotBelieved) return;
    throw fault;
  }
  const listed = /** @type {import("../types.js").ServerKey[]} */ (said.claims.server_keys);
  if (Array.isArray(listed)) {
    const older = round.identity.server_keys.filter((key) => !listed.some((each) => each.key_id === key.key_id));
    round.identity = await updateIdentity(round.db, { server_keys: [...listed, ...older] });
  }
  const { server_epoch } = said;
  if (server_epoch !== null && server_epoch !== round.identity.epoch && !round.identity.past_epochs.includes(server_epoch)) {
    await enterEpoch(round, server_epoch);
  }
}

/**
 * Keeps what a failure means for the next round, and tells it.
 * @param {Round} round
 * @param {ReturnType<typeof teller>} tell
 * @param {unknown} fault
 */
async function stopped(round, tell, fault) {
  if (fault instanceof Stopped) return ended(tell, { round, code: 'stopped' });
  const is_expected = fault instanceof SyncStop || fault instanceof NotBelieved;
  if (!is_expected && codeOf(fault) !== 'storage-full') throw fault;
  const { db, clock } = round;
  const code = codeOf(fault);
  if (fault instanceof ReenrolNeeded) await updateIdentity(db, { standing: code === 'device-revoked' ? 'revoked' : 'expired' });
  let retry_at_ms = null;
  if (fault instanceof Unreachable && fault.retry_after_ms !== null) {
    retry_at_ms = clock.nowMs() + Math.min(fault.retry_after_ms, LONGEST_WAIT_MS);
    await keepSetting(db, 'not_before_ms', retry_at_ms);
  }
  if (code !== 'storage-full') await diary(round, fault, code);
  return ended(tell, { round, code, retry_at_ms });
}

/**
 * @param {(progress: SyncProgress) => void} report
 * @param {import("../device/clock.js").Clock} clock
 */
function teller(report, clock) {
  return {
    phase: (/** @type {SyncProgress["phase"]} */ phase, done = 0, total = 0) => (
      report({ phase, done, total, problem_code: null, at: clock.nowIso() })
    ),
    end: (/** @type {string|null} */ problem_code, /** @type {number|null} */ retry_at_ms) => {
      const phase = problem_code === null ? 'done' : retry_at_ms !== null ? 'waiting' : 'failed';
      report({ phase, done: 0, total: 0, problem_code, at: clock.nowIso() });
    },
  };
}

/**
 * @param {ReturnType<typeof teller>} tell
 * @param {{round?: Round, code: string|null, retry_at_ms?: number|null}} end
 * @returns {RoundSummary}
 */
function ended(tell, { round, code, retry_at_ms = null }) {
  tell.end(code, retry_at_ms);
  const { uploaded = 0, unbelieved = 0, gave_way = false, outcomes = {} } = round ?? {};
  return { ok: code === null, problem_code: code, retry_at_ms, uploaded, unbelieved, gave_way, outcomes };
}

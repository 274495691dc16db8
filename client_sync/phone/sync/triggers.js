/**
 * Starts sync rounds: at start, on network, on becoming visible, by button, after sealing, and when a wait is over. One tab
 * at a time, by a Web Lock; a tab that finds another at work leaves it to that one.
 */

import { LONGEST_WAIT_MS, waitMs } from '../core/backoff.js';
import { needsPush } from '../core/sync_states.js';
import { readIdentity, readSetting } from '../store/identity.js';
import { SYNC, withLockIfFree } from '../store/locks.js';
import { recordsIn } from '../store/outbox.js';
import { photosAllowed } from './data_saver.js';
import { syncRound } from './round.js';
import { Wire } from './wire.js';

/** @typedef {import("../types.js").SyncProgress} SyncProgress */
/** @typedef {import("../types.js").Phone} Phone */

const QUIET_MS = 15 * 60_000;
const AFTER_CHANGE_MS = 1_000;
const OTHER_TAB_MS = 5_000;
const PERSONS = ['button', 'photos'];
/** A chunk over a poor network may take longer, but then neither a new network nor an impatient person is there. */
const SILENT_MS = 10_000;

/** Decides when to sync. `progress` is the newest; every change of it is an Event("sync") on `phone.changes`. */
export class Triggers {
  /** @type {SyncProgress} */
  progress = { phase: 'idle', done: 0, total: 0, problem_code: null, at: null };
  /** @type {Promise<void>|null} */ #running = null;
  /** @type {Wire|null} */ #wire = null;
  /** @type {string|null} */ #again = null;
  /** @type {AbortController|null} ends only the download of land */ #giveWay = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #timer;
  #heard = false;
  #failures = 0;
  /** By the clock nobody can set. */ #wait_until_ms = 0;
  #stop = new AbortController();

  /**
   * @param {Pick<Phone, "db"|"changes"|"clock">} phone
   * @param {{fetch?: typeof globalThis.fetch, jitter?: () => number, round?: typeof syncRound}} [how]
   */
  constructor(phone, { fetch, jitter = Math.random, round = syncRound } = {}) {
    this.phone = phone;
    this.fetch = fetch;
    this.jitter = jitter;
    this.round = round;
  }

  /**
   * Syncs now, or right after the round that is running, which brings no more land then. Settles when that round is over; never
   * throws for the network.
   * @param {string} why "start", "online", "visible", "timer", "change"; "button" and "photos" are a person's tap
   * @returns {Promise<void>}
   */
  syncNow(why) {
    if (this.#stop.signal.aborted) return Promise.resolve();
    if (this.#running !== null) {
      if (this.#again === null || PERSONS.includes(why)) this.#again = why;
      if (PERSONS.includes(why) || why === 'online') this.#wire?.giveUpSilent(SILENT_MS);
      this.#giveWay?.abort();
      return this.#running;
    }
    if (why === 'change' && this.phone.clock.monoMs() < this.#wait_until_ms) return Promise.resolve();
    this.#running = this.#rounds(why).finally(() => {
      this.#running = null;
      // What was sealed after the round had pushed was heard in the middle of it; only now is it sure to be looked for.
      if (this.#heard) this.#afterChange();
    });
    return this.#running;
  }

  /** Stops the running round at its next exchange; what it acknowledged stays. */
  stop() {
    this.#stop.abort();
    this.#giveWay?.abort();
    clearTimeout(this.#timer);
  }

  /** Listens to the browser. */
  listen() {
    const { signal } = this.#stop;
    globalThis.addEventListener?.('online', () => this.#go('online'), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (globalThis.document.visibilityState === 'visible') this.#go('visible');
    }, { signal });
    this.phone.changes.addEventListener('outbox', () => this.#afterChange(), { signal });
    this.#go('start');
  }

  /** @param {string} why */
  async #rounds(why) {
    for (let reason = /** @type {string|null} */ (why); reason !== null; reason = this.#again) {
      this.#again = null;
      const held = await withLockIfFree(SYNC, () => this.#one(/** @type {string} */ (reason)));
      // The other tab hears of what this one sealed by the change event; here there is nothing to do but look again.
      if (!held.ran) {
        this.#tell({ phase: 'waiting', done: 0, total: 0, problem_code: 'other-tab', at: this.phone.clock.nowIso() });
        this.#schedule(OTHER_TAB_MS);
        return;
      }
    }
  }

  /** @param {string} why */
  async #one(why) {
    const { db, clock } = this.phone;
    const identity = await readIdentity(db);
    if (identity === null) return;
    const { signal } = this.#stop;
    const fetch = this.fetch === undefined ? {} : { fetch: this.fetch };
    const wire = new Wire({ origin: identity.server, token: identity.token, signal, nowMs: clock.nowMs, ...fetch });
    this.#wire = wire;
    this.#giveWay = new AbortController();
    const give_way = this.#giveWay.signal;
    const connection = /** @type {any} */ (globalThis.navigator)?.connection ?? null;
    const photos_allowed = photosAllowed((await readSetting(db, 'photos_on')) ?? 'always', connection, why);
    const insist = PERSONS.includes(why) || why === 'online';
    const report = (/** @type {SyncProgress} */ progress) => this.#tell(progress);
    const summary = await this.round(db, { wire, clock, report, photos_allowed, insist, give_way, jitter: this.jitter });
    this.#plan(summary);
  }

  /** @param {import("./round.js").RoundSummary} summary */
  #plan({ ok, retry_at_ms, gave_way }) {
    const { clock } = this.phone;
    const now_ms = clock.nowMs();
    this.#failures = ok ? 0 : this.#failures + 1;
    const own_ms = ok ? (gave_way ? AFTER_CHANGE_MS : QUIET_MS) : waitMs(this.#failures, null, this.jitter());
    const wait_ms = Math.min(LONGEST_WAIT_MS, Math.max(own_ms, (retry_at_ms ?? now_ms) - now_ms));
    this.#wait_until_ms = ok ? 0 : clock.monoMs() + wait_ms;
    this.#schedule(wait_ms);
  }

  /** @param {number} wait_ms */
  #schedule(wait_ms) {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => this.#go('timer'), wait_ms);
    // Node would wait for the timer; a browser's has no such method.
    /** @type {any} */ (this.#timer).unref?.();
  }

  /** @param {string} why */
  #go(why) {
    // A round throws only for a fault of the app or a broken database; the window's own handler shows and logs it.
    this.syncNow(why).catch((fault) => globalThis.reportError?.(fault));
  }

  #afterChange() {
    this.#heard = this.#running !== null;
    this.#afterSealing().catch((fault) => globalThis.reportError?.(fault));
  }

  /** Syncs soon when something waits that was never offered; a round that is running ends without bringing land. */
  async #afterSealing() {
    const queued = await recordsIn(this.phone.db, 'queued');
    const now_ms = this.phone.clock.nowMs();
    const is_waiting = queued.some((record) => record.attempts === 0 && needsPush(record, now_ms));
    if (!is_waiting) return;
    if (this.#running !== null) this.#giveWay?.abort();
    else if (this.phone.clock.monoMs() >= this.#wait_until_ms) this.#schedule(AFTER_CHANGE_MS);
  }

  /** @param {SyncProgress} progress */
  #tell(progress) {
    this.progress = progress;
    this.phone.changes.dispatchEvent(new Event('sync'));
  }
}

/**
 * Begins to sync by itself; the result is what screens know as `phone.sync`.
 * @param {Pick<Phone, "db"|"changes"|"clock">} phone
 * @param {ConstructorParameters<typeof Triggers>[1]} [how]
 * @returns {Triggers}
 */
export function startTriggers(phone, how) {
  const triggers = new Triggers(phone, how);
  triggers.listen();
  return triggers;
}

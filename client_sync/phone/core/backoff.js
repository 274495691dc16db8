/**
 * How long to wait before the next attempt: doubling, half of it random, never before the server's own Retry-After.
 * Refuses to wait longer than an hour, whatever a stranger's answer asks for.
 */

export const FIRST_WAIT_MS = 2_000;
export const SLOWEST_WAIT_MS = 600_000;
/** No wait is longer, so a wait that seems longer comes from a clock that was set back. */
export const LONGEST_WAIT_MS = 3_600_000;

/**
 * Milliseconds to wait after the failed attempt number `attempts` (from 1).
 * @param {number} attempts
 * @param {number|null} retry_after_ms what the server asked for
 * @param {number} jitter a random number in [0, 1)
 * @returns {number}
 */
export function waitMs(attempts, retry_after_ms, jitter) {
  const ceiling = Math.min(SLOWEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
  const own = ceiling / 2 + (ceiling / 2) * jitter;
  const asked = retry_after_ms !== null && Number.isFinite(retry_after_ms) ? retry_after_ms : 0;
  return Math.round(Math.min(LONGEST_WAIT_MS, Math.max(own, asked)));
}

/**
 * Whether the wait is over. Survives a clock that was set back: a wait longer than any we impose has ended.
 * @param {number|null} retry_at_ms
 * @param {number} now_ms
 * @returns {boolean}
 */
export function isDue(retry_at_ms, now_ms) {
  return retry_at_ms === null || retry_at_ms <= now_ms || retry_at_ms - now_ms > LONGEST_WAIT_MS;
}

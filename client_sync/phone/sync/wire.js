/**
 * One HTTP exchange with the server this phone enrolled with, told apart into answer, "later" and "enrol again".
 * Follows no redirect, sends the token to no other origin, and takes a page of a captive portal for nothing.
 */

import { problemOf } from '../core/results.js';
import { NotBelieved, ReenrolNeeded, Rejected, Stopped, TooLarge, Unreachable } from './errors.js';

export { NotBelieved, ReenrolNeeded, Rejected, Stopped, TooLarge, Unreachable } from './errors.js';

export const BASE = '/sync/v1';
const TRY_LATER = new Set([408, 423, 425, 429]);
const BROKE_DOWN = new Set([500, 502, 504]);
const PROBLEM_TYPE = 'application/problem+json';
const TIMEOUT_MS = 60_000;
const GZIP_FROM_BYTES = 1024;

/** @typedef {{method: string, path: string, status: number|null, request_id: string|null, at_ms: number}} Exchange */

/** Speaks to one server. `rumoured_epoch` is what headers say and nothing signed has repeated yet. */
export class Wire {
  /** @type {string|null} */ rumoured_epoch = null;
  /** @type {number|null} server clock minus phone clock */ server_offset_ms = null;
  /** @type {Exchange|null} */ last = null;
  /** @type {{since_ms: number, giveUp: () => void}|null} */ #waiting = null;
  /** @type {AbortController|null} of the exchange whose body is still to be read */ #patience = null;

  /**
   * @param {{origin: string, token?: string|null, fetch?: typeof globalThis.fetch, signal?: AbortSignal|null,
   *   nowMs?: () => number, timeout_ms?: number}} how
   */
  constructor({ origin, token = null, fetch, signal = null, nowMs = Date.now, timeout_ms = TIMEOUT_MS }) {
    this.origin = new URL(origin).origin;
    this.token = token;
    // A browser's fetch wants to be called on its window.
    this.fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.signal = signal;
    this.nowMs = nowMs;
    this.timeout_ms = timeout_ms;
  }

  /**
   * The same server, for exchanges that this signal may stop as well; whoever stops the others aborts it too.
   * @param {AbortSignal} signal
   */
  stoppedBy(signal) {
    const { origin, token, fetch, nowMs, timeout_ms } = this;
    return new Wire({ origin, token, fetch, signal, nowMs, timeout_ms });
  }

  /**
   * A JSON object for a JSON body.
   * @param {string} method
   * @param {string} path below /sync/v1
   * @param {any} [body]
   * @returns {Promise<Record<string, any>>}
   * @throws {Unreachable|NotBelieved|ReenrolNeeded|Rejected|TooLarge|Stopped}
   */
  async json(method, path, body = undefined) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json' };
    const sent = body === undefined ? null : await packed(body, headers);
    const response = await this.send(method, BASE + path, { headers, body: sent });
    if (response.status >= 400) await this.refuse(response);
    const answer = await this.#read(() => response.json());
    const is_object = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
    if (!is_object) throw new NotBelieved('the answer is no JSON object');
    return answer;
  }

  /**
   * One request; an answer of status 2xx, 304, 412, 416 or another 4xx that the caller judges.
   * @param {string} method
   * @param {string} path
   * @param {{headers?: Record<string, string>, body?: BodyInit|null, timeout_ms?: number}} [what] the time until headers come
   * @returns {Promise<Response>}
   */
  async send(method, path, { headers = {}, body = null, timeout_ms = this.timeout_ms } = {}) {
    const url = new URL(path, this.origin);
    if (url.origin !== this.origin) throw new NotBelieved('the answer led to another server');
    const all = this.token === null ? headers : { ...headers, Authorization: `Bearer ${this.token}` };
    const asked = { method, path: url.pathname, at_ms: this.nowMs(), request_id: null, status: null };
    this.last = asked;
    const response = await this.#ask(url, { method, headers: all, body }, timeout_ms);
    this.last = { ...asked, status: response.status, request_id: response.headers.get('X-Request-Id') };
    await this.#judge(response);
    return response;
  }

  /**
   * @param {URL} url
   * @param {RequestInit} what
   * @param {number} timeout_ms
   * @returns {Promise<Response>}
   */
  async #ask(url, what, timeout_ms) {
    if (this.signal?.aborted) throw new Stopped();
    const patience = new AbortController();
    this.#patience = patience;
    const timer = setTimeout(() => patience.abort(), timeout_ms);
    const stop = () => patience.abort();
    this.signal?.addEventListener('abort', stop);
    this.#waiting = { since_ms: this.nowMs(), giveUp: stop };
    try {
      return await this.fetch(url, {
        ...what,
        ...{ redirect: 'manual', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' },
        signal: patience.signal,
      });
    } catch (fault) {
      if (this.signal?.aborted) throw new Stopped();
      throw new Unreachable(`${what.method} ${url.pathname}: ${fault}`, { broke_down: true });
    } finally {
      clearTimeout(timer);
      this.signal?.removeEventListener('abort', stop);
      this.#waiting = null;
    }
  }

  /**
   * Gives up an exchange that has had no answer for this long: it may hang on a connection that died without a word, as when
   * a phone walks from one network into another. The caller of the exchange is told Unreachable.
   * @param {number} silent_ms
   */
  giveUpSilent(silent_ms) {
    const waiting = this.#waiting;
    if (waiting !== null && this.nowMs() - waiting.since_ms >= silent_ms) waiting.giveUp();
  }

  /** @param {Response} response */
  async #judge(response) {
    const { status } = response;
    const request_id = this.last?.request_id ?? null;
    if (status === 401) {
      const problem = await this.#read(() => problemIn(response));
      // A captive portal may answer 401 too; only this server's own words may send a person to enrol again.
      if (problem === null) throw new NotBelieved('status 401 without a problem object');
      throw new ReenrolNeeded(problem.code, problem.detail ?? 'the token is not accepted', request_id);
    }
    if (TRY_LATER.has(status) || status >= 500) {
      const problem = await this.#read(() => problemIn(response));
      const code = problem?.code ?? 'unreachable';
      // A portal on the way may say "later" too; only this server may keep a phone from asking again.
      const is_ours = problem !== null || response.headers.has('Server-Epoch');
      const retry_after_ms = is_ours ? retryAfterMs(response.headers.get('Retry-After'), this.nowMs()) : null;
      const broke_down = BROKE_DOWN.has(status);
      throw new Unreachable(`the server answered ${status}`, { code, retry_after_ms, broke_down, request_id });
    }
    const speaks = (status >= 200 && status < 300) || status === 304 || (status >= 400 && status < 500);
    if (!speaks) throw new NotBelieved(`status ${status}: something stands between this phone and the server`);
    this.#remember(response);
  }

  /** @param {Response} response */
  #remember(response) {
    const epoch = response.headers.get('Server-Epoch');
    if (epoch === null) return;
    this.rumoured_epoch = epoch;
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (!Number.isNaN(date)) this.server_offset_ms = Math.round(date - this.nowMs());
  }

  /**
   * Throws what a 4xx means. Without a problem object it is not this server speaking.
   * @param {Response} response
   * @returns {Promise<never>}
   */
  async refuse(response) {
    const problem = await this.#read(() => problemIn(response));
    const request_id = this.last?.request_id ?? null;
    if (problem === null) throw new NotBelieved(`status ${response.status} without a problem object`);
    throw response.status === 413 ? new TooLarge(problem, request_id) : new Rejected(response.status, problem, request_id);
  }

  /**
   * Reads a body: a connection cut in the middle, or one that died there without a word, is "later"; text that is no JSON is
   * nobody's word.
   * @template T
   * @param {() => Promise<T>} reading
   * @returns {Promise<T>}
   */
  async #read(reading) {
    const patience = this.#patience;
    let giveUp = () => {};
    const silence = new Promise((/** @type {(_: never) => void} */ _, reject) => {
      giveUp = () => {
        reject(new Error('silence'));
        patience?.abort();
      };
    });
    const timer = setTimeout(giveUp, this.timeout_ms);
    this.signal?.addEventListener('abort', giveUp);
    this.#waiting = { since_ms: this.nowMs(), giveUp };
    try {
      return await Promise.race([reading(), silence]);
    } catch (fault) {
      if (this.signal?.aborted) throw new Stopped();
      if (fault instanceof SyntaxError) throw new NotBelieved('the answer is not JSON');
      throw new Unreachable(`the answer was cut: ${fault}`, { broke_down: true });
    } finally {
      clearTimeout(timer);
      this.signal?.removeEventListener('abort', giveUp);
      this.#waiting = null;
    }
  }
}

/**
 * The body as bytes, compressed where that is worth it and the browser can.
 * @param {any} body
 * @param {Record<string, string>} headers
 * @returns {Promise<BodyInit>}
 */
async function packed(body, headers) {
  headers['Content-Type'] = 'application/json';
  const blob = new Blob([JSON.stringify(body)]);
  if (blob.size < GZIP_FROM_BYTES || !('CompressionStream' in globalThis)) return blob.arrayBuffer();
  headers['Content-Encoding'] = 'gzip';
  return new Response(blob.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}

/**
 * The problem object of an error answer; null when there is none.
 * @param {Response} response
 * @returns {Promise<import("../types.js").ProblemShape|null>}
 */
export async function problemIn(response) {
  if (!(response.headers.get('Content-Type') ?? '').startsWith(PROBLEM_TYPE)) return null;
  // A body that was cut on its way is no problem object either; the status alone decides then.
  const text = await response.text().catch(() => '');
  try {
    return problemOf(JSON.parse(text));
  } catch (fault) {
    if (fault instanceof SyntaxError) return null;
    throw fault;
  }
}

/**
 * Milliseconds asked for by Retry-After, as seconds or as a date; null when absent or unreadable.
 * @param {string|null} value
 * @param {number} now_ms
 * @returns {number|null}
 */
export function retryAfterMs(value, now_ms) {
  if (value === null || value.trim() === '') return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now_ms);
}

/**
 * What can stop a sync, as errors that all mean "keep everything". None of them ever deletes or reorders a record.
 */

export { NotBelieved } from '../core/not_believed.js';

/** @typedef {import("../types.js").ProblemShape} ProblemShape */

/** Every code that is the phone's own and not the server's: each has words. */
export const CLIENT_CODES = /** @type {const} */ ([
  'unreachable', 'not-believed', 'not-enrolled', 'stopped', 'other-tab', 'upload-gone', 'photo-lost', 'receipts-unreadable',
  'package-damaged', 'package-incomplete', 'package-unreadable', 'package-version', 'storage-full', 'storage-newer',
  'storage-broken', 'unexpected',
]);

/** Something stopped the sync; `code` is the key of the words that explain it. */
export class SyncStop extends Error {
  /**
   * @param {string} code
   * @param {string} detail
   * @param {string|null} [request_id] the server's own name for the exchange
   */
  constructor(code, detail, request_id = null) {
    super(detail);
    this.name = 'SyncStop';
    this.code = code;
    this.request_id = request_id;
  }
}

/**
 * No usable answer; the same request may be sent again, not before `retry_after_ms` where that is given. `broke_down` tells
 * an answer lost on its way, or a server that broke, from one that said "later": the request itself may be the cause.
 */
export class Unreachable extends SyncStop {
  /**
   * @param {string} detail
   * @param {{code?: string, retry_after_ms?: number|null, broke_down?: boolean, request_id?: string|null}} [how]
   */
  constructor(detail, { code = 'unreachable', retry_after_ms = null, broke_down = false, request_id = null } = {}) {
    super(code, detail, request_id);
    this.name = 'Unreachable';
    this.retry_after_ms = retry_after_ms;
    this.broke_down = broke_down;
  }
}

/** The server no longer takes this phone's token: everything stays here until it is enrolled again. */
export class ReenrolNeeded extends SyncStop {
  /** @param {string} code @param {string} detail @param {string|null} [request_id] */
  constructor(code, detail, request_id = null) {
    super(code, detail, request_id);
    this.name = 'ReenrolNeeded';
  }
}

/** The server understood and will not take it as it is. */
export class Rejected extends SyncStop {
  /** @param {number} status @param {ProblemShape} problem @param {string|null} [request_id] */
  constructor(status, problem, request_id = null) {
    super(problem.code, problem.detail ?? `status ${status}`, request_id);
    this.name = 'Rejected';
    this.status = status;
    this.problem = problem;
  }
}

/** The server takes less at once (413). */
export class TooLarge extends Rejected {
  /** @param {ProblemShape} problem @param {string|null} [request_id] */
  constructor(problem, request_id = null) {
    super(413, problem, request_id);
    this.name = 'TooLarge';
  }
}

/** The sync was told to stop: the tab closes, or the person switched it off. */
export class Stopped extends SyncStop {
  constructor() {
    super('stopped', 'the sync was told to stop');
    this.name = 'Stopped';
  }
}

/**
 * The code a screen explains a failure by.
 * @param {unknown} fault
 * @returns {string}
 */
export function codeOf(fault) {
  if (fault instanceof SyncStop) return fault.code;
  if (fault instanceof Error && fault.name === 'NotBelieved') return 'not-believed';
  const { code } = /** @type {any} */ (fault ?? {});
  return typeof code === 'string' ? code : 'unexpected';
}

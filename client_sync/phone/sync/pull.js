/**
 * Fetches what is new at the office, page by page. Never touches what this phone has not sent; keeps a cursor only together
 * with the page it came with.
 */

import { applyPull, beginResync, pullCursor } from '../store/work.js';
import { NotBelieved, Rejected } from './errors.js';

/** @typedef {import("./context.js").Round} Round */

const PAGE = 500;
const GONE = 410;
const NO_SUCH_PART = 404;

/**
 * Pulls until there is no more. A cursor the server no longer knows begins a whole new snapshot, once.
 * @param {Round} round
 */
export async function pullAll(round) {
  let has_resynced = false;
  for (let pages = 0; ; pages += 1) {
    round.report('pulling', pages, 0);
    const cursor = await pullCursor(round.db);
    const page = await nextPage(round, cursor);
    if (page === 'gone') {
      if (has_resynced) throw new NotBelieved('the server refuses the cursor of its own snapshot');
      has_resynced = true;
      await beginResync(round.db);
      continue;
    }
    if (page === null) return;
    if (page.more && page.cursor === cursor) throw new NotBelieved('the pull stands still');
    await applyPull(round.db, page);
    if (!page.more) return;
  }
}

/**
 * @param {Round} round
 * @param {string|null} cursor
 * @returns {Promise<import("../store/work.js").PullPage|"gone"|null>} null: this server has no pull
 */
async function nextPage({ wire }, cursor) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
  /** @type {any} */
  let page;
  try {
    page = await wire.json('GET', `/pull?${query}`);
  } catch (fault) {
    if (fault instanceof Rejected && fault.status === GONE && cursor !== null) return 'gone';
    if (fault instanceof Rejected && fault.status === NO_SUCH_PART) return null;
    throw fault;
  }
  if (!Array.isArray(page.changes) || typeof page.cursor !== 'string') throw new NotBelieved('the answer is no page of a pull');
  return page;
}

/**
 * The one line that says what is only on this phone and what sync is doing; a tap syncs. Claims nothing as sent that no receipt
 * covers.
 */

import { h } from './dom.js';
import { bytesWords, instantWords } from './format.js';
import { icon } from './icons.js';
import { stateLine } from './parts.js';
import { t, tOr } from './words.js';

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {{drafts: number, queued: number, received: number, complete: number, aside: number, photos_unsent: number}} Counts */

const WORKING = ['pushing', 'uploading', 'receipts', 'pulling', 'package'];

/** @param {Phone} phone @param {Counts} counts @returns {import("./dom.js").Children} */
export function syncLine(phone, { queued, received, aside, photos_unsent }) {
  const { phase, done, total, problem_code } = phone.sync.progress;
  const onclick = () => void phone.sync.syncNow('button');
  const waiting = queued + aside;
  const is_clear = waiting === 0 && received === 0 && photos_unsent === 0;
  const parts = { reports: waiting, received, photos: photos_unsent };
  const told = Object.entries(parts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => t(`sync.unsent_${name}`, { n }));
  const what = is_clear ? t('sync.all_there') : told.join(' · ');
  if (WORKING.includes(phase)) {
    const now = workWords(phase, done, total);
    return [
      stateLine({ sign: icon('sync'), text: [what, h('br'), now], act: 'sync', onclick }),
      total > 0 && h('progress', { max: total, value: done, 'aria-label': now }),
    ];
  }
  const last = phone.identity?.last_sync_at ?? null;
  const when = last === null ? t('sync.never') : t('sync.last', { when: instantWords(last, phone.clock.nowMs()) });
  const why = phase === 'failed' && problem_code ? tOr(`problem.${problem_code}`, 'problem.unexpected') : when;
  return stateLine({
    sign: icon(is_clear ? 'ok' : 'sync'),
    text: [what, h('br'), why],
    level: is_clear && phase !== 'failed' ? 'ok' : 'wait',
    act: 'sync',
    onclick,
  });
}

/** How far one step of a sync is; a package is counted in bytes, all else in pieces. @param {string} phase @param {number} done @param {number} total */
function workWords(phase, done, total) {
  if (total === 0) return t(`sync.${phase}`, { done: '', total: '' }).replace(/ ?\/$/, '');
  const say = phase === 'package' ? bytesWords : String;
  return t(`sync.${phase}`, { done: say(done), total: say(total) });
}

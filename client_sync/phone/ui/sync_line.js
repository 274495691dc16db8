/**
 * The one line that says what is only on this phone and what sync is doing; a tap syncs. Claims nothing as sent that no receipt
 * covers.
 */

import { h } from './dom.js';
import { bytesWords, instantWords } from './format.js';
import { icon } from './icons.js';
import { stateLine } from './parts.js';
import { known, t, tOr } from './words.js';

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {import("../store/outbox.js").Counts} Counts */

const WORKING = ['pushing', 'uploading', 'receipts', 'pulling', 'package'];

/** Whether the office has everything that was sealed. @param {Counts} counts */
export function isClear({ queued, received, aside, photos_unsent, photos_refused }) {
  return queued + received + aside + photos_unsent + photos_refused === 0;
}

/** What is not at the office yet, each kind by its name. @param {Counts} counts */
export function unsentWords(counts) {
  if (isClear(counts)) return t('sync.all_there');
  const { queued, steps, received, aside, photos_unsent, photos_refused } = counts;
  const parts = { reports: queued - steps, steps, aside, received, photos: photos_unsent, refused: photos_refused };
  return Object.entries(parts).filter(([, n]) => n > 0).map(([name, n]) => t(`sync.unsent_${name}`, { n })).join(' · ');
}

/** Why the last sync failed; where nothing waits, nothing is said to. @param {string} code @param {boolean} is_clear */
export function failureWords(code, is_clear) {
  const clear = `sync.clear_${code}`;
  return is_clear && known(clear) ? t(clear) : tOr(`problem.${code}`, 'problem.unexpected');
}

/** @param {Phone} phone @param {Counts} counts @returns {import("./dom.js").Children} */
export function syncLine(phone, counts) {
  const { phase, done, total, problem_code } = phone.sync.progress;
  const onclick = () => void phone.sync.syncNow('button');
  const is_clear = isClear(counts);
  const what = unsentWords(counts);
  if (WORKING.includes(phase)) {
    const now = workWords(phase, done, total);
    return [
      stateLine({ sign: icon('sync'), text: [what, h('br'), now], act: 'sync', onclick }),
      total > 0 && h('progress', { max: total, value: done, 'aria-label': now }),
    ];
  }
  const needs_care = counts.aside + counts.photos_refused > 0;
  const last = phone.identity?.last_sync_at ?? null;
  const when = last === null ? t('sync.never') : t('sync.last', { when: instantWords(last, phone.clock.nowMs()) });
  const is_to_tell = phase === 'failed' && problem_code !== null && !isToldByStanding(phone, problem_code);
  const why = is_to_tell ? failureWords(problem_code, is_clear) : when;
  return stateLine({
    sign: icon(is_clear ? 'ok' : needs_care ? 'warn' : 'sync'),
    text: [what, h('br'), why],
    level: needs_care ? 'warn' : is_clear && phase !== 'failed' ? 'ok' : 'wait',
    act: 'sync',
    onclick,
  });
}

/** Having to join again is told on top of the screen, with the way to do so; twice would look like two troubles. @param {Phone} phone @param {string} code */
function isToldByStanding({ identity }, code) {
  return (identity?.standing ?? 'ok') !== 'ok' && ['device-revoked', 'token-expired'].includes(code);
}

/** How far one step of a sync is; a package is counted in bytes, all else in pieces. @param {string} phase @param {number} done @param {number} total */
function workWords(phase, done, total) {
  if (total === 0) return t(`sync.${phase}`, { done: '', total: '' }).replace(/ ?\/$/, '');
  const say = phase === 'package' ? bytesWords : String;
  return t(`sync.${phase}`, { done: say(done), total: say(total) });
}

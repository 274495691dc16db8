/**
 * What the state of a sealed record is called: one sentence, one ring, one level. Says "received" of nothing that no verified
 * receipt covers.
 */

import { instantWords } from '../format.js';
import { ring } from '../icons.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {"ok"|"wait"|"warn"|"bad"} Level */

/**
 * @param {OutboxRecord} record
 * @param {number} now_ms
 * @returns {string}
 */
export function stateWords(record, now_ms) {
  const { state, current, missing, attempts, carried_at } = record;
  if (state === 'aside') return t('state.aside');
  if (current === 'quarantined') return t('state.quarantined');
  if (current === 'held') return t('state.held');
  if (state === 'queued' && carried_at !== null) return t('state.carried', { when: instantWords(carried_at, now_ms) });
  if (state === 'queued') return attempts > 0 ? t('state.tried', { n: attempts }) : t('state.queued');
  if (state === 'received') return missing.length > 0 ? t('state.received', { n: missing.length }) : t('state.confirming');
  return t(record.photos.length > 0 ? 'state.complete' : 'state.bare');
}

/** @param {OutboxRecord} record @returns {Level} */
export function stateLevel({ state, current, problem }) {
  if (state === 'aside') return 'bad';
  if (current === 'quarantined' || problem?.code === 'photo-lost') return 'warn';
  return state === 'complete' ? 'ok' : 'wait';
}

/** @param {OutboxRecord} record */
export function stateRing({ state }) {
  return ring(state);
}

/** A person may have to do something. @param {OutboxRecord} record */
export function wantsCare(record) {
  return record.state === 'aside' || record.problem?.code === 'photo-lost';
}

/** A problem in words with what to do. @param {{code: string}} problem */
export function problemWords({ code }) {
  return tOr(`problem.${code}`, 'problem.unexpected');
}

/** What was seen, in a word. @param {string|null} kind */
export function kindWords(kind) {
  return kind === null ? t('report.title') : tOr(`capture.kind.${kind}`, 'report.title');
}
/**
 * Who was there: oneself by name, others as they were written down.
 * @param {{id: string, certificate_no?: string|null}[]} inspectors
 * @param {{id: string, name: string}|null} self
 */
export function peopleWords(inspectors, self) {
  const called = inspectors.map(({ id, certificate_no }) => [id === self?.id ? self.name : '', certificate_no].filter(Boolean).join(' ') || id);
  return called.join('、');
}


/**
 * What the state of a sealed record is called: one sentence, one ring, one level. Says "received" of nothing that no verified
 * receipt covers.
 */

import { wantedPhotos } from '../../core/sync_states.js';
import { bytesWords, instantWords } from '../format.js';
import { ring } from '../icons.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {"ok"|"wait"|"warn"|"bad"} Level */

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/**
 * The photos of a record that the office still wants and did not take.
 * @param {OutboxRecord} record
 * @param {ReadonlySet<string>} refused the digests of all such photos
 */
export function refusedOf(record, refused) {
  return wantedPhotos(record).filter((digest) => refused.has(digest));
}

/**
 * @param {OutboxRecord} record
 * @param {number} now_ms
 * @param {ReadonlySet<string>} [refused] the photos that the office did not take
 * @returns {string}
 */
export function stateWords(record, now_ms, refused = NONE) {
  const { state, current, missing, attempts, carried_at } = record;
  if (state === 'aside') return t('state.aside');
  const n_refused = refusedOf(record, refused).length;
  if (state === 'received' && n_refused > 0) return t('state.refused', { n: n_refused });
  if (current === 'quarantined') return t('state.quarantined');
  if (current === 'held') return t('state.held');
  if (state === 'queued' && carried_at !== null) return t('state.carried', { when: instantWords(carried_at, now_ms) });
  if (state === 'queued') return attempts > 0 ? t('state.tried', { n: attempts }) : t('state.queued');
  if (state === 'received') return missing.length > 0 ? t('state.received', { n: missing.length }) : t('state.confirming');
  return t(record.photos.length > 0 ? 'state.complete' : 'state.bare');
}

/** @param {OutboxRecord} record @param {ReadonlySet<string>} [refused] @returns {Level} */
export function stateLevel(record, refused = NONE) {
  if (record.state === 'aside') return 'bad';
  if (record.current === 'quarantined' || wantsCare(record, refused)) return 'warn';
  return record.state === 'complete' ? 'ok' : 'wait';
}

/** @param {OutboxRecord} record */
export function stateRing({ state }) {
  return ring(state);
}

/** A person may have to do something. @param {OutboxRecord} record @param {ReadonlySet<string>} [refused] */
export function wantsCare(record, refused = NONE) {
  return record.state === 'aside' || record.problem?.code === 'photo-lost' || refusedOf(record, refused).length > 0;
}

/**
 * Whether the same may be offered again: not where the office said never, for then only a carried file helps.
 * @param {{retry?: string}|null|undefined} problem
 */
export function mayTryAgain(problem) {
  return problem?.retry !== 'never';
}

/**
 * Why the office did not take a photo.
 * @param {import("../../types.js").Refusal["problem"]} problem
 */
export function refusalWords(problem) {
  if (problem.code !== 'too-large') return problemWords(problem);
  const { max_bytes } = problem;
  return typeof max_bytes === 'number' ? t('report.refused_too_large', { max: bytesWords(max_bytes) }) : t('report.refused_large');
}

/** A problem in words with what to do. @param {{code: string}} problem */
export function problemWords({ code }) {
  return tOr(`problem.${code}`, 'problem.unexpected');
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

/** What was seen, in a word. @param {string|null} kind */
export function kindWords(kind) {
  return kind === null ? t('report.title') : tOr(`capture.kind.${kind}`, 'report.title');
}

/**
 * What stands in the way of a report: what it means, what is safe, and what a person can do about it. Deletes nothing and
 * promises no outcome: to try again is to ask the office again.
 */

import { tryAgain } from '../../store/outbox.js';
import { photoRow, refusedPhotos } from '../../store/photos.js';
import { h } from '../dom.js';
import { bytesWords } from '../format.js';
import { banner, chip, toast } from '../parts.js';
import { t } from '../words.js';
import { mayTryAgain, problemWords, refusalWords, refusedOf } from './report_words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../../types.js").ProblemShape} ProblemShape */
/** @typedef {import("../../types.js").PhotoRow} PhotoRow */

/**
 * @param {Phone} phone
 * @param {OutboxRecord[]} records every revision, oldest first
 * @param {ProblemShape|null} problem of the newest
 */
export async function careHere(phone, records, problem) {
  const newest = records[records.length - 1];
  const aside = records.filter((record) => record.state === 'aside');
  const refused = await rowsOf(phone, refusedOf(newest, await refusedPhotos(phone.db)));
  return [
    aside.length > 0 && asideHere(phone, aside),
    problem && newest.state !== 'aside' && banner({ level: 'warn', text: problemWords(problem) }),
    refused.length > 0 && refusedHere(phone, newest, refused),
  ];
}

/** @param {Phone} phone @param {string[]} digests @returns {Promise<PhotoRow[]>} */
async function rowsOf({ db }, digests) {
  const rows = await Promise.all(digests.map((digest) => photoRow(db, digest)));
  return rows.filter((row) => row !== null);
}

/**
 * What the office did not take at all: the way out is another try or a carried file; after a "never" only the file.
 * @param {Phone} phone
 * @param {OutboxRecord[]} aside
 */
export function asideHere(phone, aside) {
  const again = aside.filter(({ problem }) => mayTryAgain(problem));
  const causes = [...new Set(aside.map(({ problem }) => problemWords(problem ?? { code: 'unexpected' })))];
  const text = [...causes, t(again.length > 0 ? 'report.try_or_carry' : 'report.carry_only')].map((words) => [words, h('br')]);
  return banner({ level: 'bad', text, actions: [again.length > 0 && tryChip(phone, again), carryChip(phone)] });
}

/**
 * Photos that the office did not take, while the report itself may be there.
 * @param {Phone} phone
 * @param {OutboxRecord} record
 * @param {PhotoRow[]} rows
 */
function refusedHere(phone, record, rows) {
  const why = rows.flatMap(({ digest, bytes, refusal }) => (refusal ? [t('report.refused_photo', {
    number: record.photos.indexOf(digest) + 1, size: bytesWords(bytes), why: refusalWords(refusal.problem),
  })] : []));
  const safe = [...(record.state === 'received' ? [t('report.refused_text_in')] : []), t('report.refused_kept')];
  return banner({
    level: 'warn',
    title: t('report.refused_title', { n: rows.length }),
    text: [...why, ...safe, t('report.refused_do')].map((words) => [words, h('br')]),
    actions: [tryChip(phone, [record]), carryChip(phone)],
  });
}

/** @param {Phone} phone @param {OutboxRecord[]} records */
function tryChip(phone, records) {
  const again = async () => {
    await tryAgain(phone.db, records);
    toast(t('report.trying'));
    await phone.sync.syncNow('button');
  };
  return chip({ label: t('report.try_again'), act: 'try-again', onclick: () => void again() });
}

/** @param {Phone} phone */
function carryChip(phone) {
  return chip({ label: t('report.carry'), act: 'carry', onclick: () => phone.go('/more') });
}

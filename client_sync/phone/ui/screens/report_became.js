/**
 * What the office made of a report: the parcel it was matched with, its lead, its case. Tells a machine's judgement apart from
 * a person's decision, and promises no outcome.
 */

import { parcel } from '../../store/land.js';
import { h } from '../dom.js';
import { card, facts } from '../parts.js';
import { landName } from '../place_words.js';
import { inWords, t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").ReportState} ReportState */

/**
 * @param {Phone} phone
 * @param {ReportState|null} told null: the office has said nothing yet
 */
export async function becameHere(phone, told) {
  const title = t('report.became');
  if (!told?.match && !told?.lead && !told?.case) return card(title, h('p', { class: 'quiet' }, t('report.became_unknown')));
  return card(title, facts([
    [t('report.match'), told.match && await matchWords(phone, told.match)],
    [t('report.lead'), told.lead && `${told.lead.number} · ${tOr(`report.lead.${told.lead.status}`, 'report.number')}`],
    [t('report.case'), told.case?.number],
  ]));
}

/** @param {Phone} phone @param {NonNullable<ReportState["match"]>} match */
async function matchWords(phone, match) {
  const { state, parcel_id, parcel_code, probability, decided_by } = match;
  const land = parcel_id === null ? null : await parcel(phone.db, parcel_id);
  const name = t(`report.match.${state}`, { code: land ? landName(land) : (parcel_code ?? '') });
  const is_known = state === 'matched' && parcel_id !== null;
  const place = is_known ? h('a', { href: `#/parcel/${parcel_id}`, 'data-act': 'matched-parcel' }, name) : name;
  const sure = decided_by === 'machine' && probability !== null ? ` ${Math.round(probability * 100)} %` : '';
  const by = h('span', { class: decided_by === 'machine' ? 'machine' : 'done' }, t(`report.match_by.${decided_by}`), sure);
  return [place, ' ', by, h('br'), h('span', { class: 'quiet' }, inWords(match, 'reason'))];
}

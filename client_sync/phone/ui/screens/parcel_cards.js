/**
 * The cards of a parcel: what is due, papers, facts, own records, other layers, law. Draws what it is handed and reads nothing.
 */

import { h } from '../dom.js';
import { areaWords, chinaDay, dayWords, instantWords } from '../format.js';
import { ring, shape } from '../icons.js';
import { card, facts, row } from '../parts.js';
import { inWords, known, t, tOr } from '../words.js';
import { lawNote } from '../capture/law_note.js';
import { areaNode, attributeFacts, awayWords, dotted, dueWords, shareWords, sinceDay, useWords } from './land_words.js';

/** @typedef {import("../../types.js").Parcel} Parcel */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Task} Task */
/** @typedef {import("../../types.js").Duty} Duty */
/** @typedef {import("../../types.js").CaseNote} CaseNote */
/** @typedef {import("../../types.js").Draft} Draft */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../../types.js").LawText & {kinds?: string[]}} LawText */
/** @typedef {{layer: string, id: string, share: number, feature: import("../../types.js").Feature|null}} Cover */

/** Layers whose features are papers somebody on the land can show. */
const PAPERS = ['approval', 'supply', 'temporary_land', 'mining'];
/** The observation a duty or a matter of each programme is seen by. */
const OBSERVED_AS = /** @type {Record<string, string>} */ ({ idle_land: 'construction', illegal_use: 'land_use', reclamation: 'reclamation' });

/**
 * Tasks, duties and open matters: why one is here.
 * @param {Phone} phone
 * @param {{tasks: Task[], duties: Duty[], notes: CaseNote[]}} what
 */
export function dueCard(phone, { tasks, duties, notes }) {
  const today = chinaDay(phone.clock.nowMs());
  const by_day = [...duties].sort((one, other) => (one.due_on ?? '9999').localeCompare(other.due_on ?? '9999'));
  const lines = [
    tasks.map((task) => row({ lead: shape(task.programme), title: task.reason, text: dueWords(task.due_on, today) })),
    notes.map((note) => noteRow(note, today)),
    by_day.map((duty) => dutyRow(duty, today)),
  ].flat();
  return card(t('land.due'), lines.length > 0 ? lines : h('p', { class: 'hint' }, t('land.due_none')));
}

/** @param {CaseNote} note @param {string} today */
function noteRow(note, today) {
  const next = note.next_due && h('span', null, ' · ', t('land.next_due', { day: dayWords(note.next_due, today) }));
  return row({ lead: shape(note.programme), title: `${t(`matter.${note.type}`)} ${note.number}`, text: [inWords(note, 'summary'), next] });
}

/** @param {Duty} duty @param {string} today */
function dutyRow(duty, today) {
  const more = [duty.party, duty.contract_no ?? duty.supply_no, areaNode(duty.area_m2), duty.delivered_on && t('land.delivered', { day: duty.delivered_on })];
  return row({
    lead: shape(duty.programme),
    title: tOr(`duty.${duty.kind}`, 'capture.duty_other', { kind: duty.kind }),
    text: [
      h('span', { class: 'line' }, dueWords(duty.due_on, today)),
      known(`look.${duty.kind}`) && h('span', { class: 'line line-ink' }, t(`look.${duty.kind}`)),
      h('span', { class: 'line' }, dotted(more)),
    ],
  });
}

/**
 * The papers to ask for: number, dates, and whatever is on record.
 * @param {Cover[]} covers
 */
export function papersCard(covers) {
  const papers = covers.filter(({ layer }) => PAPERS.includes(layer));
  if (papers.length === 0) return card(t('land.papers'), h('p', null, h('strong', null, t('land.papers_none'))), h('p', { class: 'hint' }, t('land.papers_none_text')));
  return card(t('land.papers'), h('p', { class: 'hint' }, t('land.papers_hint')), papers.map(paper));
}

/** @param {Cover} cover */
function paper({ layer, share, feature }) {
  const name = tOr(`layer.${layer}`, layer);
  if (!feature) return h('section', { class: 'paper' }, h('h3', null, name), h('p', { class: 'quiet' }, t('land.paper_unknown')));
  return h(
    'section',
    { class: 'paper' },
    h('h3', null, `${name} ${feature.code}`),
    feature.name && h('p', null, feature.name),
    facts([
      ...attributeFacts(feature),
      [t('attribute.valid_from'), sinceDay(feature.valid_from)],
      [t('attribute.valid_to'), feature.valid_to],
      [t('attribute.share'), shareWords(share)],
    ]),
  );
}

/**
 * What the register says.
 * @param {Parcel} parcel
 * @param {{lon: number, lat: number}|null} from
 */
export function factsCard(parcel, from) {
  const ownership = parcel.ownership && tOr(`land.ownership.${parcel.ownership}`, parcel.ownership);
  return card(
    t('land.facts'),
    facts([
      [t('land.area'), areaWords(parcel.area_m2)],
      [t('land.use'), useWords(parcel.land_use)],
      [t('land.holder'), parcel.holder],
      [t('land.ownership'), ownership],
      [t('land.code'), parcel.code],
      [t('land.region'), parcel.region_name ? `${parcel.region_name} ${parcel.region}` : parcel.region],
      [t('land.valid_from'), sinceDay(parcel.valid_from)],
      [t('land.away'), awayWords(from, parcel)],
    ]),
  );
}

/**
 * What this phone recorded here: drafts, then the newest revision of each report.
 * @param {Phone} phone
 * @param {Parcel} parcel
 * @param {{records: OutboxRecord[], drafts: Draft[]}} what
 */
export function reportsCard(phone, parcel, { records, drafts }) {
  const now_ms = phone.clock.nowMs();
  const begun = drafts.filter((draft) => draft.parcel_id === parcel.id).map((draft) => row({
    lead: ring('draft'), title: instantWords(draft.captured_at ?? draft.started_at, now_ms), text: t('land.state.draft'),
    act: `draft-${draft.id}`, onclick: () => phone.go(`/visit/${draft.id}`),
  }));
  const sealed = newest(records.filter((one) => isHere(one, parcel))).map((record) => row({
    lead: ring(record.state),
    title: [kindWords(record.summary.kind), ' ', instantWords(record.summary.captured_at, now_ms)],
    text: [t(`land.state.${record.state}`), record.rev > 1 && ` · ${t('land.rev', { rev: record.rev - 1 })}`],
    act: `record-${record.id}`, onclick: () => phone.go(`/report/${record.id}`),
  }));
  const lines = [...begun, ...sealed];
  return card(t('land.reports'), lines.length > 0 ? lines : h('p', { class: 'hint' }, t('land.reports_none')));
}

/** @param {string|null} kind */
function kindWords(kind) {
  return kind && known(`capture.kind.${kind}`) ? t(`capture.kind.${kind}`) : '';
}

/** @param {OutboxRecord} record @param {Parcel} parcel */
function isHere({ type, summary }, parcel) {
  return type === 'report' && (summary.parcel_id === parcel.id || summary.parcel_claim === parcel.code);
}

/**
 * The newest revision of each report, the latest seen first.
 * @param {OutboxRecord[]} records
 */
function newest(records) {
  /** @type {Map<string, OutboxRecord>} */
  const by_id = new Map();
  for (const record of records) if ((by_id.get(record.id)?.rev ?? 0) < record.rev) by_id.set(record.id, record);
  return [...by_id.values()].sort((one, other) => Date.parse(other.summary.captured_at) - Date.parse(one.summary.captured_at));
}

/**
 * Farmland, red line and whatever else lies on the parcel, with its share.
 * @param {Cover[]} covers
 */
export function othersCard(covers) {
  const others = covers.filter(({ layer }) => !PAPERS.includes(layer)).sort((one, other) => other.share - one.share);
  if (others.length === 0) return card(t('land.others'), h('p', { class: 'hint' }, t('land.others_none')));
  return card(t('land.others'), others.map(({ layer, share, feature }) => row({
    title: tOr(`layer.${layer}`, layer),
    text: dotted([h('span', { class: 'line-ink' }, shareWords(share)), feature?.name ?? classOf(feature), feature?.code]),
  })));
}

/** @param {import("../../types.js").Feature|null} feature a feature of the current land use has a class and no name */
function classOf(feature) {
  const { land_use_code: code, DLBM, scheme = '' } = feature?.attributes ?? {};
  return code || DLBM ? useWords({ code: code ?? DLBM, scheme }) : null;
}

/**
 * The provisions printed for what is owed or open here, closed until they are tapped; nothing when nothing is.
 * @param {LawText[]} laws
 * @param {{duties: Duty[], notes: CaseNote[]}} what
 */
export function lawCard(laws, { duties, notes }) {
  const kinds = new Set([...duties, ...notes].map(({ programme }) => OBSERVED_AS[programme]));
  const concerned = laws.filter((law) => law.kinds?.some((kind) => kinds.has(kind)));
  return concerned.length > 0 ? card(t('land.law'), concerned.map((law) => lawNote(law, { open: false }))) : null;
}

/**
 * What to ask on the spot for a kind of observation, given what the server already knows of the place.
 * Never asks what the answers so far make pointless, and offers known names and numbers for one tap.
 */

import { ACT, BY_KIND, PEOPLE } from './question_tables.js';

/** @typedef {import("./question_tables.js").Question} Question */
/** @typedef {import("./question_tables.js").Condition} Condition */
/** @typedef {import("../types.js").Parcel} Parcel */
/** @typedef {import("../types.js").Duty} Duty */
/** @typedef {import("../types.js").CaseNote} CaseNote */
/** @typedef {import("../types.js").Feature} Feature */
/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Draft} Draft */
/**
 * What the phone holds of a place; `approvals` are the features that cover the parcel, of whatever layer.
 * @typedef {{parcel?: Parcel|null, duties?: readonly Duty[], notes?: readonly CaseNote[], approvals?: readonly Feature[]}} Known
 */
/** @typedef {"construction"|"land_use"|"reclamation"|"routine"} Kind */
/** @typedef {{code: "unsaid", field: string, label_key: string}|{code: "no_parcel"}|{code: "nowhere"}} Gap */

/** @type {readonly Kind[]} */
export const KINDS = ['construction', 'land_use', 'reclamation'];

/** @type {Readonly<Record<string, Kind>>} */
const KIND_OF_PROGRAMME = { idle_land: 'construction', illegal_use: 'land_use', reclamation: 'reclamation' };
/** Kinds that are judged against what somebody owes on one parcel; any other act is judged where it stands. */
const OWED_ON_A_PARCEL = ['construction', 'reclamation'];
const BUILDING_DUTIES = ['start_construction', 'finish_construction'];
const PERMIT_NAMES = ['construction_permit_no', 'permit_no', '施工许可证号', '建筑工程施工许可证号'];

/**
 * The questions of a kind in the order of the screen, before any is answered (see asked()).
 * @param {Kind} kind
 * @param {Known} [known] what the phone holds of the place
 * @returns {Question[]}
 */
export function questionsFor(kind, known = {}) {
  const own = (BY_KIND[kind] ?? []).filter((question) => !isKnown(question, known));
  if (kind === 'routine') return [];
  const about = [...own, ...onsiteQuestions(kind, known)];
  return about.map((question) => completed(question, known));
}

/**
 * The questions that make sense with the answers so far.
 * @param {readonly Question[]} questions
 * @param {Pick<Draft, "observation"|"onsite">} draft
 * @returns {Question[]}
 */
export function asked(questions, draft) {
  return questions.filter(({ when = [] }) => when.every((condition) => holds(condition, draft)));
}

/**
 * The draft's answers without those whose question no longer makes sense, so that no forgotten answer is signed.
 * Fields that no question of this kind asks are kept as they are.
 * @template {Pick<Draft, "observation"|"onsite">} D
 * @param {readonly Question[]} questions
 * @param {D} draft
 * @returns {D}
 */
export function withoutStale(questions, draft) {
  let current = draft;
  for (let round = 0; round < questions.length; round += 1) {
    const live = new Set(asked(questions, current).map((question) => question.field));
    const stale = questions.find(({ field }) => !live.has(field) && isAnswered(current, field));
    if (stale === undefined) return current;
    current = withAnswer(current, stale.field, null);
  }
  return current;
}

/**
 * What a report must say to be about something, and does not yet: what was seen, and which land. Warns and never forbids; of
 * "nothing found" nothing more is wanted.
 * @param {readonly Question[]} questions those of its kind
 * @param {Pick<Draft, "observation"|"onsite"|"parcel_claim"|"task_id"|"sketch"|"position">} draft
 * @returns {Gap[]}
 */
export function gapsOf(questions, draft) {
  const kind = draft.observation?.kind;
  if (kind === undefined || kind === 'routine') return [];
  const unsaid = asked(questions, draft).filter(({ tells, field }) => tells && !isAnswered(draft, field));
  const is_pointed_at = Boolean(draft.parcel_claim || draft.task_id || draft.sketch);
  const is_nowhere = !is_pointed_at && draft.position === null;
  const is_vague = !is_pointed_at && OWED_ON_A_PARCEL.includes(kind);
  return [
    ...unsaid.map(({ field, label_key }) => /** @type {Gap} */ ({ code: 'unsaid', field, label_key })),
    ...(is_nowhere ? [/** @type {Gap} */ ({ code: 'nowhere' })] : is_vague ? [/** @type {Gap} */ ({ code: 'no_parcel' })] : []),
  ];
}

/**
 * The draft with one answer; the input stays as it was.
 * @template {Pick<Draft, "observation"|"onsite">} D
 * @param {D} draft
 * @param {string} field
 * @param {any} value null takes the answer back
 * @returns {D}
 */
export function withAnswer(draft, field, value) {
  const [part, name] = /** @type {["observation"|"onsite", string]} */ (field.split('.'));
  const { [name]: _, ...others } = draft[part] ?? {};
  return { ...draft, [part]: value === null ? others : { ...others, [name]: value } };
}

/**
 * The kinds of observation in the order to offer them: first what the place's duties, tasks and open matters are about.
 * @param {Known & {task?: Task|null}} known
 * @returns {Kind[]}
 */
export function kindsFor({ duties = [], notes = [], task = null }) {
  const programmes = [task?.programme, ...duties.map((duty) => duty.programme), ...notes.map((note) => note.programme)];
  const likely = programmes.flatMap((programme) => KIND_OF_PROGRAMME[programme ?? ''] ?? []);
  return [...new Set([...likely, ...KINDS])];
}

/**
 * On-site facts: in full where the act may be unlawful; where a duty is being fulfilled only who was there.
 * @param {Kind} kind
 * @param {Known} known
 */
function onsiteQuestions(kind, { duties = [], notes = [] }) {
  const isOwed = kind !== 'land_use' && duties.some((duty) => KIND_OF_PROGRAMME[duty.programme] === kind);
  const isSuspected = notes.some((note) => note.programme === 'illegal_use');
  if (isOwed && !isSuspected) return PEOPLE;
  const stateAsked = (BY_KIND[kind] ?? []).some((question) => question.field === 'onsite.state');
  return [...ACT.filter((question) => !stateAsked || question.field !== 'onsite.state'), ...PEOPLE];
}

/**
 * Whether the server's own register already holds the answer.
 * @param {Question} question
 * @param {Known} known
 */
function isKnown({ field }, { parcel = null }) {
  return field === 'observation.current_class' && parcel?.land_use != null;
}

/**
 * @param {Question} question
 * @param {Known} known
 * @returns {Question}
 */
function completed(question, known) {
  const suggestions = suggestionsFor(question.field, known);
  const [law_text_id] = question.law_text_ids ?? [];
  return {
    ...question,
    ...(law_text_id === undefined ? {} : { law_text_id }),
    ...(suggestions.length === 0 ? {} : { suggestions }),
  };
}

/**
 * @param {string} field
 * @param {Known} known
 * @returns {{value: string, source: string}[]}
 */
function suggestionsFor(field, { parcel = null, duties = [], approvals = [] }) {
  if (field === 'onsite.suspect') {
    const parties = duties.map((duty) => ({ value: duty.party, source: 'duty' }));
    return distinct([...parties, { value: parcel?.holder, source: 'parcel' }]);
  }
  if (field !== 'observation.permit_no') return [];
  const building = duties.filter((duty) => BUILDING_DUTIES.includes(duty.kind));
  const permits = (/** @type {readonly {attributes: Record<string, any>}[]} */ rows, /** @type {string} */ source) =>
    rows.flatMap((row) => PERMIT_NAMES.map((name) => ({ value: row.attributes[name], source })));
  const supplies = approvals.filter((feature) => feature.layer === 'supply' || feature.layer === 'approval');
  return distinct([...permits(building, 'duty'), ...permits(supplies, 'approval')]);
}

/**
 * @param {readonly {value: any, source: string}[]} found
 * @returns {{value: string, source: string}[]}
 */
function distinct(found) {
  const once = new Map();
  for (const { value, source } of found) {
    if (typeof value === 'string' && value && !once.has(value)) once.set(value, { value, source });
  }
  return [...once.values()];
}

/**
 * @param {Condition} condition
 * @param {Pick<Draft, "observation"|"onsite">} draft
 */
function holds({ field, in: wanted, includes, not_in: unwanted }, draft) {
  const value = answerOf(draft, field);
  if (wanted !== undefined) return wanted.includes(value);
  if (unwanted !== undefined) return !unwanted.includes(value);
  return Array.isArray(value) && value.includes(includes);
}

/**
 * @param {Pick<Draft, "observation"|"onsite">} draft
 * @param {string} field
 */
function answerOf(draft, field) {
  const [part, name] = /** @type {["observation"|"onsite", string]} */ (field.split('.'));
  return draft[part]?.[name] ?? null;
}

/**
 * @param {Pick<Draft, "observation"|"onsite">} draft
 * @param {string} field
 */
function isAnswered(draft, field) {
  return answerOf(draft, field) !== null;
}

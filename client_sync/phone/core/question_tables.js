/**
 * The questions a visit may ask, as data: field, shape of the answer, choices, and when it makes sense.
 * Holds no legal number and no definition; those come printed from the area package by the id of their provision.
 */

/**
 * A condition on another answer of the draft; `field` is a path as in the manifest.
 * @typedef {{field: string, in?: readonly any[], includes?: any, not_in?: readonly any[]}} Condition
 */
/** @typedef {{value: any, label_key: string}} Option */
/**
 * `choice` one of the options, `choices` any of them, `share` 0..1, `whole` a count, `area` m² (offer the sketch's), `day` a
 * date, `text` free words, `flag` yes or no. `suggestions` are what the server knows: one tap takes it over.
 * @typedef {object} Question
 * @property {string} field path in the draft, such as `observation.stage`
 * @property {"flag"|"choice"|"choices"|"share"|"whole"|"area"|"day"|"text"} type
 * @property {string} label_key
 * @property {readonly Option[]} [options]
 * @property {readonly string[]} [law_text_ids] provisions to print where it is asked
 * @property {string} [law_text_id] the first of them
 * @property {readonly Condition[]} [when] every condition must hold
 * @property {readonly {value: string, source: string}[]} [suggestions]
 * @property {boolean} [more] asked behind 更多, not on the first sight
 * @property {boolean} [other] another answer may be given in words
 * @property {boolean} [tells] the answer is the report: without it nobody knows what was seen
 */

/** The provision that says what 动工 is, and the one on halted works. */
export const STARTED = 'IDLE-05';
export const HALTED = 'IDLE-02';
const STOP_ACT = 'ENF-02';
const VILLAGER = 'ENF-08';
const FACILITY = 'FAC-01';
const TEMPORARY = 'TMP-02';

/**
 * @param {string} field
 * @param {readonly any[]} values
 * @returns {Option[]}
 */
function options(field, values) {
  return values.map((value) => ({ value, label_key: `answer.${field}.${value}` }));
}

/**
 * Choices of a field that the record holds in words: the office reads the Chinese as it stands, whatever the screen's language.
 * @param {string} field
 * @param {Record<string, string>} words
 * @returns {Option[]}
 */
function inWords(field, words) {
  return Object.entries(words).map(([name, value]) => ({ value, label_key: `answer.${field}.${name}` }));
}

const STAGE = 'observation.stage';
const FOUNDATION = 'observation.foundation';
const ONSITE_STATE = 'onsite.state';
const IN_THE_GROUND = ['foundation'];
const BEGUN = ['foundation', 'structure', 'topped_out'];

/** @type {readonly Question[]} */
const CONSTRUCTION = [
  {
    field: STAGE,
    type: 'choice',
    label_key: 'ask.construction.stage',
    tells: true,
    options: options('stage', ['none', 'foundation', 'structure', 'topped_out', 'completed']),
    law_text_ids: [STARTED],
  },
  { field: 'observation.sign_board', type: 'flag', label_key: 'ask.construction.sign_board' },
  { field: 'observation.permit_no', type: 'text', label_key: 'ask.construction.permit_no', law_text_ids: [STARTED] },
  {
    field: FOUNDATION,
    type: 'choice',
    label_key: 'ask.construction.foundation',
    options: options('foundation', ['deep_pit', 'piles', 'other']),
    law_text_ids: [STARTED],
    when: [{ field: STAGE, in: IN_THE_GROUND }],
  },
  {
    field: 'observation.piles_done',
    type: 'whole',
    label_key: 'ask.construction.piles_done',
    when: [
      { field: STAGE, in: IN_THE_GROUND },
      { field: FOUNDATION, in: ['piles'] },
    ],
  },
  {
    field: 'observation.piles_total',
    type: 'whole',
    label_key: 'ask.construction.piles_total',
    when: [
      { field: STAGE, in: IN_THE_GROUND },
      { field: FOUNDATION, in: ['piles'] },
    ],
  },
  {
    // The pit is finished or it is not; how far it is otherwise is a glance, told in quarters.
    field: 'observation.foundation_share',
    type: 'choice',
    label_key: 'ask.construction.pit_share',
    options: [
      { value: 1, label_key: 'answer.pit.finished' },
      { value: 0.75, label_key: 'answer.pit.three_quarters' },
      { value: 0.5, label_key: 'answer.pit.half' },
      { value: 0.25, label_key: 'answer.pit.quarter' },
      { value: 0, label_key: 'answer.pit.not_begun' },
    ],
    when: [
      { field: STAGE, in: IN_THE_GROUND },
      { field: FOUNDATION, in: ['deep_pit'] },
    ],
  },
  {
    field: 'observation.foundation_share',
    type: 'share',
    label_key: 'ask.construction.foundation_share',
    when: [
      { field: STAGE, in: IN_THE_GROUND },
      { field: FOUNDATION, in: ['other'] },
    ],
  },
  {
    field: 'observation.developed_area_m2',
    type: 'area',
    label_key: 'ask.construction.developed_area',
    law_text_ids: [HALTED],
    when: [{ field: STAGE, in: BEGUN }],
    more: true,
  },
  {
    field: ONSITE_STATE,
    type: 'choice',
    label_key: 'ask.construction.state',
    options: options('state', ['in_progress', 'stopped']),
    when: [{ field: STAGE, in: BEGUN }],
  },
  {
    field: 'observation.halted_since',
    type: 'day',
    label_key: 'ask.construction.halted_since',
    law_text_ids: [HALTED],
    when: [
      { field: STAGE, in: BEGUN },
      { field: ONSITE_STATE, in: ['stopped'] },
    ],
  },
];

/** @type {readonly Question[]} */
const LAND_USE = [
  {
    // The words are those the office's judgement knows; another use is told in words.
    field: 'observation.use',
    type: 'choice',
    label_key: 'ask.land_use.use',
    tells: true,
    options: options('use', [
      'rural_house',
      'industrial',
      'commercial',
      'storage',
      'hardening',
      'road',
      'mining',
      'photovoltaic',
      'facility_agriculture',
      'rural_road',
      'temporary',
      'pond',
      'orchard',
      'cultivated',
      'fallow',
    ]),
    law_text_ids: [VILLAGER, FACILITY],
    other: true,
  },
  {
    field: 'observation.buildings',
    type: 'whole',
    label_key: 'ask.land_use.buildings',
  },
  { field: 'observation.area_m2', type: 'area', label_key: 'ask.land_use.area' },
  {
    field: 'observation.area_method',
    type: 'choice',
    label_key: 'ask.land_use.area_method',
    options: options('area_method', ['sketched', 'walked', 'estimated', 'surveyed']),
    when: [{ field: 'observation.area_m2', not_in: [null] }],
  },
  { field: 'observation.current_class', type: 'text', label_key: 'ask.land_use.current_class', more: true },
];

/** @type {readonly Question[]} */
const RECLAMATION = [
  {
    field: STAGE,
    type: 'choice',
    label_key: 'ask.reclamation.stage',
    tells: true,
    options: options('reclamation_stage', ['none', 'levelling', 'topsoil', 'planted', 'completed']),
    law_text_ids: [TEMPORARY, FACILITY],
  },
  {
    field: 'observation.area_m2',
    type: 'area',
    label_key: 'ask.reclamation.area',
    when: [{ field: STAGE, in: ['levelling', 'topsoil', 'planted', 'completed'] }],
  },
  { field: 'observation.topsoil_stripped', type: 'flag', label_key: 'ask.reclamation.topsoil_stripped', more: true },
  {
    field: 'observation.topsoil_stored',
    type: 'flag',
    label_key: 'ask.reclamation.topsoil_stored',
    when: [{ field: 'observation.topsoil_stripped', in: [true] }],
    more: true,
  },
];

/**
 * What is asked of an act that may be unlawful, whoever it is.
 * @type {readonly Question[]}
 */
export const ACT = [
  { field: 'onsite.suspect', type: 'text', label_key: 'ask.onsite.suspect' },
  {
    field: ONSITE_STATE,
    type: 'choice',
    label_key: 'ask.onsite.state',
    options: options('state', ['in_progress', 'stopped', 'finished']),
  },
  { field: 'onsite.act_started_on', type: 'day', label_key: 'ask.onsite.act_started_on' },
  {
    field: 'onsite.act_date_source',
    type: 'choice',
    label_key: 'ask.onsite.act_date_source',
    options: inWords('act_date_source', {
      party: '当事人陈述',
      neighbours: '群众反映',
      village: '村委会反映',
      imagery: '影像比对',
      own_earlier_visit: '前次巡查',
      estimate: '现场推断',
    }),
    when: [{ field: 'onsite.act_started_on', not_in: [null] }],
    other: true,
  },
  { field: 'onsite.approval_shown', type: 'flag', label_key: 'ask.onsite.approval_shown' },
  {
    field: 'onsite.measures',
    type: 'choices',
    label_key: 'ask.onsite.measures',
    options: options('measures', ['oral_stop', 'stop_notice', 'reported_to_town', 'reported_to_county']),
    law_text_ids: [STOP_ACT],
    when: [{ field: ONSITE_STATE, in: ['in_progress'] }],
  },
  {
    field: 'onsite.notice_no',
    type: 'text',
    label_key: 'ask.onsite.notice_no',
    when: [{ field: 'onsite.measures', includes: 'stop_notice' }],
  },
  {
    field: 'onsite.effect',
    type: 'choice',
    label_key: 'ask.onsite.effect',
    options: inWords('effect', { stopped_at_once: '当场停止', promised: '承诺停止', went_on: '未停止' }),
    when: [{ field: 'onsite.measures', includes: 'oral_stop' }],
  },
];

/**
 * Who was there. A party who refuses to sign is witnessed instead.
 * @type {readonly Question[]}
 */
export const PEOPLE = [
  { field: 'onsite.party_present', type: 'flag', label_key: 'ask.onsite.party_present' },
  {
    field: 'onsite.party_refused',
    type: 'flag',
    label_key: 'ask.onsite.party_refused',
    when: [{ field: 'onsite.party_present', in: [true] }],
  },
  {
    field: 'onsite.witness',
    type: 'text',
    label_key: 'ask.onsite.witness',
    when: [{ field: 'onsite.party_refused', in: [true] }],
  },
];

/** @type {Readonly<Record<string, readonly Question[]>>} */
export const BY_KIND = {
  construction: CONSTRUCTION,
  land_use: LAND_USE,
  reclamation: RECLAMATION,
  routine: [],
};

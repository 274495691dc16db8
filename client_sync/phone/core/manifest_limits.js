/**
 * What each field of a manifest may hold, as the wire states it, so that a draft is refused at capture and never at the
 * office. Knows shapes, not law: no number here comes from a statute.
 */

/** @typedef {{type: "words", most: number, least?: number}} Words */
/** @typedef {{type: "number", least?: number, most?: number}} NumberLimit */
/** @typedef {{type: "whole", least?: number}} Whole */
/** @typedef {{type: "flag"}|{type: "day"}|{type: "instant"}|{type: "any"}} Plain */
/** @typedef {{type: "one_of", of: readonly string[]}} OneOf */
/** @typedef {{type: "list", most: number, of: Limit}} List */
/** @typedef {{type: "object", fields: Record<string, Limit>, required?: readonly string[]}} ObjectLimit */
/** @typedef {Words|NumberLimit|Whole|Plain|OneOf|List|ObjectLimit} Limit */

export const MANIFEST_BYTES = 1024 * 1024;
/** The head (ids, chain, inspectors) is written when the draft is sealed; this much is kept free for it. */
export const HEAD_BYTES = 16 * 1024;
export const NOTE_CHARACTERS = 10_000;
export const PHOTOS_A_REPORT = 200;

/** @type {Limit} */
const FLAG = { type: 'flag' };
/** @type {Limit} */
const DAY = { type: 'day' };
/** @type {Limit} */
const INSTANT = { type: 'instant' };
/** @type {Limit} */
const AREA = { type: 'number', least: 0, most: 1e12 };
/** @type {Limit} */
const WHOLE = { type: 'whole' };
/** @type {(most: number, least?: number) => Limit} */
const words = (most, least = 0) => ({ type: 'words', most, least });
/** @type {(...of: string[]) => Limit} */
const oneOf = (...of) => ({ type: 'one_of', of });
/** @type {(least: number, most: number) => Limit} */
const number = (least, most) => ({ type: 'number', least, most });

/** @type {ObjectLimit} */
export const POSITION = {
  type: 'object',
  required: ['lon', 'lat', 'accuracy_m', 'fixed_at', 'source', 'crs'],
  fields: {
    lon: number(-180, 180),
    lat: number(-90, 90),
    accuracy_m: number(0, 1_000_000),
    accuracy_p: number(0, 1),
    fixes: { type: 'whole', least: 1 },
    altitude_m: number(-12_000, 100_000),
    fixed_at: INSTANT,
    source: oneOf('gnss', 'network', 'manual'),
    mocked: FLAG,
    crs: oneOf('wgs84', 'cgcs2000', 'gcj02', 'bd09'),
  },
};

/** @type {ObjectLimit} */
export const VIEW = {
  type: 'object',
  required: ['azimuth_deg', 'azimuth_ref'],
  fields: {
    azimuth_deg: number(0, 360),
    azimuth_ref: oneOf('true', 'magnetic'),
    azimuth_error_deg: number(0, 180),
    distance_m: number(0, 100_000),
  },
};

/** @type {ObjectLimit} */
export const PHOTO = {
  type: 'object',
  required: ['digest', 'bytes', 'media_type', 'taken_at', 'kind', 'source'],
  fields: {
    digest: words(71, 71),
    bytes: { type: 'whole', least: 1 },
    media_type: words(100),
    taken_at: INSTANT,
    kind: words(20, 1),
    position: POSITION,
    view: VIEW,
    source: oneOf('camera', 'gallery'),
    camera_api: words(60),
    gallery_reason: words(200),
  },
};

/** @type {ObjectLimit} */
export const ONSITE = {
  type: 'object',
  fields: {
    suspect: words(200),
    act_started_on: DAY,
    act_date_source: words(200),
    state: oneOf('in_progress', 'stopped', 'finished'),
    approval_shown: FLAG,
    measures: { type: 'list', most: 20, of: words(40) },
    notice_no: words(100),
    effect: words(1000),
    party_present: FLAG,
    party_refused: FLAG,
    witness: words(200),
  },
};

/** @type {Record<string, ObjectLimit>} */
export const OBSERVATIONS = {
  construction: {
    type: 'object',
    fields: {
      kind: oneOf('construction'),
      sign_board: FLAG,
      permit_no: words(100),
      foundation: oneOf('deep_pit', 'piles', 'other'),
      foundation_share: number(0, 1),
      piles_done: WHOLE,
      piles_total: WHOLE,
      stage: oneOf('none', 'foundation', 'structure', 'topped_out', 'completed'),
      developed_area_m2: AREA,
      halted_since: DAY,
    },
  },
  land_use: {
    type: 'object',
    fields: {
      kind: oneOf('land_use'),
      use: words(100),
      area_m2: AREA,
      area_method: words(40),
      buildings: { type: 'any' },
      current_class: words(40),
    },
  },
  reclamation: {
    type: 'object',
    fields: {
      kind: oneOf('reclamation'),
      stage: oneOf('none', 'levelling', 'topsoil', 'planted', 'completed'),
      area_m2: AREA,
      topsoil_stripped: FLAG,
      topsoil_stored: FLAG,
    },
  },
  routine: { type: 'object', fields: { kind: oneOf('routine'), nothing_found: FLAG } },
};

/** @type {ObjectLimit} */
export const BODY = {
  type: 'object',
  required: ['captured_at', 'observation', 'photos'],
  fields: {
    captured_at: INSTANT,
    position: POSITION,
    view: VIEW,
    task_id: words(64),
    parcel_claim: words(64),
    onsite: ONSITE,
    note: words(NOTE_CHARACTERS),
    photos: { type: 'list', most: PHOTOS_A_REPORT, of: PHOTO },
  },
};

/**
 * Writes the exact text that this phone signs. Refuses what the office could never judge: a broken chain, NaN, oversize.
 */

import { utf8 } from './bytes.js';
import { complaintsOf, unwritable } from './field_check.js';
import { BODY, HEAD_BYTES, MANIFEST_BYTES, OBSERVATIONS } from './manifest_limits.js';

/** @typedef {import("../types.js").Draft} Draft */
/** @typedef {import("../types.js").DraftPhoto} DraftPhoto */
/** @typedef {import("../types.js").ReportSummary} ReportSummary */
/** @typedef {import("./field_check.js").Complaint} Complaint */
/** @typedef {{device_id: string, seq: number, chain: string|null}} Link */
/** @typedef {{id: string, certificate_no?: string|null}} Present */
/** @typedef {{zone: string, mono_ms: number, server_offset_ms: number|null}} ClockClaim */
/** @typedef {{name: string, version: string}} App */
/** @typedef {Link & {inspectors: Present[], clock: ClockClaim, checkpoint?: string|null, app: App}} Head */
/** @typedef {"started"|"done"|"impossible"} TaskState */
/** @typedef {{id: string, task_id: string, state: TaskState, reason?: string|null, captured_at: string}} Progress */

const VERSION = 1;

/**
 * The manifest of a report.
 * @param {Draft} draft one that checkDraft() has nothing against
 * @param {Head} head the place in this device's chain and who was there; `inspectors` need not repeat `draft.also_present`
 * @returns {string}
 * @throws {RangeError} when the text could never be stored
 */
export function reportText(draft, head) {
  if ((draft.prev === null) !== (draft.rev === 1)) throw new RangeError('revision 1 has no predecessor, every later one its own');
  const { device_id, seq, chain } = checkedLink(head);
  const { zone, mono_ms, server_offset_ms } = head.clock;
  const { captured_at, position, view, ...rest } = bodyOf(draft);
  return written({
    v: VERSION,
    id: draft.id,
    rev: draft.rev,
    prev: draft.prev,
    ...{ device_id, seq, chain },
    inspectors: presentOf([...head.inspectors, ...draft.also_present]),
    captured_at,
    clock: {
      zone,
      mono_ms: Math.max(0, Math.round(mono_ms)),
      server_offset_ms: server_offset_ms === null ? null : Math.round(server_offset_ms),
    },
    position: position ?? null,
    view: view ?? null,
    ...rest,
    ...(head.checkpoint ? { checkpoint: head.checkpoint } : {}),
    app: { name: head.app.name, version: head.app.version },
  });
}

/**
 * The manifest of one task event.
 * @param {Progress} progress `id` is the event's own
 * @param {Link} link
 * @returns {string}
 * @throws {RangeError}
 */
export function taskProgressText(progress, link) {
  const { device_id, seq, chain } = checkedLink(link);
  const { id, captured_at, task_id, state, reason } = progress;
  const told = reason ? { reason } : {};
  return written({ v: VERSION, id, device_id, seq, chain, captured_at, task_id, state, ...told });
}

/**
 * What stands in the way of sealing; empty when nothing does. `code` is a key of the words, `field` a path in the manifest.
 * @param {Draft} draft
 * @returns {Complaint[]}
 */
export function checkDraft(draft) {
  const body = bodyOf(draft);
  const kind = draft.observation?.kind;
  const observation = OBSERVATIONS[kind];
  const complaints = [
    ...(observation === undefined ? [{ code: 'observation-missing', field: 'observation' }] : []),
    ...((draft.prev === null) === (draft.rev === 1) ? [] : [{ code: 'revision-unlinked', field: 'prev' }]),
    ...complaintsOf(body, BODY, '').filter(({ field }) => field !== 'observation'),
    ...(observation === undefined ? [] : complaintsOf(draft.observation, observation, 'observation')),
    ...sketchComplaints(draft.sketch),
    ...galleryComplaints(draft.photos),
    ...positionComplaints(draft),
    ...unwritable(body, ''),
  ];
  if (complaints.length > 0) return complaints;
  const bytes = utf8(JSON.stringify(body)).length;
  return bytes > MANIFEST_BYTES - HEAD_BYTES ? [{ code: 'too-large', field: '' }] : [];
}

/**
 * What lists show of a draft or of the record it becomes.
 * @param {Draft} draft
 * @returns {ReportSummary}
 */
export function summaryOf(draft) {
  const { parcel_claim, parcel_id, task_id, position } = draft;
  return {
    captured_at: capturedAt(draft),
    kind: draft.observation?.kind ?? null,
    ...{ parcel_claim, parcel_id, task_id },
    task_state: null,
    lon: position?.lon ?? null,
    lat: position?.lat ?? null,
    place: parcel_claim,
  };
}

/**
 * The claims of the person: everything of the manifest that is known before it is sealed. Unanswered questions are absent.
 * @param {Draft} draft
 * @returns {Record<string, any>}
 */
function bodyOf(draft) {
  const { position, view, task_id, parcel_claim, sketch, observation, onsite, note } = draft;
  const facts = recorded(onsite ?? {});
  return recorded({
    captured_at: capturedAt(draft),
    ...{ position, view, task_id, parcel_claim },
    sketch: sketch === null ? null : shapeOf(sketch),
    observation: recorded(observation ?? {}),
    onsite: Object.keys(facts).length > 0 ? facts : null,
    note,
    photos: draft.photos.map(photoOf),
  });
}

/** @param {Draft} draft */
function capturedAt(draft) {
  return draft.captured_at ?? draft.started_at;
}

/**
 * Without what was not recorded: null, an empty text, an empty list of measures.
 * @param {Record<string, any>} fields
 * @returns {Record<string, any>}
 */
function recorded(fields) {
  const isRecorded = (/** @type {[string, any]} */ [name, value]) =>
    value !== null && value !== undefined && value !== '' && (name === 'photos' || !Array.isArray(value) || value.length > 0);
  return Object.fromEntries(Object.entries(fields).filter(isRecorded));
}

/** @param {DraftPhoto} photo */
function photoOf(photo) {
  const { digest, bytes, media_type, taken_at, kind, position, view, source, camera_api, gallery_reason } = photo;
  return recorded({ digest, bytes, media_type, taken_at, kind, position, view, source, camera_api, gallery_reason });
}

/** @param {any} sketch */
function shapeOf(sketch) {
  return { type: sketch.type, coordinates: sketch.coordinates };
}

/** @param {any} sketch */
function sketchComplaints(sketch) {
  const isShape = sketch === null || sketch.type === 'Polygon' || sketch.type === 'MultiPolygon';
  if (isShape && (sketch === null || sketch.coordinates?.length > 0)) return [];
  return [{ code: 'sketch-unreadable', field: 'sketch' }];
}

/** @param {DraftPhoto[]} photos */
function galleryComplaints(photos) {
  return photos.flatMap(({ source, gallery_reason, bytes, digest }, at) => {
    const field = `photos.${at}`;
    const unreasoned = source === 'gallery' && !gallery_reason ? [{ code: 'gallery-reason-missing', field }] : [];
    const unnamed = !/^sha256:[0-9a-f]{64}$/.test(digest) || !(bytes > 0) ? [{ code: 'photo-unreadable', field }] : [];
    return [...unreasoned, ...unnamed];
  });
}

/**
 * A position of 0/0 is a receiver without a fix, not a place in the Gulf of Guinea.
 * @param {Draft} draft
 */
function positionComplaints({ position, photos }) {
  const isNull = (/** @type {any} */ each) => each !== null && each !== undefined && each.lon === 0 && each.lat === 0;
  return [
    ...(isNull(position) ? [{ code: 'position-missing', field: 'position' }] : []),
    ...photos.flatMap((photo, at) => (isNull(photo.position) ? [{ code: 'position-missing', field: `photos.${at}` }] : [])),
  ];
}

/** @param {Present[]} people */
function presentOf(people) {
  const once = new Map();
  for (const { id, certificate_no } of people) if (!once.has(id)) once.set(id, { id, certificate_no: certificate_no ?? null });
  return [...once.values()];
}

/**
 * @template {Link} L
 * @param {L} link
 * @returns {L}
 */
function checkedLink(link) {
  if (!Number.isSafeInteger(link.seq) || link.seq < 1 || (link.chain === null) !== (link.seq === 1)) {
    throw new RangeError('the chain starts at 1 and never breaks');
  }
  return link;
}

/** @param {Record<string, any>} fields */
function written(fields) {
  const [doubt] = unwritable(fields, '');
  if (doubt !== undefined) throw new RangeError(`${doubt.field}: ${doubt.code}`);
  const text = JSON.stringify(fields);
  if (utf8(text).length > MANIFEST_BYTES) throw new RangeError('the manifest is too large');
  return text;
}

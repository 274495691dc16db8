/**
 * Begins a draft: a new visit, another matter at the same place, or a correction of what was sealed.
 * Makes no ids and reads no clock; the caller brings both.
 */

/** @typedef {import("../types.js").Draft} Draft */
/** @typedef {import("../types.js").Position} Position */
/** @typedef {import("../types.js").Fix} Fix */

/**
 * An empty draft of a visit, from a task, a tapped parcel or a free spot.
 * @param {{id: string, now: string, task?: import("../types.js").Task|null, parcel?: import("../types.js").Parcel|null,
 *   position?: Position|null, fixes?: Fix[]}} begin `now` is the time as the manifest writes it
 * @returns {Draft}
 */
export function newDraft({ id, now, task = null, parcel = null, position = null, fixes = [] }) {
  return {
    id,
    rev: 1,
    prev: null,
    started_at: now,
    updated_at: now,
    step: 'visit',
    task_id: task?.id ?? null,
    // A task says where to go; only a tap of the inspector says which parcel is meant.
    parcel_id: parcel?.id ?? null,
    parcel_claim: parcel?.code ?? null,
    captured_at: position?.fixed_at ?? null,
    fixes,
    position,
    view: null,
    photos: [],
    sketch: null,
    observation: null,
    onsite: null,
    note: null,
    also_present: [],
  };
}

/**
 * Another matter seen at the same place in the same visit: place, claim, photos and company stay, what was seen is asked anew.
 * @param {Draft} draft the one just sealed
 * @param {{id: string, now: string}} begin
 * @returns {Draft}
 */
export function anotherMatter(draft, { id, now }) {
  const fresh = { observation: null, sketch: null, note: null };
  return { ...structuredClone(draft), ...fresh, id, rev: 1, prev: null, started_at: now, updated_at: now, step: 'observation' };
}

/**
 * A draft that two windows changed: what `mine` changed since `before` counts, all else is as `theirs` has it. A picture is in
 * it unless one of the two threw it away.
 * @param {Draft} mine
 * @param {Draft} before what both began with
 * @param {Draft} theirs
 * @returns {Draft}
 */
export function reconciled(mine, before, theirs) {
  const both = /** @type {Record<string, any>} */ ({ ...theirs });
  const old = /** @type {Record<string, any>} */ (before);
  for (const [name, value] of Object.entries(mine)) {
    if (JSON.stringify(value) !== JSON.stringify(old[name])) both[name] = value;
  }
  const holds = (/** @type {Draft} */ { photos }, /** @type {string} */ digest) => photos.some((one) => one.digest === digest);
  const kept = mine.photos.filter(({ digest }) => holds(theirs, digest) || !holds(before, digest));
  const added = theirs.photos.filter(({ digest }) => !holds(mine, digest) && !holds(before, digest));
  return /** @type {Draft} */ ({ ...both, photos: [...kept, ...added] });
}

/**
 * "Nothing found": the whole observation of one tap.
 * @param {Draft} draft
 * @param {string} now
 * @returns {Draft}
 */
export function nothingFound(draft, now) {
  return { ...draft, observation: { kind: 'routine', nothing_found: true }, updated_at: now };
}

/**
 * The draft of a correction: a full replacement of the newest sealed revision, all its photos listed.
 * @param {string} manifest the exact text of that revision
 * @param {{digest: string, now: string, parcel_id?: string|null}} newest its digest, and the parcel for drawing
 * @returns {Draft}
 */
export function revisionOf(manifest, { digest, now, parcel_id = null }) {
  const claims = JSON.parse(manifest);
  const [, ...also_present] = claims.inspectors;
  return {
    id: claims.id,
    rev: claims.rev + 1,
    prev: digest,
    started_at: now,
    updated_at: now,
    step: 'observation',
    task_id: claims.task_id ?? null,
    parcel_id,
    parcel_claim: claims.parcel_claim ?? null,
    captured_at: claims.captured_at,
    fixes: [],
    position: claims.position,
    view: claims.view ?? null,
    photos: claims.photos.map((/** @type {any} */ photo) => ({ position: null, view: null, camera_api: '', ...photo })),
    sketch: claims.sketch ?? null,
    observation: claims.observation,
    onsite: claims.onsite ?? null,
    note: claims.note ?? null,
    also_present,
  };
}

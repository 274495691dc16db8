/**
 * Which photos a visit still lacks. Hints only: nothing waits for them, and no law asks for a number of photos.
 */

/** @typedef {import("../types.js").DraftPhoto} DraftPhoto */
/** @typedef {import("../types.js").Duty} Duty */
/** @typedef {"north"|"east"|"south"|"west"} Side the direction the camera looked */
/** @typedef {{kind: string, side: Side|null, label_key: string, have: number, wanted: number}} Hint */

/** @type {readonly Side[]} */
export const SIDES = ['north', 'east', 'south', 'west'];
const BUILDING_DUTIES = ['start_construction', 'finish_construction'];

/** What each kind of observation is usually shown by; the order is that of the screen. */
const WANTED = {
  construction: ['panorama', 'near', 'sign_board'],
  land_use: ['panorama', 'near'],
  reclamation: ['panorama', 'near'],
  routine: ['panorama'],
};

/**
 * The usual views of this kind, each with how many there are. Sides are told apart only once a photo has a heading.
 * @param {{kind: string|null, duties?: readonly Duty[], photos: readonly DraftPhoto[], onsite?: Record<string, any>|null}} visit
 * @returns {Hint[]}
 */
export function hintsFor({ kind, duties = [], photos, onsite = null }) {
  const usual = WANTED[/** @type {keyof typeof WANTED} */ (kind ?? 'routine')] ?? WANTED.routine;
  const isBuilding = duties.some((duty) => BUILDING_DUTIES.includes(duty.kind));
  const kinds = new Set([...usual, ...(isBuilding && kind !== 'routine' ? ['sign_board'] : []), ...papers(onsite)]);
  const views = [...kinds].map((each) => {
    const have = photos.filter((photo) => photo.kind === each).length;
    return { kind: each, side: null, label_key: `hint.${each}`, have, wanted: 1 };
  });
  return [...views, ...(kind === 'routine' ? [] : sides(photos))];
}

/**
 * The hints that are not fulfilled yet.
 * @param {readonly Hint[]} hints
 * @returns {Hint[]}
 */
export function missingHints(hints) {
  return hints.filter(({ have, wanted }) => have < wanted);
}

/**
 * The side a camera looked to: within 45° of it.
 * @param {number} azimuth_deg
 * @returns {Side}
 */
export function sideOf(azimuth_deg) {
  return SIDES[Math.round((((azimuth_deg % 360) + 360) % 360) / 90) % 4];
}

/**
 * What was shown or handed over on the spot is photographed too.
 * @param {Record<string, any>|null} onsite
 */
function papers(onsite) {
  return [
    ...(onsite?.approval_shown || onsite?.notice_no ? ['document'] : []),
    ...(onsite?.party_present && onsite.party_refused === false ? ['signature'] : []),
  ];
}

/**
 * @param {readonly DraftPhoto[]} photos
 * @returns {Hint[]}
 */
function sides(photos) {
  const views = photos.filter(({ kind, view }) => view !== null && (kind === 'panorama' || kind === 'near'));
  if (views.length === 0) return [];
  const seen = views.map(({ view }) => sideOf(/** @type {import("../types.js").View} */ (view).azimuth_deg));
  return SIDES.map((side) => {
    const have = seen.filter((each) => each === side).length;
    return { kind: 'panorama', side, label_key: `hint.side.${side}`, have, wanted: 1 };
  });
}

/**
 * Capture: which screen of a visit stands, and the list of its controls. Holds no step of its own.
 *
 * Screens `#/visit/<draft>`: the step the draft was left at; `…/visit`, `…/photos`, `…/observation`, `…/saved`: that one.
 * Every control has a stable `data-act`, by which taps are counted and journeys are played:
 *
 *   everywhere   back, save-again, make-room (when the phone is full)
 *   visit        claim-<code>, begin, nothing-found, take-back (toast), place-by-hand, locate, ask-compass, parcel-facts,
 *                impossible → impossible-<no_road|locked|refused|unsafe|wrong_place|other>
 *   photos       shutter, kind-<kind>, gallery → gallery-<reason> → gallery-file (input), system-camera (input), torch,
 *                camera-again, photo-<n> → rename-<kind>, photo-drop; photos-done
 *   observation  observe-<kind>, ask-<part>-<field>-<value> (chips), …-text, …-number, …-date, …-known-<n>, …-less, …-more,
 *                more-questions, law-<id>, sketch → sketch-undo, sketch-walk, sketch-done, full-close;
 *                sign → sign-clear, sign-keep; note, colleagues, colleague-<n>, colleague, colleague-add; save, save-anyway
 *   saved        next-task, same-place, to-today, saved-state
 *
 * A photo's way from its bytes to the disk is measured as `performance` entry "photo-saved".
 */

import { STEPS, visitPath } from './start.js';


/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("./frame.js").Shown} Shown */
/** @typedef {typeof STEPS[number]} Step */

/** The first step stands and answers taps before the others are fetched. */
const AFTER_FIRST_MS = 1500;

/** Loaded when first walked to: the first screen of the app does not wait for a camera. */
const SCREENS = {
  visit: async () => (await import('./place.js')).placeScreen,
  photos: async () => (await import('./photos.js')).photosScreen,
  observation: async () => (await import('./observation.js')).observationScreen,
};

/**
 * @param {Phone} phone
 * @param {Record<string, string>} params `id` of the draft, and perhaps `step`
 * @returns {Promise<Shown>}
 */
export async function visitScreen(phone, { id, step }) {
  if (step === 'saved') return (await import('./saved.js')).savedScreen(phone, id);
  const { openVisit } = await import('./session.js');
  const visit = await openVisit(phone, id);
  if (!visit) return (await import('./saved.js')).goneScreen(phone);
  const shown = stepOf(step) ?? stepOf(visit.draft.step) ?? 'visit';
  // Without this, "back" from the next screen would lead to the step the draft has reached by then.
  if (!stepOf(step)) history.replaceState(history.state, '', `#${visitPath(id, shown)}`);
  const screen = await (await SCREENS[shown]())(visit);
  setTimeout(fetchRest, AFTER_FIRST_MS);
  return screen;
}

/** An update that takes over in the middle of a visit must not hand it steps of another version: all are here by then. */
function fetchRest() {
  const loads = [...Object.values(SCREENS), () => import('./saved.js')];
  // What cannot be had now is asked for again when its step is reached, and told there.
  Promise.all(loads.map((load) => load())).catch((fault) => console.warn('not all steps are here yet', fault));
}

/** @param {string|undefined} step @returns {Step|null} */
function stepOf(step) {
  return STEPS.find((one) => one === step) ?? null;
}

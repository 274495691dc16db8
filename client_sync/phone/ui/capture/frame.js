/**
 * What every screen of a visit has: the way back, where it is saved, and what to do when it is not. Knows no step's content.
 */

import { h, mount } from '../dom.js';
import { icon } from '../icons.js';
import { banner, bigButton, page } from '../parts.js';
import { t, tOr } from '../words.js';
import { correctionLine } from './correction.js';
import { STEPS, visitPath } from './start.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../dom.js").Children} Children */
/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {{node: HTMLElement, leave?: () => void, title?: string}} Shown */

/**
 * A screen of a visit.
 * @param {Visit} visit
 * @param {{title: string, step: Step, foot?: Children, actions?: Children, flush?: boolean}} how
 * @param {...Children} children
 * @returns {Shown} its `leave` gives the visit back
 */
export function visitScreen(visit, { title, step, foot, actions, flush }, ...children) {
  const saved = savedLine(visit);
  const trouble = saveTrouble(visit);
  const node = page({ title, back: () => goBack(visit, step), actions: [actions, saved.node], foot, flush }, correctionLine(visit.phone, visit.draft), trouble.node, children);
  node.classList.add('visit', `visit-${step}`);
  return {
    node,
    title,
    leave() {
      saved.leave();
      trouble.leave();
      visit.release();
    },
  };
}

/** @typedef {typeof STEPS[number]} Step */

/**
 * One step on: the draft remembers where it stands, the way back leads to the step before.
 * @param {Visit} visit
 * @param {Step} step
 */
export async function goOn(visit, step) {
  if (!(await visit.change({ step }))) return;
  visit.walked.add(step);
  visit.phone.go(visitPath(visit.draft.id, step));
}

/** One step back, also for a draft that was resumed in the middle. @param {Visit} visit @param {Step} step */
export function goBack(visit, step) {
  const before = STEPS[STEPS.indexOf(step) - 1];
  if (!before) visit.phone.back('/');
  else if (visit.walked.has(step)) visit.phone.back(visitPath(visit.draft.id, before));
  else visit.phone.go(visitPath(visit.draft.id, before), { replace: true });
}

/**
 * Listens to a visit for as long as a part of a screen stands.
 * @param {Visit} visit
 * @param {string[]} names
 * @param {() => void} hear called once at the beginning, too
 * @returns {() => void} stops
 */
export function follow(visit, names, hear) {
  names.forEach((name) => visit.addEventListener(name, hear));
  hear();
  return () => names.forEach((name) => visit.removeEventListener(name, hear));
}

/** The small word in the bar: saved on this phone, or being saved. @param {Visit} visit */
function savedLine(visit) {
  const node = h('span', { class: 'saved', role: 'status' });
  const leave = follow(visit, ['saved', 'draft'], () => {
    const is_kept = visit.saving === 0 && visit.problem === null;
    node.classList.toggle('saved-kept', is_kept);
    node.classList.toggle('saved-not', visit.problem !== null);
    const words = visit.problem ? t('capture.not_saved') : is_kept ? t('capture.kept') : t('capture.keeping');
    if (node.textContent !== words) mount(node, is_kept && icon('ok'), visit.problem && icon('warn'), h('span', null, words));
  });
  return { node, leave };
}

/** What stands on top when the phone could not save: what is safe, and what to do. @param {Visit} visit */
function saveTrouble(visit) {
  const node = h('div', { class: 'trouble' });
  /** @type {unknown} */
  let shown = null;
  const leave = follow(visit, ['saved'], () => {
    const problem = /** @type {any} */ (visit.problem);
    if (problem === shown) return;
    shown = problem;
    const again = bigButton({
      label: t('capture.save_again'), act: 'save-again', onclick: () => void visit.again(),
    });
    const free = bigButton({ label: t('capture.make_room'), act: 'make-room', onclick: () => visit.phone.go('/more') });
    const known = tOr(`capture.trouble.${problem?.code}`, 'capture.trouble.unknown');
    const text = visit.unkept.length > 0 ? t('capture.trouble.photo', { n: visit.unkept.length }) : known;
    mount(node, problem && banner({ level: 'bad', title: t('capture.not_saved'), text, actions: [again, free] }));
  });
  return { node, leave };
}

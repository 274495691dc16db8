/**
 * The one line about the position: how exact, from how many fixes, and what would help. Never forbids anything.
 */

import { accuracyWord } from '../../core/positions.js';
import { h, mount } from '../dom.js';
import { directionWord } from '../format.js';
import { icon } from '../icons.js';
import { t } from '../words.js';
import { follow } from './frame.js';

/** @typedef {import("./session.js").Visit} Visit */

/** @typedef {{level: "ok"|"wait"|"warn", words: string, help: string|null, act: "locate"|"place-by-hand"|null}} PositionWords */

/**
 * What is said of the position now.
 * @param {Pick<Visit, "draft"|"trouble"|"stand">} visit
 * @returns {PositionWords}
 */
export function positionWords({ draft, trouble, stand }) {
  const { position } = draft;
  if (position?.source === 'manual') return { level: 'ok', words: t('capture.by_hand'), help: null, act: 'locate' };
  if (trouble === 'denied' || trouble === 'absent') {
    const help = t('capture.location.denied_help');
    return { level: 'warn', words: t(`capture.location.${trouble}`), help, act: 'place-by-hand' };
  }
  if (!position) {
    const help = trouble ? t('capture.location.open_sky') : null;
    return { level: 'wait', words: t('capture.location.searching'), help, act: trouble ? 'place-by-hand' : null };
  }
  const word = accuracyWord(position.accuracy_m);
  const n = position.fixes ?? stand.fixes.length;
  const good = t(`capture.accuracy.${word}`, { metres: Math.round(position.accuracy_m) });
  const words = n > 1 ? `${good} · ${t('capture.mean_of', { n })}` : good;
  return {
    level: word === 'good' ? 'ok' : word === 'fair' ? 'wait' : 'warn',
    words,
    help: word === 'poor' ? t('capture.location.open_sky') : null,
    act: word === 'poor' ? 'place-by-hand' : null,
  };
}

/**
 * The line, alive.
 * @param {Visit} visit
 * @param {{placeByHand?: (() => void)|null, offersCompass?: boolean}} [how] without the compass: the next tap asks for it anyway
 */
export function positionLine(visit, { placeByHand = null, offersCompass = true } = {}) {
  const node = h('div', { class: 'position-line' });
  let shown = '';
  const leave = follow(visit, ['position', 'draft', 'heading'], () => {
    const { level, words, help, act } = positionWords(visit);
    const heading = visit.compass?.heading_deg() ?? null;
    const looks = heading === null ? '' : directionWord(heading);
    const is_silent = offersCompass && (visit.compass?.needs_asking() ?? false);
    const now = JSON.stringify([level, words, help, act, looks, is_silent]);
    if (now === shown) return;
    shown = now;
    const facing = looks && h('span', { class: 'looks' }, t('capture.facing', { way: looks }));
    mount(
      node,
      h('p', { class: `position position-${level}` }, icon('locate'), h('span', null, words), facing),
      help && h('p', { class: 'hint' }, help),
      h('div', { class: 'chips' }, is_silent && askCompass(visit), act && helpChip(visit, act, placeByHand)),
    );
  });
  return { node, leave };
}

/** @param {Visit} visit @param {"locate"|"place-by-hand"} act @param {(() => void)|null} placeByHand */
function helpChip(visit, act, placeByHand) {
  if (act === 'place-by-hand' && !placeByHand) return null;
  const onclick = act === 'place-by-hand' ? placeByHand : () => locateAgain(visit);
  return h('button', { type: 'button', class: 'chip', 'data-act': act, onclick }, t(`capture.${act}`));
}

/** @param {Visit} visit */
function locateAgain(visit) {
  visit.is_resumed = false;
  void visit.change({ position: null, fixes: [] });
  visit.locate();
}

/** @param {Visit} visit */
function askCompass(visit) {
  const onclick = () => void visit.compass?.ask();
  return h('button', { type: 'button', class: 'chip', 'data-act': 'ask-compass', onclick }, t('capture.ask_compass'));
}

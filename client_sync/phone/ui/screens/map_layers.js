/**
 * Which layers the map shows, chosen beside the legend: every layer is drawn there as it is drawn on the map. Keeps the choice
 * as a setting of this phone; offers a base map only where the office has a key for one.
 */

import { keepSetting, readSetting } from '../../store/identity.js';
import { isDark } from '../appearance.js';
import { h, mount, svg } from '../dom.js';
import { icon, shape } from '../icons.js';
import { INK, LOOKS } from '../map_style.js';
import { chip, sheet } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../map_style.js").LayerLook} LayerLook */
/** @typedef {{layers: string[], base: "none"|"vec"|"img"}} ShownLayers */

const BASES = /** @type {const} */ (['none', 'vec', 'img']);

/**
 * What was chosen last; at first the usual layers, and a drawn base map where there is a key.
 * @param {Phone} phone
 * @returns {Promise<ShownLayers>}
 */
export async function keptLayers(phone) {
  const kept = await readSetting(phone.db, 'map_layers');
  const usual = LOOKS.filter((look) => look.shown).map((look) => look.name);
  return { layers: kept?.layers ?? usual, base: kept?.base ?? (phone.config.base_map ? 'vec' : 'none') };
}

/**
 * The sheet of layers and legend. `change` is told every choice at once.
 * @param {Phone} phone
 * @param {(shown: ShownLayers) => void} change
 */
export async function layersSheet(phone, change) {
  let shown = await keptLayers(phone);
  const place = h('div', { class: 'live' });
  /** @param {ShownLayers} next */
  const choose = async (next) => {
    shown = next;
    draw();
    change(shown);
    await keepSetting(phone.db, 'map_layers', shown);
  };
  const draw = () => {
    const focused = document.activeElement?.getAttribute('data-act');
    mount(place, baseChoice(phone, shown, choose), h('h3', null, t('map.shown')), layerChoices(shown, choose), legend());
    const same = focused ? place.querySelector(`[data-act="${CSS.escape(focused)}"]`) : null;
    if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  };
  draw();
  sheet(t('map.layers'), place);
}

/** @param {Phone} phone @param {ShownLayers} shown @param {(next: ShownLayers) => void} choose */
function baseChoice(phone, shown, choose) {
  if (!phone.config.base_map) return null;
  const chips = BASES.map((base) => chip({
    label: t(`map.base.${base}`), act: `base-${base}`, pressed: shown.base === base, onclick: () => choose({ ...shown, base }),
  }));
  return [h('h3', null, t('map.base')), h('div', { class: 'chips' }, chips), !navigator.onLine && h('p', { class: 'hint' }, t('map.base_offline'))];
}

/** @param {ShownLayers} shown @param {(next: ShownLayers) => void} choose */
function layerChoices(shown, choose) {
  // The map draws the last layer on top; a legend is read from the top.
  const rows = [...LOOKS].reverse().map((look) => {
    const is_on = shown.layers.includes(look.name);
    const layers = is_on ? shown.layers.filter((name) => name !== look.name) : [...shown.layers, look.name];
    return h(
      'button',
      { type: 'button', class: 'row row-button', 'data-act': `layer-${look.name}`, 'aria-pressed': String(is_on), onclick: () => choose({ ...shown, layers }) },
      swatch(look),
      h('span', { class: 'row-words' }, t(`layer.${look.name}`)),
      h('span', { class: is_on ? 'tick tick-on' : 'tick' }, is_on && icon('ok')),
    );
  });
  return h('div', { class: 'rows' }, rows);
}

/** What the signs mean that are always there. */
function legend() {
  const still = (/** @type {import("../dom.js").Children} */ sign, /** @type {string} */ words) =>
    h('div', { class: 'row' }, h('span', { class: 'swatch swatch-sign' }, sign), h('span', { class: 'row-words' }, words));
  const programmes = ['idle_land', 'illegal_use', 'reclamation'];
  return [
    h('h3', null, t('map.signs')),
    h(
      'div',
      { class: 'rows' },
      still(disc('1'), t('map.sign.task')),
      programmes.map((programme) => still(disc(shape(programme)), t(`map.sign.${programme}`))),
      still(outline(INK.parcel[ink()], 1.5, false), t('map.sign.parcel')),
      still(outline(INK.edge[ink()], 3, true), t('map.sign.subject')),
      still(standing(), t('map.sign.position')),
    ),
  ];
}

/** @returns {0|1} */
function ink() {
  return isDark() ? 1 : 0;
}

/** @param {...import("../dom.js").Children} children */
function picture(...children) {
  return svg('svg', { class: 'swatch', viewBox: '0 0 40 28', 'aria-hidden': 'true', focusable: 'false' }, ...children);
}

/**
 * A piece of a layer as the map draws it: its hatch, and its line along the edge.
 * @param {LayerLook} look
 */
export function swatch(look) {
  const stroke = look.colour[ink()];
  const rising = look.hatch === 'rising' || look.hatch === 'cross' ? [0, 10, 20, 30, 40, 50, 60].map((x) => svg('path', { d: `M${x - 28} 28L${x} 0`, stroke })) : [];
  const falling = look.hatch === 'falling' || look.hatch === 'cross' ? [0, 10, 20, 30, 40, 50, 60].map((x) => svg('path', { d: `M${x - 28} 0L${x} 28`, stroke })) : [];
  const dash = look.dash?.map((length) => length * look.width).join(' ');
  const edge = { x: 5, y: 5, width: 30, height: 18, fill: 'none', stroke, 'stroke-width': look.width, 'stroke-dasharray': dash ?? null };
  return picture(svg('g', { 'stroke-opacity': 0.6 }, rising, falling), svg('rect', edge));
}

/** @param {string} colour @param {number} width @param {boolean} filled */
function outline(colour, width, filled) {
  const fill = filled ? INK.subject[ink()] : 'none';
  return picture(svg('rect', { x: 6, y: 5, width: 28, height: 18, fill, 'fill-opacity': 0.18, stroke: colour, 'stroke-width': width }));
}

/** @param {string} sign */
function disc(sign) {
  const colour = INK.edge[ink()];
  return picture(
    svg('circle', { cx: 20, cy: 14, r: 11, fill: INK.halo[ink()], stroke: colour, 'stroke-width': 1.5 }),
    svg('text', { x: 20, y: 20, 'text-anchor': 'middle', 'font-size': 16, 'font-weight': 600, fill: colour }, sign),
  );
}

function standing() {
  const colour = INK.subject[ink()];
  return picture(
    svg('circle', { cx: 20, cy: 16, r: 11, fill: colour, 'fill-opacity': 0.14, stroke: colour, 'stroke-dasharray': '3 2' }),
    svg('path', { d: 'M20 1l4 7h-8z', fill: colour }),
    svg('circle', { cx: 20, cy: 16, r: 4.5, fill: colour, stroke: INK.halo[ink()], 'stroke-width': 2 }),
  );
}

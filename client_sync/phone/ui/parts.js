/**
 * The parts every screen is made of: page, card, button, chip, line, banner, toast, sheet.
 * Knows no store and no words of its own but "close" and "cancel"; texts are handed in, already in the chosen language.
 */

import { h, mount } from './dom.js';
import { icon } from './icons.js';
import { t } from './words.js';

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {import("./icons.js").IconName} IconName */
/** @typedef {import("./dom.js").Children} Children */

/**
 * A whole screen: a bar with the way back and the title, what there is, and one primary button at the thumb.
 * @param {{title: string, back?: (() => void)|null, actions?: Children, foot?: Children, flush?: boolean, tab?: string}} how
 *   `flush`: the content reaches the edges (a map); `tab`: the tab bar stands below, with this one chosen
 * @param {...Children} children
 * @returns {HTMLElement}
 */
export function page({ title, back = null, actions = null, foot = null, flush = false, tab }, ...children) {
  const bar = h(
    'header',
    { class: 'bar' },
    back &&
      h(
        'button',
        { type: 'button', class: 'bar-button', 'data-act': 'back', 'aria-label': t('back'), onclick: back },
        icon('back'),
      ),
    h('h1', { class: 'bar-title' }, title),
    actions,
  );
  return h(
    'div',
    { class: tab ? 'page page-tabbed' : 'page' },
    bar,
    h('main', { class: flush ? 'content content-flush' : 'content' }, children),
    foot && h('footer', { class: 'foot' }, foot),
    tab && tabBar(tab),
  );
}

/** @type {[string, string, IconName][]} */
const TABS = [
  ['today', '#/', 'today'],
  ['map', '#/map', 'map'],
  ['reports', '#/reports', 'reports'],
  ['more', '#/more', 'more'],
];

/** @param {string} chosen */
function tabBar(chosen) {
  const links = TABS.map(([name, href, sign]) =>
    h(
      'a',
      { href, class: 'tab', 'data-act': `tab-${name}`, 'aria-current': name === chosen ? 'page' : null },
      icon(sign),
      h('span', null, t(`tab.${name}`)),
    ),
  );
  return h('nav', { class: 'tabs', 'aria-label': t('tab.all') }, links);
}

/**
 * A button in the bar, of a sign and a name that is read aloud.
 * @param {{icon: IconName, label: string, act: string, badge?: number, onclick: (event: Event) => void}} how
 */
export function barButton({ icon: sign, label, act, badge = 0, onclick }) {
  return h(
    'button',
    { type: 'button', class: 'bar-button', 'data-act': act, 'aria-label': badge ? `${label} ${badge}` : label, onclick },
    icon(sign),
    badge > 0 && h('span', { class: 'badge', 'aria-hidden': 'true' }, badge),
  );
}

/**
 * A card; `title` is its heading.
 * @param {string|null} title
 * @param {...Children} children
 */
export function card(title, ...children) {
  return h('section', { class: 'card' }, title && h('h2', null, title), children);
}

/**
 * A button as wide as the screen.
 * @param {{label: string, act: string, onclick: (event: Event) => void, kind?: "primary"|"plain"|"danger", icon?: IconName,
 *   disabled?: boolean}} how
 */
export function bigButton({ label, act, onclick, kind = 'plain', icon: sign, disabled = false }) {
  return h(
    'button',
    { type: 'button', class: `big big-${kind}`, 'data-act': act, disabled, onclick },
    sign && icon(sign),
    h('span', null, label),
  );
}

/**
 * A choice that can be tapped. `pressed` null: a plain action; otherwise it is on or off.
 * @param {{label: Children, act: string, onclick?: (event: Event) => void, pressed?: boolean|null, kind?: string}} how
 */
export function chip({ label, act, onclick, pressed = null, kind = '' }) {
  if (!onclick) return h('span', { class: `chip chip-still ${kind}` }, label);
  return h(
    'button',
    {
      type: 'button',
      class: `chip ${kind}`,
      'data-act': act,
      'aria-pressed': pressed === null ? null : String(pressed),
      onclick,
    },
    label,
  );
}

/**
 * A row that leads somewhere, or only says something when there is no `onclick`.
 * @param {{title: Children, text?: Children, lead?: Children, end?: Children, act?: string,
 *   onclick?: (event: Event) => void}} how
 */
export function row({ title, text = null, lead = null, end = null, act, onclick }) {
  const inside = [
    lead && h('span', { class: 'row-lead' }, lead),
    h('span', { class: 'row-words' }, h('span', { class: 'row-title' }, title), text && h('span', { class: 'row-text' }, text)),
    end && h('span', { class: 'row-end' }, end),
    onclick && icon('next'),
  ];
  if (!onclick) return h('div', { class: 'row' }, inside);
  return h('button', { type: 'button', class: 'row row-button', 'data-act': act, onclick }, inside);
}

/**
 * Facts as a list of names and values; a fact without a value is left out.
 * @param {[string, Children][]} facts
 */
export function facts(facts) {
  const told = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h(
    'dl',
    { class: 'facts' },
    told.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))),
  );
}

/**
 * One line about a state: a sign, a sentence, and what a tap explains.
 * @param {{sign: Children, text: Children, level?: "ok"|"wait"|"warn"|"bad", act?: string, onclick?: (event: Event) => void}} how
 */
export function stateLine({ sign, text, level = 'wait', act, onclick }) {
  const inside = [sign, h('span', { class: 'state-words' }, text)];
  if (!onclick) return h('p', { class: `state state-${level}` }, inside);
  return h('button', { type: 'button', class: `state state-${level}`, 'data-act': act, onclick }, inside, icon('next'));
}

/**
 * Something that must be seen, with what can be done about it.
 * @param {{level: "info"|"remind"|"warn"|"bad", title?: string, text: Children, actions?: Children}} how
 */
export function banner({ level, title, text, actions = null }) {
  return h(
    'section',
    { class: `banner banner-${level}`, role: level === 'bad' ? 'alert' : 'status' },
    icon(level === 'info' ? 'bell' : 'warn'),
    h(
      'div',
      { class: 'banner-words' },
      title && h('strong', null, title),
      h('p', null, text),
      actions && h('div', { class: 'banner-actions' }, actions),
    ),
  );
}

/**
 * What stands where a list would, when it is empty.
 * @param {string} title
 * @param {string} text
 * @param {...Children} actions
 */
export function empty(title, text, ...actions) {
  return h('section', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', null, text), actions);
}

/**
 * A field with its label above it. `hint` says what is expected; `input` properties go to the input.
 * @param {{label: string, name: string, hint?: string, input?: Record<string, any>}} how
 * @returns {{node: HTMLElement, input: HTMLInputElement}}
 */
export function field({ label, name, hint, input = {} }) {
  const box = h('input', { id: `f-${name}`, name, autocomplete: 'off', 'aria-describedby': hint ? `h-${name}` : null, ...input });
  const node = h(
    'div',
    { class: 'field' },
    h('label', { for: `f-${name}` }, label),
    box,
    hint && h('p', { class: 'hint', id: `h-${name}` }, hint),
  );
  return { node, input: box };
}

/**
 * A short word at the foot of the screen, for a few seconds; with `undo`, a button that takes the act back until then.
 * @param {string} text
 * @param {{undo?: {label: string, act: string, onclick: () => void}, stay_ms?: number}} [how]
 * @returns {() => void} takes it away at once
 */
export function toast(text, { undo, stay_ms = 5000 } = {}) {
  const place =
    document.getElementById('toasts') ??
    document.body.appendChild(h('div', { id: 'toasts', role: 'status', 'aria-live': 'polite' }));
  const note = h('div', { class: 'toast' }, h('span', null, text));
  const away = () => note.remove();
  if (undo) {
    const taken = () => {
      away();
      undo.onclick();
    };
    note.append(h('button', { type: 'button', class: 'toast-undo', 'data-act': undo.act, onclick: taken }, undo.label));
  }
  place.append(note);
  setTimeout(away, stay_ms);
  return away;
}

/**
 * A sheet from below, over the screen. Closed by its button, by Escape, by a tap beside it and by leaving the screen; `closed` runs then.
 * @param {string} title
 * @param {Children} children
 * @param {{closed?: () => void}} [how]
 * @returns {{close: () => void, body: HTMLElement}}
 */
export function sheet(title, children, { closed } = {}) {
  const body = h('div', { class: 'sheet-body' }, children);
  const head = h(
    'div',
    { class: 'sheet-head' },
    h('h2', { id: 'sheet-title' }, title),
    h(
      'button',
      { type: 'button', class: 'bar-button', 'data-act': 'sheet-close', 'aria-label': t('close'), onclick: () => dialog.close() },
      icon('close'),
    ),
  );
  const dialog = h('dialog', { class: 'sheet', 'aria-labelledby': 'sheet-title' }, head, body);
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  // A browser whose way back is not the dialog's own leaves the screen below, and the sheet would lie over another.
  const closeOnLeave = () => dialog.close();
  window.addEventListener('hashchange', closeOnLeave);
  dialog.addEventListener('close', () => {
    window.removeEventListener('hashchange', closeOnLeave);
    dialog.remove();
    closed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close(), body };
}

/**
 * Asks before something that cannot be taken back. Closing the sheet is "no".
 * @param {{title: string, text: Children, confirm: string, cancel?: string, danger?: boolean}} how
 * @returns {Promise<boolean>}
 */
export function confirmSheet({ title, text, confirm, cancel, danger = false }) {
  return new Promise((resolve) => {
    let answer = false;
    /** @param {boolean} yes */
    const say = (yes) => () => {
      answer = yes;
      opened.close();
    };
    const opened = sheet(
      title,
      [
        h('p', null, text),
        bigButton({ label: confirm, act: 'confirm', kind: danger ? 'danger' : 'primary', onclick: say(true) }),
        bigButton({ label: cancel ?? t('cancel'), act: 'cancel', onclick: say(false) }),
      ],
      { closed: () => resolve(answer) },
    );
  });
}

/**
 * A part of a screen that is drawn again when something it shows has changed. Draws that overlap are joined; the focused control
 * (by its `data-act`) keeps the focus.
 * @param {Phone} phone
 * @param {string[]} names events of `phone.changes`
 * @param {() => Promise<Children>} draw
 * @returns {Promise<{node: HTMLElement, leave: () => void, redraw: () => Promise<void>}>}
 */
export async function live(phone, names, draw) {
  const node = h('div', { class: 'live' });
  let [running, again, left] = [false, false, false];
  const redraw = async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again && !left) {
        again = false;
        const drawn = await draw();
        const focused = node.contains(document.activeElement) ? document.activeElement?.getAttribute('data-act') : null;
        mount(node, drawn);
        const same = focused ? node.querySelector(`[data-act="${CSS.escape(focused)}"]`) : null;
        if (same instanceof HTMLElement) same.focus({ preventScroll: true });
      }
    } finally {
      running = false;
    }
  };
  await redraw();
  for (const name of names) phone.changes.addEventListener(name, redraw);
  const leave = () => {
    left = true;
    for (const name of names) phone.changes.removeEventListener(name, redraw);
  };
  return { node, leave, redraw };
}

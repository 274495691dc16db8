/**
 * A dialog as large as the screen, for what needs the whole hand: drawing, signing. Closing it keeps what was done.
 */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { t } from '../words.js';

/**
 * @param {string} title
 * @param {import("../dom.js").Children} content
 * @param {import("../dom.js").Children} foot
 * @param {() => void} [closed]
 * @returns {{close: () => void}}
 */
export function fullDialog(title, content, foot, closed) {
  const heading = h('h2', { id: 'full-title' }, title);
  const onclick = () => dialog.close();
  const shut = h('button', { type: 'button', class: 'bar-button', 'data-act': 'full-close', 'aria-label': t('close'), onclick }, icon('close'));
  const dialog = h(
    'dialog',
    { class: 'full', 'aria-labelledby': 'full-title' },
    h('div', { class: 'full-head' }, heading, shut),
    h('div', { class: 'full-body' }, content),
    h('div', { class: 'full-foot' }, foot),
  );
  const shutOnLeave = () => dialog.close();
  window.addEventListener('hashchange', shutOnLeave);
  dialog.addEventListener('close', () => {
    window.removeEventListener('hashchange', shutOnLeave);
    dialog.remove();
    closed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close() };
}

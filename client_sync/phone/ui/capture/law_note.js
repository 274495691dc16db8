/**
 * A provision printed where it is asked about, with its citation. The words come from the area package; none are kept here.
 */

import { h } from '../dom.js';
import { inWords, t } from '../words.js';

/** @typedef {import("../../types.js").LawText} LawText */

/**
 * @param {LawText} law
 * @param {{open: boolean}} how closed: only its title is seen until it is tapped
 * @returns {HTMLElement}
 */
export function lawNote(law, { open }) {
  return h(
    'details',
    { class: 'law', open },
    h('summary', { 'data-act': `law-${law.id}` }, inWords(law, 'title')),
    h('p', null, inWords(law, 'text')),
    h('p', { class: 'law-source' }, h('span', { class: 'chip chip-still' }, inWords(law, 'citation')), !law.reviewed && h('span', { class: 'quiet' }, t('capture.law_unreviewed'))),
  );
}

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
  const [title, text] = [inWords(law, 'title'), inWords(law, 'text')];
  const has_more = text !== title;
  return h(
    'details',
    { class: 'law', open: open && has_more },
    h('summary', { 'data-act': `law-${law.id}` }, title),
    has_more && h('p', null, text),
    h(
      'p',
      { class: 'law-source' },
      h('span', { class: 'chip chip-still' }, inWords(law, 'citation')),
      !law.reviewed && h('span', { class: 'quiet' }, t('capture.law_unreviewed')),
    ),
  );
}

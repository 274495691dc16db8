/**
 * What a report does not say yet, named before it is saved, and the button that saves it all the same. Forbids nothing.
 */

import { h, mount } from '../dom.js';
import { bigButton } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../core/questions.js").Gap} Gap */

export class Gaps {
  /** @param {() => void} saveAnyway */
  constructor(saveAnyway) {
    this.words = h('div', { class: 'gaps', role: 'alert' });
    this.anyway = bigButton({ label: t('capture.save_anyway'), act: 'save-anyway', onclick: saveAnyway });
    this.is_shown = false;
    this.show([]);
  }

  /** What is missing now; nothing of it is said when nothing is. @param {Gap[]} gaps */
  show(gaps) {
    this.is_shown = gaps.length > 0;
    this.anyway.hidden = !this.is_shown;
    const said = this.is_shown && [h('p', null, t('capture.gaps', { what: gaps.map(gapWords).join(' · ') })), h('p', { class: 'hint' }, t('capture.gaps_help'))];
    mount(this.words, said);
  }

  /** What was missing when it was said may have been told meanwhile. @param {Gap[]} gaps */
  keepTrue(gaps) {
    if (this.is_shown) this.show(gaps);
  }
}

/** @param {Gap} gap */
export function gapWords(gap) {
  return gap.code === 'unsaid' ? t(gap.label_key) : t(`capture.gap.${gap.code}`);
}

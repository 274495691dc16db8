/**
 * A picture from the gallery: only with a reason, and marked as one. Gives it no position and no heading, because none is known.
 */

import { isoWithOffset } from '../../device/clock.js';
import { h } from '../dom.js';
import { bigButton, sheet } from '../parts.js';
import { t } from '../words.js';
import { handOn } from './viewfinder.js';

/** @typedef {import("./session.js").Visit} Visit */

const REASONS = /** @type {const} */ (['camera_failed', 'taken_before', 'from_party', 'from_drone']);

/**
 * @param {Visit} visit
 * @param {() => string} kind of the picture
 * @param {(words: string) => void} tell
 */
export function askGallery(visit, kind, tell) {
  let reason = '';
  const input = h('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, 'data-act': 'gallery-file' });
  input.addEventListener('change', () => void handOn(input, 'gallery', async (picture, file) => {
    const taken_at = localIso(file.lastModified);
    opened.close();
    const kept = await visit.addPhoto(picture, { kind: kind(), taken_at, position: null, view: null, gallery_reason: reason });
    if (kept) tell(t('capture.gallery_kept'));
  }));
  const opened = sheet(t('capture.gallery_why'), [
    h('p', { class: 'hint' }, t('capture.gallery_hint')),
    REASONS.map((each) => bigButton({
      label: t(`capture.gallery.${each}`),
      act: `gallery-${each}`,
      onclick: () => {
        reason = t(`capture.gallery.${each}`);
        input.click();
      },
    })),
    input,
  ]);
}

/** A file's own time, in the phone's zone of that day. @param {number} at_ms */
function localIso(at_ms) {
  return isoWithOffset(at_ms, -new Date(at_ms).getTimezoneOffset());
}

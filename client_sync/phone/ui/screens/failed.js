/**
 * What stands where a screen could not be drawn, or where an address leads nowhere. Never loses what was saved, and says so.
 */

import { note } from '../../store/log.js';
import { h } from '../dom.js';
import { bigButton, empty, page } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

/**
 * @param {Phone} phone
 * @param {unknown} error null: there is no such address
 * @param {string} path
 * @returns {import("../router.js").Shown}
 */
export function failedScreen(phone, error, path) {
  const title = error === null ? t('failed.nowhere') : t('failed.title');
  const text = error instanceof Error ? `${error.name}: ${error.message}` : path;
  if (error !== null) {
    console.error(error);
    note(phone.db, { at: phone.clock.nowIso(), kind: 'app', code: 'unexpected', text: `${path} ${text}`, request_id: null }).catch(console.error);
  }
  const again = bigButton({ label: t('failed.again'), act: 'again', onclick: () => location.reload() });
  const home = bigButton({ label: t('failed.home'), act: 'to-today', kind: 'primary', onclick: () => phone.go('/') });
  const node = page({ title, back: () => phone.back('/'), foot: home }, empty(title, t('failed.safe'), again), h('p', { class: 'quiet' }, text));
  return { node, title };
}

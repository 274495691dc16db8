/**
 * Language, light or dark, contrast: three choices that count at once and are remembered. Knows no other setting.
 */

import { keepSetting, readSetting } from '../../store/identity.js';
import { dressScreen } from '../appearance.js';
import { h } from '../dom.js';
import { card, chip, live } from '../parts.js';
import { language, LANGUAGE_CODES, t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);
const CONTRASTS = /** @type {const} */ (['auto', 'usual', 'more']);

/**
 * One of several, as chips under a heading.
 * @param {{name: string, codes: readonly string[], chosen: string, choose: (code: string) => unknown}} how words are
 *   `more.<name>.<code>`
 */
export function choiceRow({ name, codes, chosen, choose }) {
  const chips = codes.map((code) => chip({
    label: t(`more.${name}.${code}`),
    act: `${name.replaceAll('_', '-')}-${code}`,
    pressed: code === chosen,
    onclick: () => void choose(code),
  }));
  return h('fieldset', null, h('legend', null, t(`more.${name}`)), h('div', { class: 'chips' }, chips));
}

/** @param {Phone} phone */
export async function lookCard(phone) {
  return live(phone, ['identity'], async () => {
    const theme = (await readSetting(phone.db, 'theme')) ?? 'auto';
    const contrast = (await readSetting(phone.db, 'contrast')) ?? 'auto';
    return card(
      t('more.look'),
      choiceRow({ name: 'language', codes: LANGUAGE_CODES, chosen: language(), choose: (code) => phone.speak(code) }),
      choiceRow({ name: 'theme', codes: THEMES, chosen: theme, choose: async (code) => {
        dressScreen(/** @type {import("../appearance.js").Theme} */ (code), contrast);
        await keepSetting(phone.db, 'theme', code);
      } }),
      choiceRow({ name: 'contrast', codes: CONTRASTS, chosen: contrast, choose: async (code) => {
        dressScreen(theme, /** @type {import("../appearance.js").Contrast} */ (code));
        await keepSetting(phone.db, 'contrast', code);
      } }),
    );
  });
}

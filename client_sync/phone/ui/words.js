/**
 * Every word the phone shows, by key, in the language that was chosen.
 * Knows no language but zh and en; a key without words shows itself, and a test finds it before a person does.
 */

import en from './words/en.js';
import zh from './words/zh.js';

/** @type {Record<string, Record<string, string>>} */
const LANGUAGES = { zh, en };

let chosen = 'zh';

/** The languages there are. */
export const LANGUAGE_CODES = Object.keys(LANGUAGES);

/** @returns {string} "zh" or "en" */
export function language() {
  return chosen;
}

/**
 * Speaks `code` from now on; screens are drawn anew by the caller.
 * @param {string} code
 */
export function speak(code) {
  chosen = code in LANGUAGES ? code : 'zh';
  if (typeof document !== 'undefined') document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en';
}

/**
 * The words of `key`; `{name}` in them is filled from `values`.
 * @param {string} key
 * @param {Record<string, string|number|null|undefined>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const words = LANGUAGES[chosen][key] ?? LANGUAGES.zh[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ''));
}

/**
 * @param {string} key
 * @returns {boolean} whether there are words for it
 */
export function known(key) {
  return key in LANGUAGES.zh;
}

/**
 * The words of `key` where there are any, else those of `otherwise`.
 * @param {string} key
 * @param {string} otherwise
 * @param {Record<string, string|number|null|undefined>} [values]
 */
export function tOr(key, otherwise, values) {
  return t(known(key) ? key : otherwise, values);
}

/**
 * The field of a record that is in the chosen language: `inWords(notice, 'title')` reads `title_zh` or `title_en`.
 * @param {Record<string, any>} record
 * @param {string} field
 * @returns {string}
 */
export function inWords(record, field) {
  return record[`${field}_${chosen}`] || record[`${field}_zh`] || record[`${field}_en`] || '';
}

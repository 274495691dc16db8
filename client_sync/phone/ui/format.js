/**
 * Numbers as people read them: areas in 亩 with ㎡, days with how many are left, times, sizes, directions.
 * Knows no clock: callers say what time it is; days are those of China, wherever the phone believes it is.
 */

import { mu } from '../core/area.js';
import { language, t } from './words.js';

const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** @param {Intl.DateTimeFormatOptions} options */
function formatter(options) {
  return new Intl.DateTimeFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', options);
}

/**
 * `3.20 亩（2133 ㎡）`, never broken between a number and its unit.
 * @param {number|null|undefined} m2
 * @returns {string}
 */
export function areaWords(m2) {
  if (m2 === null || m2 === undefined) return '';
  return t('area', { mu: short(mu(m2)), m2: Math.round(m2).toLocaleString('en-US').replaceAll(',', ' ') }).replaceAll(
    ' ',
    '\u00a0',
  );
}

/** @param {number} value two places below ten, one below a hundred, none above */
function short(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/**
 * The day in China at an instant, `YYYY-MM-DD`.
 * @param {number} at_ms
 */
export function chinaDay(at_ms) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' }).format(at_ms);
}

/**
 * Days from `today` to `day`, both `YYYY-MM-DD`; negative when it is past.
 * @param {string} day
 * @param {string} today
 */
export function daysUntil(day, today) {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);
}

/**
 * `12月3日周四 · 还有 8 天`.
 * @param {string} day `YYYY-MM-DD`
 * @param {string} today
 */
export function dayWords(day, today) {
  const far = day.slice(0, 4) !== today.slice(0, 4);
  const words = formatter({
    timeZone: 'UTC',
    month: language() === 'zh' ? 'long' : 'short',
    day: 'numeric',
    weekday: 'short',
    ...(far ? { year: 'numeric' } : {}),
  });
  return `${words.format(new Date(`${day}T00:00:00Z`))} · ${leftWords(daysUntil(day, today))}`;
}

/** @param {number} days */
function leftWords(days) {
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.tomorrow');
  return days > 0 ? t('day.left', { days }) : t('day.over', { days: -days });
}

/**
 * How pressing a due day is, as a class of the style sheet.
 * @param {string|null|undefined} day
 * @param {string} today
 */
export function dueClass(day, today) {
  if (!day) return '';
  const days = daysUntil(day, today);
  return days < 0 ? 'overdue' : days <= 3 ? 'soon' : '';
}

/**
 * `11月22日 09:51 · 2 小时前`.
 * @param {string|null|undefined} iso
 * @param {number} now_ms
 */
export function instantWords(iso, now_ms) {
  if (!iso) return '';
  const at_ms = Date.parse(iso);
  if (Number.isNaN(at_ms)) return iso;
  const far = chinaDay(at_ms).slice(0, 4) !== chinaDay(now_ms).slice(0, 4);
  const words = formatter({
    timeZone: ZONE,
    month: language() === 'zh' ? 'long' : 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(far ? { year: 'numeric' } : {}),
  });
  return `${words.format(at_ms)} · ${agoWords(now_ms - at_ms)}`;
}

/** @param {number} ago_ms */
export function agoWords(ago_ms) {
  const minutes = Math.floor(ago_ms / MINUTE_MS);
  if (minutes < -1) return t('ago.ahead');
  if (minutes < 1) return t('ago.now');
  if (minutes < 60) return t('ago.minutes', { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t('ago.hours', { n: hours }) : t('ago.days', { n: Math.floor(hours / 24) });
}

/** @param {number} bytes */
export function bytesWords(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

/** @param {number} m */
export function metres(m) {
  return m < 1000 ? t('metres', { n: Math.round(m) }) : t('kilometres', { n: (m / 1000).toFixed(1) });
}

/** @param {number} degrees from true north, clockwise */
export function directionWord(degrees) {
  const eighth = Math.round((((degrees % 360) + 360) % 360) / 45) % 8;
  return t(`way.${eighth}`);
}

/**
 * A code that is too long for a line, by its end: `…0012`, whose dots no line break parts from it.
 * @param {string} code
 * @param {number} [kept]
 */
export function endOf(code, kept = 8) {
  return code.length > kept + 2 ? `…\u2060${code.slice(-kept)}` : code;
}

/**
 * Compares a value with what its field may hold and names what is wrong, field by field. Changes and coerces nothing.
 */

/** @typedef {import("./manifest_limits.js").Limit} Limit */
/** @typedef {{code: string, field: string}} Complaint */

/** With the u flag a pair of surrogates is one character, so this finds lone ones only. */
const UNSTORABLE = /[\u0000\ud800-\udfff]/u;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;

/** @type {{[type: string]: (value: any, limit: any, field: string) => Complaint[]}} */
const CHECKS = {
  any: () => [],
  flag: (value, _, field) => when(typeof value !== 'boolean', 'value-unknown', field),
  day: (value, _, field) => when(!isDay(value), 'day-unreadable', field),
  instant: (value, _, field) => when(!isInstant(value), 'time-unreadable', field),
  one_of: (value, { of }, field) => when(!of.includes(value), 'value-unknown', field),
  words: checkWords,
  number: checkNumber,
  whole: (value, { least = 0 }, field) => when(!Number.isSafeInteger(value) || value < least, 'number-not-whole', field),
  list: checkList,
  object: checkObject,
};

/**
 * Everything that is wrong with a value; empty when nothing is. null and undefined count as not recorded.
 * @param {any} value
 * @param {Limit} limit
 * @param {string} field its path, for the screen
 * @returns {Complaint[]}
 */
export function complaintsOf(value, limit, field) {
  return value === null || value === undefined ? [] : CHECKS[limit.type](value, limit, field);
}

/**
 * Texts no database holds and numbers JSON cannot write, wherever they hide: unknown fields included.
 * @param {any} value
 * @param {string} field
 * @returns {Complaint[]}
 */
export function unwritable(value, field) {
  if (typeof value === 'string') return when(UNSTORABLE.test(value), 'text-unstorable', field);
  if (typeof value === 'number') return when(!Number.isFinite(value), 'number-not-finite', field);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const below = field === '' ? name : `${field}.${name}`;
    return [...when(UNSTORABLE.test(name), 'text-unstorable', below), ...unwritable(part, below)];
  });
}

/**
 * @param {boolean} isWrong
 * @param {string} code
 * @param {string} field
 * @returns {Complaint[]}
 */
function when(isWrong, code, field) {
  return isWrong ? [{ code, field }] : [];
}

/**
 * @param {any} value
 * @param {{most: number, least?: number}} limit
 * @param {string} field
 */
function checkWords(value, { most, least = 0 }, field) {
  if (typeof value !== 'string') return when(true, 'value-unknown', field);
  const characters = [...value].length;
  return [...when(characters > most, 'text-too-long', field), ...when(characters < least, 'value-missing', field)];
}

/**
 * @param {any} value
 * @param {{least?: number, most?: number}} limit
 * @param {string} field
 */
function checkNumber(value, { least = -Infinity, most = Infinity }, field) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return when(true, 'number-not-finite', field);
  return when(value < least || value > most, 'number-out-of-range', field);
}

/**
 * @param {any} value
 * @param {{most: number, of: Limit}} limit
 * @param {string} field
 */
function checkList(value, { most, of }, field) {
  if (!Array.isArray(value)) return when(true, 'value-unknown', field);
  const each = value.flatMap((part, at) => complaintsOf(part, of, `${field}.${at}`));
  return [...when(value.length > most, 'too-many', field), ...each];
}

/**
 * @param {any} value
 * @param {{fields: Record<string, Limit>, required?: readonly string[]}} limit
 * @param {string} field
 */
function checkObject(value, { fields, required = [] }, field) {
  if (typeof value !== 'object' || Array.isArray(value)) return when(true, 'value-unknown', field);
  const path = (/** @type {string} */ name) => (field === '' ? name : `${field}.${name}`);
  const absent = required.filter((name) => value[name] === null || value[name] === undefined);
  return [
    ...absent.map((name) => ({ code: 'value-missing', field: path(name) })),
    ...Object.entries(fields).flatMap(([name, limit]) => complaintsOf(value[name], limit, path(name))),
  ];
}

/** @param {any} value */
function isDay(value) {
  const found = typeof value === 'string' ? DAY.exec(value) : null;
  if (found === null || found[1] === '0000') return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** @param {any} value */
function isInstant(value) {
  return typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));
}

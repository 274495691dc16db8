/**
 * Whether photos may travel now, by the person's setting and what the browser knows of the connection. Reports always
 * travel; a browser that does not say what the connection is (Firefox, Safari) is asked by the button.
 */

/** @typedef {"always"|"wifi"|"button"} PhotosOn */
/** @typedef {{type?: string, saveData?: boolean}|null} Connection */

export const PHOTOS_ON = /** @type {const} */ (['always', 'wifi', 'button']);
const UNMETERED = ['wifi', 'ethernet'];

/**
 * @param {PhotosOn} setting
 * @param {Connection} connection navigator.connection, null where there is none
 * @param {string} why "button" and "photos" are a person's tap; "photos" says: now, over any network
 * @returns {boolean}
 */
export function photosAllowed(setting, connection, why) {
  if (why === 'photos') return true;
  const asked = why === 'button';
  if (setting === 'button') return asked;
  const careful = setting === 'wifi' || connection?.saveData === true;
  if (!careful) return true;
  const type = connection?.type;
  if (type === undefined || type === 'unknown') return asked;
  return UNMETERED.includes(type);
}

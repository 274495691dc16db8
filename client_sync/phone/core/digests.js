/**
 * Names content by its bytes: `sha256:` and 64 lowercase hexadecimal digits. Knows no other algorithm.
 */

import { toHex } from './bytes.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The digest of these bytes.
 * @param {Uint8Array<ArrayBuffer>|ArrayBuffer} bytes
 * @returns {Promise<string>}
 */
export async function sha256(bytes) {
  return `sha256:${toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))}`;
}

/**
 * Whether a value is written like a digest.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isDigest(value) {
  return typeof value === 'string' && DIGEST.test(value);
}

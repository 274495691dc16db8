/**
 * The device's signing key, made by the browser so that its private half never becomes readable: Ed25519, else ES256.
 * Refuses to export a private key; does not know where the key is kept (see store/identity.js) or whom it was told to.
 */

/**
 * A key pair of one enrolment. `private_key` cannot be extracted; `spki` is base64url of the DER public half.
 * @typedef {object} DeviceKey
 * @property {"Ed25519"|"ES256"} alg
 * @property {CryptoKey} private_key
 * @property {string} spki
 * @property {string} key_id base64url(SHA-256(spki)) without padding
 */

import { base64url, utf8 } from '../core/bytes.js';

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' };
const HASHED = { name: 'ECDSA', hash: 'SHA-256' };

/**
 * A fresh key.
 * @param {SubtleCrypto} [subtle]
 * @param {"Ed25519"|"ES256"} [wanted] the kind to try first
 * @returns {Promise<DeviceKey>}
 */
export async function newKey(subtle = crypto.subtle, wanted = 'Ed25519') {
  const { alg, pair } = await pairOf(subtle, wanted);
  const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
  const key_id = base64url(new Uint8Array(await subtle.digest('SHA-256', spki)));
  return { alg, private_key: pair.privateKey, spki: base64url(spki), key_id };
}

/**
 * @param {SubtleCrypto} subtle
 * @param {"Ed25519"|"ES256"} wanted
 * @returns {Promise<{alg: "Ed25519"|"ES256", pair: CryptoKeyPair}>}
 */
async function pairOf(subtle, wanted) {
  if (wanted === 'ES256') return { alg: 'ES256', pair: await subtle.generateKey(ES256, false, ['sign', 'verify']) };
  try {
    const pair = /** @type {CryptoKeyPair} */ (await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']));
    return { alg: 'Ed25519', pair };
  } catch (fault) {
    // Browsers before Ed25519 say so by this name or by a plain TypeError or SyntaxError; nothing was made in either case.
    if (!['NotSupportedError', 'TypeError', 'SyntaxError', 'OperationError'].includes(/** @type {Error} */ (fault).name)) throw fault;
    return pairOf(subtle, 'ES256');
  }
}

/**
 * The signature object over the UTF-8 bytes of a text; ES256 is raw r‖s as WebCrypto writes it.
 * @param {{alg: "Ed25519"|"ES256", private_key: CryptoKey, key_id: string}} key
 * @param {string} text
 * @param {SubtleCrypto} [subtle]
 * @returns {Promise<import("../types.js").Signature>}
 */
export async function sign(key, text, subtle = crypto.subtle) {
  const algorithm = key.alg === 'Ed25519' ? { name: 'Ed25519' } : HASHED;
  const value = new Uint8Array(await subtle.sign(algorithm, key.private_key, utf8(text)));
  return { key_id: key.key_id, alg: key.alg, value: base64url(value) };
}

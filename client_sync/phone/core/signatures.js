/**
 * Checks Ed25519 and ES256 signatures over exact bytes with the browser's own cryptography.
 * Refuses a key whose bytes do not have its id; where the browser lacks Ed25519 a kept library does it.
 */

import { base64url, fromBase64url, utf8 } from './bytes.js';
import { NotBelieved } from './not_believed.js';

/** @typedef {import("../types.js").ServerKey} ServerKey */
/** @typedef {import("../types.js").Signature} Signature */

const ED25519_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * The id of a public key: base64url of the SHA-256 of its DER SPKI.
 * @param {Uint8Array<ArrayBuffer>} spki
 * @returns {Promise<string>}
 */
export async function keyIdOf(spki) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
}

/**
 * Whether the signature is this key's over the UTF-8 bytes of the text.
 * @param {string} text
 * @param {Signature} signature
 * @param {{key_id: string, alg: "Ed25519"|"ES256", spki: string}} key
 * @returns {Promise<void>}
 * @throws {NotBelieved} when it is not, or when the key is not what its id says
 */
export async function checkSignature(text, signature, key) {
  const spki = bytesOf(key.spki);
  const value = bytesOf(signature.value);
  if ((await keyIdOf(spki)) !== key.key_id) throw new NotBelieved('a server key does not have the id of its bytes');
  if (signature.alg !== key.alg) throw new NotBelieved('the signature is of another kind than its key');
  const belongs = key.alg === 'Ed25519' ? await isEd25519(spki, value, utf8(text)) : await isEs256(spki, value, utf8(text));
  if (!belongs) throw new NotBelieved('the signature does not belong to these bytes');
}

/** @param {unknown} text */
function bytesOf(text) {
  if (typeof text !== 'string') throw new NotBelieved('a key or signature is no text');
  try {
    return fromBase64url(text);
  } catch (fault) {
    throw new NotBelieved(`a key or signature is unreadable: ${fault}`);
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} spki
 * @param {Uint8Array<ArrayBuffer>} value
 * @param {Uint8Array<ArrayBuffer>} message
 */
async function isEs256(spki, value, message) {
  if (value.length !== 64) return false;
  const key = await imported(() => crypto.subtle.importKey('spki', spki, ES256, false, ['verify']));
  return crypto.subtle.verify(ES256, key, value, message);
}

/**
 * @param {Uint8Array<ArrayBuffer>} spki
 * @param {Uint8Array<ArrayBuffer>} value
 * @param {Uint8Array<ArrayBuffer>} message
 */
async function isEd25519(spki, value, message) {
  const isKey = spki.length === 44 && ED25519_PREFIX.every((byte, at) => spki[at] === byte);
  if (!isKey || value.length !== 64) return false;
  const raw = spki.slice(ED25519_PREFIX.length);
  try {
    const key = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, value, message);
  } catch (fault) {
    if (!(fault instanceof DOMException) || fault.name !== 'NotSupportedError') throw new NotBelieved(`no Ed25519 key: ${fault}`);
    // Browsers older than 2025 know no Ed25519; a phone that could not check receipts could never let anything go.
    const { verifyAsync } = await import('../vendor/@noble/ed25519/index.js');
    return verifyAsync(value, message, raw, { zip215: false });
  }
}

/** @param {() => Promise<CryptoKey>} importing */
async function imported(importing) {
  try {
    return await importing();
  } catch (fault) {
    throw new NotBelieved(`a server key is unreadable: ${fault}`);
  }
}

/**
 * Reads what the server signed. Believes nothing that is not signed by a trusted key for that use and about exactly the
 * bytes that were sent.
 */

import { isDigest } from './digests.js';
import { NotBelieved } from './not_believed.js';
import { checkSignature } from './signatures.js';

export { NotBelieved } from './not_believed.js';

/** @typedef {import("../types.js").Receipt} Receipt */
/** @typedef {import("../types.js").ServerKey} ServerKey */
/** @typedef {import("../types.js").Signed} Signed */

/**
 * The exact text of a signed object.
 * @param {unknown} signed anything an answer held
 * @param {readonly ServerKey[]} keys the keys given at enrolment, or signed by one of those
 * @param {"receipt"|"checkpoint"} use what the signer must be trusted for
 * @returns {Promise<string>}
 * @throws {NotBelieved}
 */
export async function verifySigned(signed, keys, use) {
  return (await opened(signed, keys, use)).payload;
}

/**
 * The verified receipt about these bytes.
 * @param {unknown} signed
 * @param {readonly ServerKey[]} keys
 * @param {{id: string, rev: number|null, digest: string}} about `rev` null for a task event, which has none on the wire
 * @returns {Promise<Receipt>}
 * @throws {NotBelieved}
 */
export async function readReceipt(signed, keys, about) {
  const { payload, key, exact } = await opened(signed, keys, 'receipt');
  const claims = objectOf(payload);
  const { id, digest, state, server_time, server_epoch } = claims;
  const rev = claims.rev ?? about.rev ?? 1;
  if (id !== about.id || digest !== about.digest || (about.rev !== null && rev !== about.rev)) {
    throw new NotBelieved('the receipt is for other bytes');
  }
  const isReadable = isDigest(digest) && (state === 'received' || state === 'complete') && isInstant(server_time);
  if (!isReadable || typeof server_epoch !== 'string') throw new NotBelieved('the receipt says nothing known');
  if (key.not_after !== undefined && !(Date.parse(server_time) <= Date.parse(key.not_after))) {
    throw new NotBelieved('the receipt was signed after its key had ended');
  }
  const photos = { declared: Number(claims.photos?.declared ?? 0), stored: Number(claims.photos?.stored ?? 0) };
  return { id, rev, digest, state, photos, server_time, server_epoch, signed: exact };
}

/**
 * The epoch that a trusted key stands behind in a signed object other than a receipt, such as the list of keys.
 * @param {unknown} signed
 * @param {readonly ServerKey[]} keys
 * @returns {Promise<{claims: Record<string, any>, server_epoch: string|null}>}
 * @throws {NotBelieved}
 */
export async function readSignedClaims(signed, keys) {
  const claims = objectOf(await verifySigned(signed, keys, 'receipt'));
  return { claims, server_epoch: typeof claims.server_epoch === 'string' ? claims.server_epoch : null };
}

/**
 * @param {unknown} signed
 * @param {readonly ServerKey[]} keys
 * @param {"receipt"|"checkpoint"} use
 */
async function opened(signed, keys, use) {
  const { payload, signature } = /** @type {Partial<Signed>} */ (isObject(signed) ? signed : {});
  if (typeof payload !== 'string' || !isObject(signature)) throw new NotBelieved('there is no signed object in the answer');
  const key = keys.find((each) => each.key_id === signature.key_id && each.use === use);
  if (key === undefined) throw new NotBelieved(`the signer is not a trusted ${use} key`);
  await checkSignature(payload, signature, key);
  const { key_id, alg, value } = signature;
  return { payload, key, exact: { payload, signature: { key_id, alg, value } } };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {string} text */
function objectOf(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    throw new NotBelieved(`the signed text is no JSON: ${fault}`);
  }
  if (!isObject(value)) throw new NotBelieved('the signed text is no JSON object');
  return value;
}

/**
 * An instant with an offset: a naive time would mean something else in every zone.
 * @param {unknown} value
 * @returns {value is string}
 */
function isInstant(value) {
  return typeof value === 'string' && /T.*(Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value));
}

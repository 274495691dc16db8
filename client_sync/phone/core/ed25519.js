/**
 * Verifies Ed25519 (RFC 8032) with whole-number arithmetic, for browsers whose own cryptography lacks it.
 * Knows no private keys and never signs: its running time depends on its input.
 */

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** @typedef {readonly [bigint, bigint, bigint, bigint]} Point extended coordinates X, Y, Z, T */

/** @type {Point} */
const NEUTRAL = [0n, 1n, 1n, 0n];
const BASE = /** @type {Point} */ (decoded(littleEndian((4n * power(5n, P - 2n)) % P)));

/**
 * Whether `signature` (64 bytes) is that of the message by the public key (32 bytes).
 * @param {Uint8Array} key
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 * @returns {Promise<boolean>}
 */
export async function verifyEd25519(key, signature, message) {
  const [first, scalar] = [signature.slice(0, 32), number(signature.slice(32))];
  const [point, commitment] = [decoded(key), decoded(first)];
  if (point === null || commitment === null || scalar >= ORDER) return false;
  const hashed = new Uint8Array(first.length + key.length + message.length);
  hashed.set(first);
  hashed.set(key, first.length);
  hashed.set(message, first.length + key.length);
  const challenge = number(new Uint8Array(await crypto.subtle.digest('SHA-512', hashed))) % ORDER;
  return same(times(BASE, scalar), plus(commitment, times(point, challenge)));
}

/** @param {bigint} value */
function modulo(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/**
 * @param {bigint} base
 * @param {bigint} exponent
 */
function power(base, exponent) {
  let result = 1n;
  for (let factor = modulo(base), left = exponent; left > 0n; left >>= 1n, factor = (factor * factor) % P) {
    if (left & 1n) result = (result * factor) % P;
  }
  return result;
}

/** @param {Uint8Array} bytes little-endian */
function number(bytes) {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** @param {bigint} value */
function littleEndian(value) {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
}

/**
 * The point that 32 bytes stand for, or null.
 * @param {Uint8Array} bytes
 * @returns {Point|null}
 */
function decoded(bytes) {
  const whole = number(bytes);
  const y = whole & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const [u, v] = [modulo(y * y - 1n), modulo(D * y * y + 1n)];
  let x = modulo(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (modulo(v * x * x) !== u) x = modulo(x * ROOT_OF_MINUS_ONE);
  if (modulo(v * x * x) !== u) return null;
  const sign = whole >> 255n;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, modulo(x * y)];
}

/**
 * @param {Point} one
 * @param {Point} other
 * @returns {Point}
 */
function plus([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = modulo((y1 - x1) * (y2 - x2));
  const b = modulo((y1 + x1) * (y2 + x2));
  const c = modulo(2n * t1 * D * t2);
  const d = modulo(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)];
}

/**
 * @param {Point} point
 * @param {bigint} factor
 */
function times(point, factor) {
  let sum = NEUTRAL;
  for (let each = point, left = factor; left > 0n; left >>= 1n, each = plus(each, each)) {
    if (left & 1n) sum = plus(sum, each);
  }
  return sum;
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function same([x1, y1, z1], [x2, y2, z2]) {
  return modulo(x1 * z2 - x2 * z1) === 0n && modulo(y1 * z2 - y2 * z1) === 0n;
}

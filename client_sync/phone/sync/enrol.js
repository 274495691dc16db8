/**
 * Makes this phone known to an office with a one-time code, and keeps what was answered. A new enrolment keeps everything
 * that is queued; an answer without the server's signed word about this very key is refused.
 */

import { verifySigned } from '../core/receipts.js';
import { newKey } from '../device/keys.js';
import { keepAttempt, keepIdentity, readAttempt, readIdentity } from '../store/identity.js';
import { SEAL, withLock } from '../store/locks.js';
import { adoptEpoch } from '../store/outbox.js';
import { NotBelieved } from './errors.js';
import { Wire } from './wire.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../types.js").Identity} Identity */
/** @typedef {import("../device/keys.js").DeviceKey} DeviceKey */

const REQUIRED = ['device_id', 'token', 'county', 'inspector', 'server_keys', 'server_epoch', 'enrolment'];

/**
 * Enrols, or enrols again; safe to repeat with the same code after a lost answer.
 * @param {Database} db
 * @param {{code: string, origin: string, label: string, platform: string, app: {name: string, version: string},
 *   fetch?: typeof globalThis.fetch}} ask
 * @returns {Promise<Identity>}
 * @throws {import("./errors.js").Unreachable|import("./errors.js").Rejected|NotBelieved}
 */
export async function enrol(db, { code, origin, label, platform, app, fetch }) {
  const key = await keyFor(db, code);
  const wire = new Wire({ origin, fetch });
  const public_key = { alg: key.alg, spki: key.spki };
  const reply = await wire.json('POST', '/devices', { code, label, platform, app, public_key });
  await believed(reply, key);
  // Nobody may seal meanwhile: the place in the chain is part of what is replaced.
  const identity = await withLock(SEAL, async () => {
    const before = await readIdentity(db);
    const fresh = identityFrom(reply, { before, key, origin: wire.origin, server_offset_ms: wire.server_offset_ms });
    await keepIdentity(db, fresh, key);
    return fresh;
  });
  // The epoch is adopted in a transaction of its own, after the phone can sign and send again under its new name.
  if (reply.server_epoch !== identity.epoch && !identity.past_epochs.includes(reply.server_epoch)) {
    await adoptEpoch(db, reply.server_epoch);
  }
  return /** @type {Promise<Identity>} */ (readIdentity(db));
}

/**
 * The key to enrol with, kept before it is told: the same code always meets the same key.
 * @param {Database} db
 * @param {string} code
 * @returns {Promise<DeviceKey>}
 */
async function keyFor(db, code) {
  const begun = await readAttempt(db);
  if (begun?.code === code) return begun.key;
  const key = await newKey();
  try {
    await keepAttempt(db, { code, key });
    return key;
  } catch (fault) {
    // Some browsers make Ed25519 keys and cannot keep them; the older kind can be kept everywhere.
    if (/** @type {Error} */ (fault).name !== 'DataCloneError' || key.alg !== 'Ed25519') throw fault;
    const older = await newKey(crypto.subtle, 'ES256');
    await keepAttempt(db, { code, key: older });
    return older;
  }
}

/**
 * @param {Record<string, any>} reply
 * @param {DeviceKey} key
 */
async function believed(reply, key) {
  const missing = REQUIRED.filter((name) => !reply[name]);
  if (missing.length > 0 || !Array.isArray(reply.server_keys) || !reply.inspector.id) {
    throw new NotBelieved(`the enrolment answer lacks ${missing.join(', ') || 'an inspector'}`);
  }
  const said = JSON.parse(await verifySigned(reply.enrolment, reply.server_keys, 'receipt'));
  if (said.device_id !== reply.device_id || said.key_id !== key.key_id) throw new NotBelieved('another device was enrolled');
}

/**
 * @param {Record<string, any>} reply
 * @param {{before: Identity|null, key: DeviceKey, origin: string, server_offset_ms: number|null}} here
 * @returns {Identity}
 */
function identityFrom(reply, { before, key, origin, server_offset_ms }) {
  // The same device answers a repeated code: its chain goes on. Another begins a chain of its own.
  const chain = before?.device_id === reply.device_id ? before : null;
  const { id, name = '', certificate_no = null } = reply.inspector;
  const told = new Set(reply.server_keys.map((/** @type {any} */ each) => each.key_id));
  const known = (before?.server_keys ?? []).filter((old) => !told.has(old.key_id));
  return {
    device_id: reply.device_id,
    token: reply.token,
    server: origin,
    county: reply.county,
    inspector: { id, name, certificate_no },
    crew: reply.crew ?? null,
    regions: reply.regions ?? [],
    region_names: reply.region_names ?? {},
    carry_recipient: reply.carry_recipient ?? null,
    enrolment: reply.enrolment,
    server_keys: [...reply.server_keys, ...known],
    epoch: before?.epoch ?? reply.server_epoch,
    past_epochs: before?.past_epochs ?? [],
    limits: reply.limits ?? {},
    key: { alg: key.alg, key_id: key.key_id },
    next_seq: chain?.next_seq ?? 1,
    chain: chain?.chain ?? null,
    standing: 'ok',
    server_offset_ms: server_offset_ms ?? before?.server_offset_ms ?? null,
    last_sync_at: before?.last_sync_at ?? null,
  };
}

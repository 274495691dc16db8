/**
 * Records, receipts and golden messages for the tests of the phone's core. Signs nothing: real signatures come from the golden messages.
 */
import { readFileSync } from 'node:fs';
import { next } from '../../../client_sync/phone/core/sync_states.js';

const EXAMPLES = new URL('../../../schemas/examples/', import.meta.url);
export const EPOCH = 'a0bc5fba-d5ac-46aa-b9d1-00635ed8543e';
export const LATER_EPOCH = 'b1bc5fba-d5ac-46aa-b9d1-00635ed8543f';

/** A golden message, the same file the server is tested on. */
export function golden(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, EXAMPLES), 'utf8'));
}

export const KEYS = golden('enrol.response').server_keys;

export function aDigest(n) {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}

/** The outcome `sealed` of a report with so many photos. */
export function sealed({
  id = '89987da5-1fce-4f99-a625-158225e48c0d',
  rev = 1,
  digest = aDigest(1),
  photos = [aDigest(11), aDigest(12)],
} = {}) {
  const manifest = JSON.stringify({ v: 1, id, rev, photos: photos.map((each) => ({ digest: each })) });
  const summary = {
    ...{ captured_at: '2026-11-20T10:00:00+08:00', kind: 'routine', parcel_claim: null, parcel_id: null, task_id: null },
    ...{ task_state: null, lon: null, lat: null, place: null },
  };
  const at = '2026-11-20T10:05:00+08:00';
  const link = { device_id: '8f4dfcfe-ea3b-444e-8026-dc859ec3ec1a', seq: 1 };
  return { type: 'sealed', ...link, digest, manifest, signature: null, at, summary };
}

export function aRecord(differences = {}, sealing = {}) {
  return Object.freeze({ ...next(null, sealed(sealing)), ...differences });
}

/** A receipt as readReceipt() gives it, for this record unless told otherwise. */
export function aReceipt(
  record,
  { state = 'received', epoch = EPOCH, at = '2026-11-20T04:00:00+00:00', digest = record.digest } = {},
) {
  const { id, rev } = record;
  const payload = JSON.stringify({ id, rev, digest, state, server_time: at, server_epoch: epoch });
  const signed = { payload, signature: { key_id: 'k', alg: 'Ed25519', value: 'v' } };
  const photos = { declared: record.photos.length, stored: 0 };
  return { id, rev, digest, state, photos, server_time: at, server_epoch: epoch, signed };
}

export function answered(record, { state = 'received', current = 'stored', missing = [], problem = null, ...receipt } = {}) {
  return { type: 'answered', outcome: 'stored', current, missing, problem, receipt: aReceipt(record, { state, ...receipt }) };
}

/** One outcome of each kind, about this record. */
export function everyOutcome(record) {
  const problem = { code: 'item-unreadable', retry: 'after-change' };
  return [
    sealed(),
    answered(record, { state: 'received', missing: record.photos }),
    answered(record, { state: 'complete' }),
    { type: 'refused', problem },
    { type: 'too_large', problem: { code: 'too-large' } },
    { type: 'tried_again' },
    { type: 'not_believed' },
    { type: 'unreachable', at_ms: 1_000_000, retry_after_ms: null, jitter: 0.5 },
    { type: 'unknown' },
    { type: 'photo_stored', digest: record.photos[0] ?? aDigest(99) },
    { type: 'photo_lost', digest: record.photos[0] ?? aDigest(99) },
    { type: 'epoch_changed', epoch: LATER_EPOCH },
    { type: 'carried', at: '2026-11-21T10:00:00+08:00' },
    { type: 'originals_removed' },
  ];
}

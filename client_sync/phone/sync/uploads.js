/**
 * Sends the photos the office still wants, smallest first, chunk by chunk, and goes on where the server stands.
 * Believes that a photo is safe only when a receipt says so; trusts no bytes of this phone without hashing them again.
 */

import { isDue, LONGEST_WAIT_MS, waitMs } from '../core/backoff.js';
import { wantedPhotos } from '../core/sync_states.js';
import { photoArrived, photoLost, recordsIn } from '../store/outbox.js';
import { markPhoto, photoBytes, photoRefused, photoRow } from '../store/photos.js';
import { diary } from './context.js';
import { Rejected, Unreachable } from './errors.js';
import { askReceipts } from './pushing.js';
import { AlreadyThere, AskAgain, UploadEnded, WireStack } from './tus_stack.js';
import { BASE } from './wire.js';

/** @typedef {import("./context.js").Round} Round */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../types.js").PhotoRow} PhotoRow */
/** @typedef {{row: PhotoRow, record: OutboxRecord}} Wanted */

const CHUNK_BYTES = 256 * 1024;
const FRESH_STARTS = 3;
const GONE = 410;
/** How often one photo is tried again without a byte of progress before the network counts as gone. */
const STUCK_AT = 3;

/**
 * Uploads what is missing; returns how many photos arrived. A photo the server refuses blocks no other, and is marked as refused.
 * @param {Round} round
 * @returns {Promise<number>}
 */
export async function uploadMissing(round) {
  if (!round.photos_allowed) return 0;
  const wanted = await photosToSend(round);
  let arrived = 0;
  for (const [done, each] of wanted.entries()) {
    round.report('uploading', done, wanted.length);
    try {
      arrived += await uploadOne(round, each);
    } catch (fault) {
      if (!(fault instanceof Rejected)) throw fault;
      await diary(round, fault, fault.code);
      round.refused.add(each.row.digest);
      await photoRefused(round.db, each.row.digest, {
        problem: fault.problem, at_ms: round.clock.nowMs(), limits: limitsOf(round),
      });
    }
  }
  round.uploaded += arrived;
  return arrived;
}

/**
 * The photos that acknowledged reports lack and this phone has, smallest first.
 * @param {Round} round
 * @returns {Promise<Wanted[]>}
 */
async function photosToSend(round) {
  const { db } = round;
  /** @type {Map<string, Wanted>} */
  const wanted = new Map();
  for (const record of await recordsIn(db, 'received')) {
    for (const digest of wantedPhotos(record).filter((each) => !wanted.has(each))) {
      const row = await photoRow(db, digest);
      if (row === null || row.state === 'lost') {
        if (record.problem === null) await photoLost(db, digest);
      } else if (mayBeTaken(round, row)) wanted.set(digest, { row, record });
    }
  }
  return [...wanted.values()].sort((a, b) => a.row.bytes - b.row.bytes);
}

/**
 * Whether the office may take a photo now that it has refused before: it takes other sizes since, a person asks, or an hour
 * went by; once a round.
 * @param {Round} round
 * @param {PhotoRow} row
 */
function mayBeTaken(round, { digest, refusal }) {
  if (!refusal) return true;
  if (round.refused.has(digest)) return false;
  return round.insist || refusal.limits !== limitsOf(round) || isDue(refusal.at_ms + LONGEST_WAIT_MS, round.clock.nowMs());
}

/** @param {Round} round */
function limitsOf({ identity }) {
  return JSON.stringify(identity.limits);
}

/**
 * @param {Round} round
 * @param {Wanted} wanted
 * @returns {Promise<0|1>}
 */
async function uploadOne(round, wanted) {
  const { digest } = wanted.row;
  const bytes = await photoBytes(round.db, digest);
  if (bytes === null) {
    await photoLost(round.db, digest);
    return 0;
  }
  await sendAll(round, wanted, new Blob([bytes]));
  const records = await photoArrived(round.db, digest);
  await askReceipts(round, records.filter((record) => record.missing.length === 0));
  return 1;
}

/**
 * Tries until the server says it has all bytes. tus-js-client's own retries are off: it would wait by a clock of its own,
 * and after an error status it would begin a new upload where ours can go on.
 * @param {Round} round
 * @param {Wanted} wanted
 * @param {Blob} blob
 */
async function sendAll(round, { row, record }, blob) {
  let url = row.upload_url;
  let stuck = 0;
  let starts = 0;
  for (let furthest = -1; ;) {
    const attempt = await once(round, { row, record }, blob, url);
    if (attempt.fault === null) return;
    url = attempt.url;
    if (attempt.fault instanceof UploadEnded) {
      starts += 1;
      url = null;
      await markPhoto(round.db, row.digest, (now) => ({ ...now, upload_url: null, sent_bytes: 0 }));
      if (starts >= FRESH_STARTS) throw new Rejected(GONE, { code: 'upload-gone', retry: 'later' });
      continue;
    }
    if (!mayGoOn(attempt.fault)) throw attempt.fault;
    stuck = attempt.offset > furthest ? 1 : stuck + 1;
    furthest = Math.max(furthest, attempt.offset);
    if (stuck >= STUCK_AT) throw attempt.fault instanceof Unreachable ? attempt.fault : new Unreachable(attempt.fault.message);
    if (attempt.fault instanceof Unreachable) await round.sleep(waitMs(stuck, null, round.jitter()));
  }
}

/**
 * Whether the same photo may be tried again at once: not where the server named a time, refused, or was not believed.
 * @param {Error} fault
 */
function mayGoOn(fault) {
  return fault instanceof AskAgain || (fault instanceof Unreachable && fault.retry_after_ms === null);
}

/**
 * One run of tus-js-client over one photo.
 * @param {Round} round
 * @param {Wanted} wanted
 * @param {Blob} blob
 * @param {string|null} known_url
 * @returns {Promise<{fault: Error|null, url: string|null, offset: number}>}
 */
async function once(round, { row, record }, blob, known_url) {
  // The library is needed only where there is a photo to send, so it is not part of the app's start.
  const { Upload } = await import('../vendor/tus-js-client/index.js');
  const { wire, db } = round;
  let url = known_url;
  let offset = 0;
  let kept = Promise.resolve();
  const fault = await new Promise((/** @type {(fault: Error|null) => void} */ end) => {
    const upload = new Upload(blob, {
      endpoint: `${wire.origin}${BASE}/files`,
      uploadUrl: known_url === null ? null : new URL(known_url, wire.origin).href,
      uploadSize: blob.size,
      chunkSize: round.identity.limits.chunk_bytes ?? CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      fingerprint: async () => row.digest,
      metadata: { digest: row.digest, filetype: row.media_type, report_id: record.id, rev: String(record.rev) },
      httpStack: new WireStack(wire, blob.size, () => kept),
      onUploadUrlAvailable: () => {
        const path = new URL(String(upload.url)).pathname;
        if (path === url) return;
        url = path;
        // Kept before the first byte leaves (the stack waits for it), so that a dead tab goes on where it was.
        kept = markPhoto(db, row.digest, (now) => ({ ...now, upload_url: path, sent_bytes: 0 }));
      },
      onChunkComplete: (_, accepted) => {
        offset = accepted;
      },
      onSuccess: () => end(null),
      onError: (error) => end(causeOf(error)),
    });
    upload.start();
  });
  await kept;
  return { fault: fault instanceof AlreadyThere ? null : fault, url, offset };
}

/**
 * What really happened beneath tus-js-client's own error.
 * @param {any} error
 * @returns {Error}
 */
function causeOf(error) {
  if (error.causingError instanceof Error) return error.causingError;
  return new Unreachable(String(error.message ?? error), { broke_down: true });
}

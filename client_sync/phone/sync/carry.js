/**
 * The way without any network: everything the office has not confirmed, as one age file to carry there, and the receipts
 * brought back. Changes no state when a file is written: only a verified receipt does.
 */

import { itemOf } from '../core/batches.js';
import { outcomesOfPush } from '../core/results.js';
import { wantedPhotos } from '../core/sync_states.js';
import { readIdentity, readSetting } from '../store/identity.js';
import { adoptEpoch, listRecords, moveAll } from '../store/outbox.js';
import { photoBytes } from '../store/photos.js';
import { Rejected } from './errors.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../types.js").OutboxRecord} OutboxRecord */
/** @typedef {{blob: Blob, name: string, reports: number, steps: number, photos: number}} CarriedFile `steps`: the task events among `reports` */
/** @typedef {{complete: number, received: number, aside: number, unknown: number, not_believed: number}} ReceiptsRead */

/**
 * The whole queue, encrypted to the office; null when nothing waits. Photos are read one at a time while the file grows.
 * @param {Database} db
 * @param {{nowIso: () => string}} clock
 * @returns {Promise<CarriedFile|null>}
 * @throws {RangeError} when this phone is not enrolled or its office takes no carried files
 */
export async function carriedFile(db, clock) {
  const identity = await readIdentity(db);
  if (!identity?.carry_recipient) throw new RangeError('no office has told this phone how to encrypt for it');
  const records = (await listRecords(db)).filter((record) => record.state !== 'complete');
  if (records.length === 0) return null;
  const [{ makeZip }, { Encrypter }] = await Promise.all([
    import('../vendor/client-zip/index.js'), import('../vendor/age-encryption/age.js'),
  ]);
  const at = clock.nowIso();
  const carried = { photos: 0 };
  const entries = entriesOf(db, records, await pushBody(db, records, at), carried);
  const encrypter = new Encrypter();
  encrypter.addRecipient(identity.carry_recipient);
  const blob = await new Response(await encrypter.encrypt(makeZip(entries))).blob();
  await moveAll(db, records.map((record) => ({ n: Number(record.n), outcome: { type: 'carried', at } })));
  const day = at.slice(0, 10);
  const name = `xuntu-${day}-${identity.device_id.slice(0, 8)}.age`;
  const steps = records.filter((record) => record.type === 'task_progress').length;
  return { blob, name, reports: records.length, steps, photos: carried.photos };
}

/**
 * @param {Database} db
 * @param {OutboxRecord[]} records
 * @param {string} at
 */
async function pushBody(db, records, at) {
  const enrolments = (await readSetting(db, 'enrolments')) ?? [];
  const photos = new Set(records.flatMap(wantedPhotos)).size;
  return {
    sent_at: at,
    unsent: { reports: records.filter((record) => record.state === 'queued').length, photos },
    items: records.map(itemOf),
    enrolment: enrolments.at(-1) ?? null,
    enrolments,
  };
}

/**
 * @param {Database} db
 * @param {OutboxRecord[]} records
 * @param {any} push
 * @param {{photos: number}} carried
 */
async function* entriesOf(db, records, push, carried) {
  yield { name: 'push.json', input: JSON.stringify(push) };
  for (const digest of new Set(records.flatMap(wantedPhotos))) {
    const bytes = await photoBytes(db, digest);
    if (bytes === null) continue;
    carried.photos += 1;
    // A colon is not allowed in file names everywhere, so the entry is named sha256-<hex>.
    yield { name: `photos/${digest.replace(':', '-')}`, input: bytes };
  }
}

/**
 * Takes over the receipts an office wrote while importing a carried file. Each must be signed and about bytes of this phone.
 * @param {Database} db
 * @param {string} text
 * @returns {Promise<ReceiptsRead>}
 * @throws {Rejected} when the text is no receipts file at all
 */
export async function readReceiptsFile(db, text) {
  const records = new Map((await listRecords(db)).map((record) => [record.digest, record]));
  const summary = { complete: 0, received: 0, aside: 0, unknown: 0, not_believed: 0 };
  for (const result of resultsIn(text)) {
    const record = records.get(result?.digest ?? digestIn(result));
    if (record === undefined) summary.unknown += 1;
    else summary[await takeOver(db, record, result)] += 1;
  }
  return summary;
}

/**
 * @param {Database} db
 * @param {OutboxRecord} record
 * @param {any} result
 * @returns {Promise<"complete"|"received"|"aside"|"not_believed">}
 */
async function takeOver(db, record, result) {
  const identity = /** @type {import("../types.js").Identity} */ (await readIdentity(db));
  const { server_keys, epoch, past_epochs } = identity;
  const { outcomes, new_epoch } = await outcomesOfPush([record], { results: [result] }, server_keys, epoch, past_epochs);
  if (new_epoch !== null) await adoptEpoch(db, new_epoch);
  if (outcomes[0].outcome.type === 'not_believed') return 'not_believed';
  const [moved] = await moveAll(db, [{ n: Number(record.n), outcome: outcomes[0].outcome }]);
  return moved.state === 'queued' ? 'not_believed' : moved.state;
}

/**
 * @param {string} text
 * @returns {any[]}
 */
function resultsIn(text) {
  const problem = { code: 'receipts-unreadable', detail: 'this is no receipts file' };
  try {
    const said = JSON.parse(text);
    const listed = said?.receipts ?? said?.results;
    if (Array.isArray(listed)) return listed;
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault;
  }
  throw new Rejected(0, problem);
}

/**
 * The digest a receipt speaks of, before it is verified: only to find the record it may be about.
 * @param {any} result
 * @returns {string|undefined}
 */
function digestIn(result) {
  try {
    return JSON.parse(result.receipt.payload).digest;
  } catch (fault) {
    if (fault instanceof SyntaxError || fault instanceof TypeError) return undefined;
    throw fault;
  }
}

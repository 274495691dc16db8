/**
 * Downloads the package of an area: in parts that survive a cut, checked by its digest, put in place as a whole.
 * Keeps the old package until the new one is complete, and asks only whether there is a newer one.
 */

import { isDigest, sha256 } from '../core/digests.js';
import { NotBelieved } from '../core/receipts.js';
import { VISIT_BYTES } from '../core/storage_policy.js';
import { clock as wall } from '../device/clock.js';
import { freeBytes } from '../device/storage.js';
import { StorageFull, strict } from '../store/database.js';
import { dropArea, partsOf } from '../store/land.js';
import { withLock, withLockIfFree } from '../store/locks.js';
import { EMPTY_PACKAGE } from '../store/work.js';
import { diary } from './context.js';
import { codeOf, Rejected, Stopped, Unreachable } from './errors.js';
import { install } from './package_install.js';
import { BASE } from './wire.js';

/** @typedef {import("../store/database.js").Database} Database */
/** @typedef {import("../store/land.js").PackageRow} PackageRow */
/** @typedef {import("./context.js").Round} Round */
/** @typedef {import("./wire.js").Wire} Wire */
/** @typedef {(done_bytes: number, total_bytes: number|null) => void} OnProgress */

const PART_BYTES = 512 * 1024;
const IDLE_MS = 60_000;
const DAY_MS = 86_400_000;
const RANGE_UNSATISFIABLE = 416;
/** What a download in vain is known by: the same bytes would fail the same way, at the price of the whole area each time. */
const IN_VAIN = ['package-damaged', 'package-incomplete', 'package-unreadable', 'package-version', 'storage-full'];
const AFTER_VAIN_MS = 6 * 3_600_000;
/** Unpacked rows with their indexes beside the packed parts, roughly; photos of the next visits come before land. */
const UNPACKED_TIMES = 10;
const KEPT_FREE_BYTES = 3 * VISIT_BYTES;

/** When a download last was in vain, by area. @type {WeakMap<Database, Map<string, number>>} */
const VAIN = new WeakMap();

/**
 * Asks for the packages of the own areas where something changed or a day went by. With the data saver on, only an area
 * that is not there at all. Gives way to a report that was sealed meanwhile, and to a person who asks for a sync: what was
 * downloaded stays, and the next round goes on from there.
 * @param {Round} round
 */
export async function refreshPackages(round) {
  const { wire, give_way } = round;
  const line = give_way === null ? wire : wire.stoppedBy(give_way);
  try {
    await refreshed({ ...round, wire: line });
  } catch (fault) {
    if (!(fault instanceof Stopped) || wire.signal?.aborted) throw fault;
    round.gave_way = true;
  } finally {
    // Whoever writes a failure down names the last exchange.
    wire.last = line.last ?? wire.last;
  }
}

/** @param {Round} round */
async function refreshed(round) {
  const { db, wire, clock, photos_allowed, report } = round;
  const areas = widest(round.identity.regions);
  for (const area of areas) {
    const row = /** @type {PackageRow|undefined} */ (await db.get('packages', area));
    // A clock that was set back must not keep an old package for a year, so a check in the future is none.
    const is_fresh = row?.etag && !row.changed && Math.abs(clock.nowMs() - Date.parse(row.checked_at ?? '')) < DAY_MS;
    if (is_fresh || (row?.etag && !photos_allowed) || wasInVain(db, area, clock.nowMs())) continue;
    report('package');
    try {
      const onProgress = (/** @type {number} */ done, /** @type {number|null} */ total) => report('package', done, total ?? 0);
      // Where somebody fetches it by hand at this moment, there is nothing to wait for.
      await withLockIfFree(lockOf(area), () => brought(db, wire, area, onProgress, clock));
    } catch (fault) {
      if (!(fault instanceof Rejected)) throw fault;
      await diary(round, fault, fault.code);
    }
  }
  await leaveAreas(db, areas);
}

/**
 * @param {Database} db
 * @param {string} area
 * @param {number} now_ms
 */
function wasInVain(db, area, now_ms) {
  const at_ms = VAIN.get(db)?.get(area) ?? -Infinity;
  return Math.abs(now_ms - at_ms) < AFTER_VAIN_MS;
}

/**
 * Takes land off the phone that is no longer its own, once everything that is has come.
 * @param {Database} db
 * @param {string[]} areas
 */
async function leaveAreas(db, areas) {
  const rows = /** @type {PackageRow[]} */ (await db.getAll('packages'));
  const has = new Set(rows.filter((row) => row.etag !== null).map((row) => row.area));
  if (areas.length === 0 || !areas.every((area) => has.has(area))) return;
  for (const { area } of rows.filter((row) => !areas.includes(row.area))) await dropArea(db, area);
}

/**
 * The areas that no other of the list contains.
 * @param {string[]} regions
 * @returns {string[]}
 */
export function widest(regions) {
  const once = [...new Set(regions)];
  return once.filter((region) => !once.some((other) => other !== region && region.startsWith(other)));
}

/**
 * Downloads the newest package of an area, going on where a cut left off; returns the area as it then stands. A download in
 * vain leaves no parts behind: on a full phone they would take the room of photos.
 * @param {Database} db
 * @param {Wire} wire
 * @param {string} area
 * @param {OnProgress} [onProgress]
 * @param {{nowIso: () => string, nowMs: () => number}} [clock]
 * @returns {Promise<PackageRow>}
 * @throws {Unreachable|NotBelieved|Rejected|Stopped|StorageFull}
 */
export async function downloadPackage(db, wire, area, onProgress = () => {}, clock = wall) {
  return withLock(lockOf(area), () => brought(db, wire, area, onProgress, clock));
}

/** @param {string} area */
const lockOf = (area) => `xuntu-package-${area}`;

/**
 * @param {Database} db
 * @param {Wire} wire
 * @param {string} area
 * @param {OnProgress} onProgress
 * @param {{nowIso: () => string, nowMs: () => number}} clock
 * @returns {Promise<PackageRow>}
 */
async function brought(db, wire, area, onProgress, clock) {
  try {
    const row = await newest(db, wire, area, onProgress, clock);
    VAIN.get(db)?.delete(area);
    return row;
  } catch (fault) {
    if (IN_VAIN.includes(codeOf(fault))) {
      VAIN.set(db, (VAIN.get(db) ?? new Map()).set(area, clock.nowMs()));
      await strict(db, ['package_parts'], (tx) => tx.objectStore('package_parts').delete(partsOf(area)));
    }
    throw fault;
  }
}

/**
 * @param {Database} db
 * @param {Wire} wire
 * @param {string} area
 * @param {OnProgress} onProgress
 * @param {{nowIso: () => string}} clock
 * @returns {Promise<PackageRow>}
 */
async function newest(db, wire, area, onProgress, clock) {
  const before = /** @type {PackageRow} */ ({ ...EMPTY_PACKAGE, area, ...(await db.get('packages', area)) });
  const response = await asked(wire, before);
  if (response === null) return checked(db, before, clock.nowIso());
  if (response === 'restart') {
    await forgetParts(db, before);
    const again = await asked(wire, { ...before, pending: null });
    if (again === null) return checked(db, before, clock.nowIso());
    if (again === 'restart') throw new Unreachable('the package cannot be had in parts', { code: 'package-damaged' });
    return received(db, wire, before, again, onProgress, clock);
  }
  return received(db, wire, before, response, onProgress, clock);
}

/**
 * @param {Wire} wire
 * @param {PackageRow} row
 * @returns {Promise<Response|"restart"|null>} null: the installed one is the newest
 */
async function asked(wire, { area, etag, pending }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (pending && pending.bytes > 0) Object.assign(headers, { Range: `bytes=${pending.bytes}-`, 'If-Range': pending.etag });
  else if (etag !== null) headers['If-None-Match'] = etag;
  const response = await wire.send('GET', `${BASE}/areas/${encodeURIComponent(area)}/package`, { headers });
  if (response.status === 304) return null;
  if (response.status === RANGE_UNSATISFIABLE && pending) return 'restart';
  if (response.status >= 400) return wire.refuse(response);
  return response;
}

/**
 * @param {Database} db
 * @param {PackageRow} row
 * @param {string} at
 */
async function checked(db, row, at) {
  const now = { ...row, checked_at: at, changed: false };
  await strict(db, ['packages'], (tx) => tx.objectStore('packages').put(now));
  return now;
}

/**
 * Keeps the body part by part, then checks and installs the whole.
 * @param {Database} db
 * @param {Wire} wire
 * @param {PackageRow} before
 * @param {Response} response
 * @param {OnProgress} onProgress
 * @param {{nowIso: () => string}} clock
 */
async function received(db, wire, before, response, onProgress, clock) {
  const etag = response.headers.get('ETag') ?? '';
  const digest = etag.replace(/^W\//, '').replaceAll('"', '');
  if (!isDigest(digest)) throw new NotBelieved('the package does not say its digest');
  const resumes = response.status === 206 && before.pending !== null && before.pending.etag === etag;
  if (response.status === 206 && !(resumes && startsAt(response) === before.pending?.bytes)) {
    throw new NotBelieved('the server sent another part than was asked for');
  }
  if (!resumes) await forgetParts(db, before);
  const from = resumes ? Number(before.pending?.bytes) : 0;
  const total = totalOf(response, from);
  await mustHaveRoom(total, response);
  const bytes = await keepParts(db, wire, { ...before, pending: { etag, bytes: from, total } }, response, onProgress);
  if (total !== null && bytes !== total) {
    throw new Unreachable(`the package was cut at ${bytes} of ${total}`, { broke_down: true });
  }
  const packed = await assembled(db, before.area);
  if ((await sha256(await packed.arrayBuffer())) !== digest) {
    await forgetParts(db, before);
    throw new Unreachable('the package is damaged', { code: 'package-damaged' });
  }
  const at = clock.nowIso();
  const row = { ...before, etag, bytes: packed.size, installed_at: at, checked_at: at, changed: false, pending: null };
  return install(db, row, packed, () => forgetParts(db, before));
}

/** @param {number|null} total bytes of the package @param {Response} response @throws {StorageFull} */
async function mustHaveRoom(total, response) {
  const free = await freeBytes();
  if (free !== null && total !== null && free < KEPT_FREE_BYTES + UNPACKED_TIMES * total) {
    await response.body?.cancel();
    throw new StorageFull(new Error(`${free} bytes are free`));
  }
}

/** @param {Response} response */
function startsAt(response) {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? Number.NaN);
}

/**
 * @param {Response} response
 * @param {number} from
 * @returns {number|null}
 */
function totalOf(response, from) {
  const whole = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1];
  if (whole !== undefined) return Number(whole);
  const length = response.headers.get('Content-Length');
  return length === null ? null : from + Number(length);
}

/**
 * @param {Database} db
 * @param {Wire} wire
 * @param {PackageRow} row
 * @param {Response} response
 * @param {OnProgress} onProgress
 * @returns {Promise<number>} bytes kept so far
 */
async function keepParts(db, wire, row, response, onProgress) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body ?? new Blob([]).stream()).getReader();
  const pending = /** @type {{etag: string, bytes: number, total: number|null}} */ (row.pending);
  let kept = pending.bytes;
  /** @type {Uint8Array[]} */
  let waiting = [];
  let waiting_bytes = 0;
  const flush = async () => {
    if (waiting_bytes === 0) return;
    const part = new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (waiting)).arrayBuffer());
    const offset = kept;
    kept += part.byteLength;
    [waiting, waiting_bytes] = [[], 0];
    await keepPart(db, { ...row, pending: { ...pending, bytes: kept } }, offset, part);
  };
  for (;;) {
    const chunk = await chunkOf(reader, wire).catch(async (fault) => {
      // What arrived before the cut is worth keeping: the next attempt asks only for the rest.
      await flush();
      throw fault;
    });
    if (chunk === null) break;
    waiting.push(chunk);
    waiting_bytes += chunk.byteLength;
    if (waiting_bytes >= PART_BYTES) await flush();
    onProgress(kept + waiting_bytes, pending.total);
  }
  await flush();
  return kept;
}

/**
 * The next chunk, null at the end; a connection that says nothing for a minute is gone.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {Wire} wire
 * @returns {Promise<Uint8Array|null>}
 */
async function chunkOf(reader, wire) {
  const { signal } = wire;
  let giveUp = () => {};
  const silence = new Promise((/** @type {(_: never) => void} */ _, reject) => {
    giveUp = () => reject(new Error('silence'));
  });
  const timer = setTimeout(giveUp, IDLE_MS);
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  try {
    const { done, value } = await Promise.race([silence, reader.read()]);
    return done ? null : value;
  } catch (fault) {
    // Nothing more is wanted of this answer; a body that broke cannot be told so, and need not be.
    reader.cancel().catch(() => undefined);
    if (signal?.aborted) throw new Stopped();
    throw new Unreachable(`the package was cut: ${fault}`, { broke_down: true });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * @param {Database} db
 * @param {PackageRow} row
 * @param {number} offset
 * @param {Uint8Array} bytes
 */
async function keepPart(db, row, offset, bytes) {
  await strict(db, ['packages', 'package_parts'], async (tx) => {
    await tx.objectStore('package_parts').put({ area: row.area, offset, bytes });
    await tx.objectStore('packages').put(row);
  }, 'relaxed');
}

/**
 * @param {Database} db
 * @param {string} area
 */
async function assembled(db, area) {
  const parts = await db.getAll('package_parts', partsOf(area));
  return new Blob(parts.map((part) => part.bytes));
}

/**
 * @param {Database} db
 * @param {PackageRow} row
 */
async function forgetParts(db, row) {
  await strict(db, ['packages', 'package_parts'], async (tx) => {
    await tx.objectStore('package_parts').delete(partsOf(row.area));
    await tx.objectStore('packages').put({ ...row, pending: null });
  });
}

/**
 * When to remind that work lies on this phone only. Reminds and warns; blocks nothing, since only a write that fails may.
 */

/** @typedef {{level: "ok"|"remind"|"warn", key: string, free_bytes: number|null}} StorageAdvice */

/** Room for a day's photos: thirty visits of three photos of three megabytes. */
export const DAY_OF_PHOTOS_BYTES = 30 * 3 * 3_000_000;
/** Room for one visit. */
export const VISIT_BYTES = 3 * 3_000_000;
/** A browser that gives no promise may clear what it holds, so work should not stay on one phone for days. */
const REMIND_DAYS = 1;
const WARN_DAYS = 5;

/**
 * What to say about storage; the worst thing first.
 * @param {{persisted: boolean|null, quota: number|null, usage: number|null, unsent: number, days_since_sync: number|null}} facts
 *   bytes as the browser estimates them, null where it tells nothing; `unsent` counts reports the office has not confirmed
 * @returns {StorageAdvice}
 */
export function storageAdvice({ persisted, quota, usage, unsent, days_since_sync }) {
  const free_bytes = quota === null || usage === null ? null : Math.max(0, quota - usage);
  const waits = unsent > 0;
  const days = days_since_sync ?? Infinity;
  if (free_bytes !== null && free_bytes < VISIT_BYTES) return { level: 'warn', key: 'storage.full', free_bytes };
  if (waits && persisted === false && days >= WARN_DAYS) return { level: 'warn', key: 'storage.unsafe_and_old', free_bytes };
  if (free_bytes !== null && free_bytes < DAY_OF_PHOTOS_BYTES) return { level: 'warn', key: 'storage.low', free_bytes };
  if (waits && persisted !== true && days >= REMIND_DAYS) return { level: 'remind', key: 'storage.sync_or_carry', free_bytes };
  if (waits && days >= WARN_DAYS) return { level: 'remind', key: 'storage.long_unsent', free_bytes };
  if (persisted === false) return { level: 'remind', key: 'storage.not_persistent', free_bytes };
  return { level: 'ok', key: 'storage.ok', free_bytes };
}

/**
 * Asks the browser to keep what this app stores, and how much room there is. Promises nothing the browser does not: where it
 * cannot say, the answer is null.
 */

/** @typedef {{persisted: boolean|null, quota: number|null, usage: number|null}} Storage */

/** Whether the browser has promised to keep this app's storage; null where it cannot tell. @returns {Promise<boolean|null>} */
export async function persistence() {
  const { storage } = navigator;
  return storage?.persisted ? storage.persisted() : null;
}

/** Asks for the promise; some browsers ask the person, some decide by themselves. @returns {Promise<boolean|null>} */
export async function askPersistence() {
  const { storage } = navigator;
  return storage?.persist ? storage.persist() : null;
}

/** Bytes the browser estimates to be free for this app; null where it tells nothing. @returns {Promise<number|null>} */
export async function freeBytes() {
  const { quota, usage } = (await globalThis.navigator?.storage?.estimate?.()) ?? {};
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
}

/** The promise and the room in bytes, as the browser estimates them. @returns {Promise<Storage>} */
export async function storageFacts() {
  const estimate = navigator.storage?.estimate ? await navigator.storage.estimate() : {};
  return { persisted: await persistence(), quota: estimate.quota ?? null, usage: estimate.usage ?? null };
}

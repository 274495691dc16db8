/**
 * Keeps the screen lit while a visit is recorded. Promises nothing: where the browser has no such lock or the battery saver
 * refuses it, the screen goes dark as usual and nothing is lost.
 */

/**
 * @param {object} [world] the browser, handed in so that tests can play it
 * @param {WakeLock|undefined} [world.wakeLock]
 * @param {Document} [world.page]
 * @returns {{release: () => void}}
 */
export function keepScreenOn(world = {}) {
  const wakeLock = 'wakeLock' in world ? world.wakeLock : globalThis.navigator?.wakeLock;
  const page = world.page ?? globalThis.document;
  if (!wakeLock) return { release: () => undefined };
  /** @type {WakeLockSentinel|null} */
  let held = null;
  let is_over = false;
  const take = async () => {
    if (is_over || page.visibilityState !== 'visible') return;
    const taken = await wakeLock.request('screen').catch(() => null);
    if (is_over) await taken?.release();
    else held = taken;
  };
  // The browser drops the lock whenever the page is hidden, so it is taken again on every return.
  const again = () => void take();
  page.addEventListener('visibilitychange', again);
  again();
  return {
    release() {
      is_over = true;
      page.removeEventListener('visibilitychange', again);
      void held?.release();
    },
  };
}

/**
 * Keeps the app itself on the phone by its service worker, and knows when a newer one waits. Never puts a newer one in place
 * by itself: a person taps, and no visit is torn from under anybody.
 */

const LOOK_AGAIN_MS = 60 * 60_000;

/** @typedef {{waiting: boolean, apply: () => void}} Update */

/**
 * Registers the service worker and watches for newer ones.
 * @param {() => void} told called whenever `waiting` has changed
 * @returns {Update}
 */
export function watchVersions(told) {
  /** @type {Update} */
  const update = { waiting: false, apply: () => {} };
  const { serviceWorker } = navigator;
  if (!serviceWorker) return update;
  serviceWorker.register('/phone/sw.js', { scope: '/phone/', updateViaCache: 'none' }).then(
    (registration) => follow(registration, update, told),
    // Private windows refuse workers: the app works, but only while there is a network; the storage page says so.
    (fault) => console.warn('no service worker', fault),
  );
  return update;
}

/**
 * @param {ServiceWorkerRegistration} registration
 * @param {Update} update
 * @param {() => void} told
 */
function follow(registration, update, told) {
  const look = () => {
    const is_newer = registration.waiting !== null && navigator.serviceWorker.controller !== null;
    if (is_newer === update.waiting) return;
    update.waiting = is_newer;
    told();
  };
  update.apply = () => registration.waiting?.postMessage('take-over');
  // The first worker of a fresh phone takes over a page that is its own version already; any later one is another version.
  let had_one = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (had_one) reloadOutsideVisits();
    had_one = true;
  });
  // A browser ends a worker that fetches long after its event, as on a slow network; each start goes on where that left off.
  const goOn = () => void isReadyOffline();
  globalThis.addEventListener('online', goOn);
  navigator.serviceWorker.addEventListener('controllerchange', goOn);
  goOn();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
  setInterval(() => void registration.update().catch(() => {}), LOOK_AGAIN_MS);
  look();
}

/** Starts this tab anew with the files of the newer version; a tab with an open visit does so when the visit is left. */
export function reloadOutsideVisits() {
  outsideVisits(() => location.reload());
}

/** Acts at once, or when the visit that is open in this tab is left. @param {() => void} act */
export function outsideVisits(act) {
  if (!location.hash.startsWith('#/visit')) return act();
  addEventListener('hashchange', () => outsideVisits(act), { once: true });
}

/**
 * The version of the files that run: the service worker answers with the list it keeps, and a page without one runs what the
 * server has now.
 * @returns {Promise<string|null>} null where nobody can say
 */
export async function runningVersion() {
  const answer = await fetch('/phone/precache.json');
  const list = answer.ok ? await answer.json() : null;
  return typeof list?.version === 'string' ? list.version : null;
}

/** Whether everything the app needs without a network is kept. @returns {Promise<boolean>} */
export async function isReadyOffline() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return false;
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => resolve(event.data === true);
    worker.postMessage('is-all-kept', [channel.port2]);
  });
}

/**
 * The service worker: keeps the app's own files so that it opens without a network. Touches nothing but /phone/ and GET, and
 * gives out no file whose bytes are not those that the list of its version names.
 *
 * The server writes the version as the first line of this file, so a browser installs it again when any file has changed. A new
 * version waits until the app says "take-over"; until then the old one goes on with files of its own kind only.
 */

/** @typedef {{url: string, digest: string, bytes: number, group: "shell"|"map"|"later"}} Kept */
/** @typedef {{version: string, files: Kept[]}} Precache */

const worker = /** @type {ServiceWorkerGlobalScope & {PHONE_VERSION: string}} */ (/** @type {unknown} */ (self));
const LIST = '/phone/precache.json';
const FRONT = '/phone/';
const PREFIX = 'xuntu-';
const MINE = PREFIX + worker.PHONE_VERSION;
const AT_ONCE = 6;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const is_app = url.origin === worker.location.origin && url.pathname.startsWith(FRONT);
  if (event.request.method !== 'GET' || !is_app || url.pathname === '/phone/config.json') return;
  event.respondWith(answer(event.request, url));
});
worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') event.waitUntil(worker.skipWaiting());
  if (event.data === 'is-all-kept') event.waitUntil(keepRest().then((all) => event.ports[0].postMessage(all), () => event.ports[0].postMessage(false)));
});

/** Everything the app cannot start without, or no new version at all. */
async function install() {
  const list = await asked();
  if (list.version !== worker.PHONE_VERSION) throw new TypeError('the server has moved on to another version meanwhile');
  const cache = await caches.open(MINE);
  // Spelt out: Response.json() is missing in Safari 16, where the app would then never be kept at all.
  await cache.put(LIST, new Response(JSON.stringify(list), { headers: { 'Content-Type': 'application/json' } }));
  await keep(cache, list.files.filter((file) => file.group === 'shell'), await caches.keys());
}

/** The old version's files go once nobody runs on them; what this one can start without comes afterwards. */
async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== MINE) await caches.delete(name);
  }
  await worker.clients.claim();
  keepRest().catch((fault) => console.warn('not all is kept yet', fault));
}

/** @type {Promise<boolean>|null} */
let keeping = null;

/** Fetches what is still missing; true when nothing is. Asked by several tabs, it fetches once. @returns {Promise<boolean>} */
function keepRest() {
  keeping ??= keepMissing().finally(() => {
    keeping = null;
  });
  return keeping;
}

/** @returns {Promise<boolean>} */
async function keepMissing() {
  const cache = await caches.open(MINE);
  const list = await (await cache.match(LIST))?.json();
  if (!list) return false;
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const missing = list.files.filter((/** @type {Kept} */ file) => !kept.has(file.url));
  try {
    await keep(cache, missing, []);
    return true;
  } catch (fault) {
    if (fault instanceof TypeError) return false;
    throw fault;
  }
}

/** The newest list, past every cache. @returns {Promise<Precache>} */
async function asked() {
  const response = await fetch(LIST, { cache: 'no-store' });
  if (!response.ok) throw new TypeError(`the list of files answers ${response.status}`);
  return response.json();
}

/**
 * @param {Cache} cache
 * @param {Kept[]} files
 * @param {string[]} earlier caches of versions before, from which an unchanged file is taken
 */
async function keep(cache, files, earlier) {
  const waiting = [...files];
  const one = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await keepFile(cache, file, earlier);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/**
 * @param {Cache} cache
 * @param {Kept} file
 * @param {string[]} earlier
 */
async function keepFile(cache, file, earlier) {
  for (const name of earlier.filter((each) => each.startsWith(PREFIX))) {
    const before = await (await caches.open(name)).match(file.url);
    if (before && (await digestOf(before.clone())) === file.digest) return cache.put(file.url, before);
  }
  const response = await fetch(file.url, { cache: 'no-cache', redirect: 'error' });
  if (!response.ok || (await digestOf(response.clone())) !== file.digest) throw new TypeError(`${file.url} is not the file of this version`);
  return cache.put(file.url, response);
}

/** @param {Response} response @returns {Promise<string>} */
async function digestOf(response) {
  const hashed = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  return `sha256:${[...hashed].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Opened once: a cold start asks for some seventy files. @type {Promise<Cache>|null} */
let own = null;

/**
 * The kept file; a page below /phone/ is always the app; what is not kept is asked from the network.
 * @param {Request} request
 * @param {URL} url
 * @returns {Promise<Response>}
 */
async function answer(request, url) {
  own ??= caches.open(MINE);
  const kept = await (await own).match(request.mode === 'navigate' ? FRONT : url.pathname, { ignoreVary: true });
  return kept ?? fetch(request);
}

/**
 * The composition root: opens the database, makes `phone`, starts the screens, and then the triggers of sync.
 * Refuses to start half: what cannot be opened is thrown to boot.js, which says what is safe.
 */

import { clock } from './device/clock.js';
import { persistence } from './device/storage.js';
import { outsideVisits, reloadOutsideVisits, runningVersion, watchVersions } from './device/versions.js';
import { changesOf, openDatabase } from './store/database.js';
import { listDrafts } from './store/drafts.js';
import { readIdentity, readSetting, keepSetting } from './store/identity.js';
import { note } from './store/log.js';
import { dressScreen } from './ui/appearance.js';
import { Router } from './ui/router.js';
import { toast } from './ui/parts.js';
import { ROUTES } from './ui/routes.js';
import { failedScreen } from './ui/screens/failed.js';
import { LANGUAGE_CODES, speak, tOr } from './ui/words.js';

/** @typedef {import("./types.js").Phone} Phone */
/** @typedef {import("./store/database.js").Database} Database */

/** What a phone believes of its deployment until it has asked once. */
const UNKNOWN_DEPLOYMENT = { base_map: null, app: { name: 'xuntu-phone', version: 'unknown' } };
const LONGEST_FRAME_MS = 1_000;

/**
 * Starts the app in #app.
 * @param {{onBlocked: () => void}} hear told when another window keeps the database from being opened
 */
export async function start({ onBlocked }) {
  const db = await openDatabase('xuntu-phone', {
    onBlocked,
    onReplaced: (letGo) => outsideVisits(() => {
      letGo();
      location.reload();
    }),
    onTerminated: () => location.reload(),
  });
  const phone = await assembled(db);
  keepDiary(phone);
  await speakAndDress(phone);
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  const router = new Router(root, phone, ROUTES, (error, path) => failedScreen(phone, error, path));
  phone.go = (path, how) => router.go(path, how);
  phone.back = (parent) => router.back(parent);
  phone.speak = async (code) => {
    await keepSetting(db, 'language', code);
    await speakAndDress(phone);
    await router.show();
  };
  followIdentity(phone);
  await finishWhatWasBegun(phone);
  await sendStrangersToEnrol(phone);
  await router.start();
  performance.mark('first-screen');
  await firstFrame();
  await begin(phone);
}

/**
 * @param {Database} db
 * @returns {Promise<Phone>}
 */
async function assembled(db) {
  const config = (await readSetting(db, 'config')) ?? UNKNOWN_DEPLOYMENT;
  const nothing = { phase: /** @type {const} */ ('idle'), done: 0, total: 0, problem_code: null, at: null };
  return {
    db,
    changes: changesOf(db),
    identity: await readIdentity(db),
    sync: { syncNow: async () => {}, progress: nothing },
    clock,
    config,
    update: { waiting: false, apply: () => {} },
    go: () => {},
    back: () => {},
    speak: async () => {},
  };
}

/** Lets the first screen be drawn before sync asks for the processor. A page that nobody sees is not drawn, hence the limit. */
function firstFrame() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LONGEST_FRAME_MS);
  });
}

/** What may begin once a person can see and tap: sync, the keeping of the app itself, news of the deployment. @param {Phone} phone */
async function begin(phone) {
  await startSync(phone);
  phone.update = watchVersions(() => phone.changes.dispatchEvent(new Event('update')));
  phone.changes.dispatchEvent(new Event('storage'));
  await Promise.all([learnDeployment(phone), persistence()]);
}

/**
 * Sync has files of its own. Where the network goes before a new phone has them, the page starts anew when it comes back;
 * without that, "sync now" would do nothing until somebody closed the app.
 * @param {Phone} phone
 */
async function startSync(phone) {
  try {
    const { startTriggers } = await import('./sync/triggers.js');
    phone.sync = startTriggers(phone);
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    addEventListener('online', reloadOutsideVisits, { once: true });
  }
}

/** @param {Phone} phone */
async function speakAndDress({ db }) {
  const wanted = await readSetting(db, 'language');
  speak(LANGUAGE_CODES.includes(wanted) ? wanted : 'zh');
  dressScreen((await readSetting(db, 'theme')) ?? 'auto', (await readSetting(db, 'contrast')) ?? 'auto');
}

/** Screens read `phone.identity`; it is read again whenever anybody changed it. @param {Phone} phone */
function followIdentity(phone) {
  phone.changes.addEventListener('identity', async () => {
    phone.identity = await readIdentity(phone.db);
  });
}

/** A visit that ended while the app was closed is sealed before anything is shown. @param {Phone} phone */
async function finishWhatWasBegun(phone) {
  const drafts = await listDrafts(phone.db);
  if (!drafts.some((draft) => draft.step === 'sealing')) return;
  const { finishSealing } = await import('./ui/capture/seal_visit.js');
  await finishSealing(phone);
}

/** A phone that belongs to nobody can do one thing only. @param {Phone} phone */
async function sendStrangersToEnrol(phone) {
  if (phone.identity !== null || location.hash.includes('enrol')) return;
  history.replaceState(history.state, '', '#/enrol');
}

/**
 * The base map may have changed at the office; without a network the last answer counts. The version is that of the files that
 * run here: what the office has by now may be newer, and reports name what made them.
 * @param {Phone} phone
 */
async function learnDeployment(phone) {
  try {
    const version = await runningVersion();
    const { app } = phone.config;
    phone.config = { ...phone.config, app: { ...app, version: version ?? app.version } };
    const answer = await fetch('/phone/config.json', { cache: 'no-store' });
    const config = answer.ok ? await answer.json() : null;
    if (!config?.app?.version) return;
    phone.config = { ...config, app: { ...config.app, version: version ?? config.app.version } };
    await keepSetting(phone.db, 'config', phone.config);
  } catch (fault) {
    // No network, or a portal that answers with a page of its own: both are everyday in the field.
    if (!(fault instanceof TypeError || fault instanceof SyntaxError)) throw fault;
  }
}

/**
 * What nobody caught is written down for 更多 → 出过的问题, and never blanks the screen. It is told at once, too: on a full phone
 * the tap that begins a visit would otherwise seem to do nothing.
 * @param {Phone} phone
 */
function keepDiary({ db, clock: { nowIso } }) {
  /** @param {unknown} fault */
  const write = (fault) => {
    const text = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    if (fault instanceof Error) toast(tOr(`problem.${/** @type {any} */ (fault).code}`, 'problem.unexpected'));
    note(db, { at: nowIso(), kind: 'app', code: 'unexpected', text, request_id: null }).catch(console.error);
  };
  window.addEventListener('error', (event) => write(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => write(event.reason));
}

/**
 * Joining: a code makes this phone one inspector's. Tells who one is afterwards, asks the browser to keep what will be stored,
 * and throws nothing away when a phone joins again.
 */

import { askPersistence } from '../../device/storage.js';
import { counts } from '../../store/outbox.js';
import { codeOf } from '../../sync/errors.js';
import { h, mount } from '../dom.js';
import { banner, bigButton, card, facts, field, page } from '../parts.js';
import { regionWords } from '../place_words.js';
import { isClear, unsentWords } from '../sync_line.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Identity} Identity */

/**
 * @param {Phone} phone
 * @param {Record<string, string>} params `code` from a scanned link
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function enrolScreen(phone, { code = '' }) {
  // The code must not stay in the history of a browser that others may use.
  if (code) history.replaceState(history.state, '', '#/enrol');
  const title = t('enrol.title');
  const typed = field({ label: t('enrol.code'), name: 'code', hint: t('enrol.code_hint'), input: {
    value: code, autocapitalize: 'off', spellcheck: 'false', 'data-act': 'code', enterkeyhint: 'go',
  } });
  const said = h('div', { 'aria-live': 'polite' });
  const joining = () => void joinWith(phone, { input: typed.input, join, said, node });
  const join = bigButton({ label: t('enrol.join'), act: 'join', kind: 'primary', onclick: joining });
  /** @type {(() => void)|null} */
  let closeScan = null;
  const scanning = async () => {
    const { scanSheet } = await import('./scan.js');
    closeScan = scanSheet((text) => {
      typed.input.value = codeIn(text);
      joining();
    });
  };
  const read = bigButton({ label: t('enrol.scan'), act: 'scan', icon: 'camera', onclick: () => void scanning() });
  const above = await intro(phone);
  const node = page({ title, back: phone.identity ? () => phone.back('/more') : null, foot: join }, above, typed.node, read, said);
  return { node, title, leave: () => closeScan?.() };
}

/**
 * Joins with the code in the field, and puts who one is now in the screen's place, or why not beside the field.
 * @param {Phone} phone
 * @param {{input: HTMLInputElement, join: HTMLButtonElement, said: HTMLElement, node: HTMLElement}} screen
 */
async function joinWith(phone, { input, join, said, node }) {
  const given = codeIn(input.value);
  if (given === '') return mount(said, banner({ level: 'warn', text: t('enrol.no_code') }));
  join.disabled = true;
  mount(said, banner({ level: 'info', text: t('enrol.asking') }));
  try {
    phone.identity = await enrolHere(phone, given);
    const kept = await askPersistence();
    mount(node, welcome(phone, phone.identity, kept));
    void phone.sync.syncNow('start');
  } catch (fault) {
    console.warn(fault);
    // Nothing tries to join by itself, which the words for a sync without a network promise.
    const why = codeOf(fault) === 'unreachable' ? 'enrol.unreachable' : `problem.${codeOf(fault)}`;
    mount(said, banner({ level: 'bad', title: t('enrol.failed'), text: tOr(why, 'problem.unexpected') }));
  } finally {
    join.disabled = false;
  }
}

/** What stands above the field: nothing yet, or who this phone is and what it still holds. @param {Phone} phone */
async function intro(phone) {
  if (phone.identity === null) return [h('p', null, t('enrol.intro'))];
  const counted = await counts(phone.db);
  return [
    h('p', null, t('enrol.again', { name: phone.identity.inspector.name })),
    !isClear(counted) && banner({ level: 'info', text: t('enrol.kept', { unsent: unsentWords(counted) }) }),
  ];
}

/** @param {Phone} phone @param {string} code @returns {Promise<Identity>} */
async function enrolHere(phone, code) {
  const { enrol } = await import('../../sync/enrol.js');
  return enrol(phone.db, { code, origin: location.origin, label: labelOf(navigator.userAgent), platform: navigator.userAgent.slice(0, 100), app: phone.config.app });
}

/** A code of the server: no I, L, O or U, so that each of them can only be a misread 1, 1, 0 or V. */
const SPELT = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const MISREAD = /** @type {Record<string, string>} */ ({ I: '1', L: '1', O: '0', U: 'V' });

/**
 * The code in what was typed or scanned: a link carries it behind `#enrol=`. However a code was typed, it comes out the same, since
 * a lost answer is asked for again with the same code and key. Whatever else, such as an older server's code, keeps each character.
 * @param {string} text
 */
export function codeIn(text) {
  const [, linked] = /[#&?](enrol=[^&\s]+)/.exec(text) ?? [];
  // Any square of dots may stand before the camera: reading parameters never fails, as decoding by hand does.
  const code = linked === undefined ? text : (new URLSearchParams(linked).get('enrol') ?? '');
  const letters = code.normalize('NFKC').toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  const meant = letters.replaceAll(/[ILOU]/g, (misread) => MISREAD[misread]);
  return SPELT.test(meant) ? meant : code.replaceAll(/\s/g, '');
}

/** A name for this phone in the office's list: its model where the browser tells one. @param {string} agent */
export function labelOf(agent) {
  const android = /Android [\d.]+; ([^;)]+)/.exec(agent);
  const found = android?.[1] ?? /iPhone|iPad|HarmonyOS|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? '';
  return found.trim().slice(0, 100) || 'browser';
}

/**
 * @param {Phone} phone
 * @param {Identity} identity
 * @param {boolean|null} kept
 */
function welcome(phone, identity, kept) {
  const title = t('enrol.welcome');
  const { inspector, crew } = identity;
  return page(
    { title, foot: bigButton({ label: t('enrol.begin'), act: 'begin-work', kind: 'primary', onclick: () => phone.go('/', { replace: true }) }) },
    card(null, facts([
      [t('enrol.name'), inspector.name],
      [t('enrol.certificate'), inspector.certificate_no ?? t('enrol.no_certificate')],
      [t('enrol.crew'), crew],
      [t('enrol.regions'), regionWords(identity)],
    ])),
    inspector.certificate_no === null && banner({ level: 'info', text: t('enrol.leads_only') }),
    kept === true
      ? banner({ level: 'info', text: t('enrol.storage_kept') })
      : banner({ level: 'warn', title: t('enrol.storage_refused'), text: t('enrol.storage_refused_text') }),
    h('p', { class: 'quiet' }, t('enrol.area_comes')),
  );
}

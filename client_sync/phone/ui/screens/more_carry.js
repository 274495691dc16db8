/**
 * The way without a network: what is not sent as one encrypted file, and the receipts brought back. Changes no state by itself.
 */

import { carriedFile, readReceiptsFile } from '../../sync/carry.js';
import { codeOf } from '../../sync/errors.js';
import { h, mount } from '../dom.js';
import { bytesWords } from '../format.js';
import { banner, bigButton, card, toast } from '../parts.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../sync/carry.js").CarriedFile} CarriedFile */
/** @typedef {import("../../sync/carry.js").ReceiptsRead} ReceiptsRead */

/** A receipts file is text of some kilobytes a report; this much is no receipts file. */
const MOST_RECEIPT_BYTES = 64 * 1024 * 1024;

/** @param {Phone} phone */
export async function carryCard(phone) {
  const said = h('div', { class: 'live', 'aria-live': 'polite' });
  const make = bigButton({
    label: t('more.carry_make'), act: 'carry-out', icon: 'share', onclick: () => void making(phone, make, said),
  });
  const file = h('input', {
    type: 'file', class: 'unseen', accept: '.json,application/json', 'data-act': 'receipts-file', tabindex: '-1',
    'aria-label': t('more.carry_read'), onchange: () => void reading(phone, file, said),
  });
  const read = bigButton({ label: t('more.carry_read'), act: 'receipts-read', onclick: () => file.click() });
  const node = card(t('more.carry'), h('p', { class: 'quiet' }, t('more.carry_text')), make, said, read, file);
  return { node, leave: () => {} };
}

/** @param {Phone} phone @param {HTMLButtonElement} button @param {HTMLElement} said */
async function making(phone, button, said) {
  if (!phone.identity?.carry_recipient) return mount(said, banner({ level: 'remind', text: t('more.carry_no_key') }));
  button.disabled = true;
  mount(said, banner({ level: 'info', text: t('more.carry_making') }));
  try {
    const carried = await carriedFile(phone.db, phone.clock);
    mount(said, carried === null ? banner({ level: 'info', text: t('more.carry_nothing') }) : readyHere(carried));
  } catch (fault) {
    explain(fault, said);
  } finally {
    button.disabled = false;
  }
  return undefined;
}

/** @param {Phone} phone @param {HTMLInputElement} file @param {HTMLElement} said */
async function reading(phone, file, said) {
  const [chosen] = file.files ?? [];
  if (!chosen) return;
  try {
    const text = chosen.size > MOST_RECEIPT_BYTES ? '' : await chosen.text();
    mount(said, readHere(await readReceiptsFile(phone.db, text)));
  } catch (fault) {
    explain(fault, said);
  } finally {
    file.value = '';
  }
}

/** @param {unknown} fault @param {HTMLElement} said */
function explain(fault, said) {
  console.warn(fault);
  mount(said, banner({ level: 'warn', text: tOr(`problem.${codeOf(fault)}`, 'problem.unexpected') }));
}

/** The finished file, to send or to save: sharing needs a tap of its own. @param {CarriedFile} carried */
function readyHere({ blob, name, reports, steps, photos }) {
  const file = new File([blob], name, { type: 'application/octet-stream' });
  const can_share = navigator.canShare?.({ files: [file] }) === true;
  const text = t('more.carry_ready_text', { name, reports: reports - steps, steps, photos, size: bytesWords(blob.size) });
  return [
    banner({ level: 'info', title: t('more.carry_ready'), text }),
    can_share && bigButton({
      label: t('more.carry_share'), act: 'carry-share', kind: 'primary', icon: 'share', onclick: () => void share(file),
    }),
    bigButton({
      label: t('more.carry_save'), act: 'carry-save', kind: can_share ? 'plain' : 'primary', onclick: () => save(file),
    }),
    h('p', { class: 'quiet' }, t('more.carry_next')),
  ];
}

/** @param {File} file */
async function share(file) {
  try {
    await navigator.share({ files: [file], title: file.name });
  } catch (fault) {
    // The person closed the sheet of the system: nothing happened.
    if (/** @type {Error} */ (fault).name === 'AbortError') return;
    save(file);
  }
}

/** @param {File} file */
function save(file) {
  const href = URL.createObjectURL(file);
  const link = h('a', { href, download: file.name });
  link.click();
  // The browser reads the file after this turn; a minute is plenty and frees the memory then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** @param {ReceiptsRead} read */
function readHere({ complete, received, aside, unknown, not_believed }) {
  toast(t('more.carry_read_done'));
  return [
    banner({ level: 'info', title: t('more.carry_read_done'), text: t('more.carry_read_text', { complete, received, aside }) }),
    unknown > 0 && banner({ level: 'remind', text: t('more.carry_unknown', { n: unknown }) }),
    not_believed > 0 && banner({ level: 'warn', text: t('more.carry_false', { n: not_believed }) }),
  ];
}

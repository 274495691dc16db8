/**
 * Who was there: the party's signature, colleagues, and the note in one's own words. Asks for no name twice: colleagues of
 * earlier visits are one tap.
 */

import { NOTE_CHARACTERS } from '../../core/manifest_limits.js';
import { keepSetting, readSetting } from '../../store/identity.js';
import { h, mount } from '../dom.js';
import { bigButton, card, chip } from '../parts.js';
import { t } from '../words.js';
import { typed } from './answers.js';
import { follow } from './frame.js';
import { askSignature } from './signature.js';

/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {{id: string, certificate_no: string|null}} Colleague */

const REMEMBERED = 6;
const SETTING = 'colleagues';

/** @param {Visit} visit */
export function signatureCard(visit) {
  const node = h('div', null);
  let shown = '';
  const leave = follow(visit, ['draft'], () => {
    const { onsite, photos } = visit.draft;
    const is_asked = onsite?.party_present === true && onsite.party_refused !== true;
    const is_signed = photos.some((photo) => photo.kind === 'signature');
    const now = `${is_asked} ${is_signed}`;
    if (now === shown) return;
    shown = now;
    const label = t(is_signed ? 'capture.signed' : 'capture.sign');
    const button = bigButton({ label, act: 'sign', icon: is_signed ? 'ok' : 'edit', onclick: () => askSignature(visit) });
    mount(node, (is_asked || is_signed) && button);
  });
  return { node, leave };
}

/** @param {Visit} visit */
export function noteCard(visit) {
  const looks = { id: 'visit-note', rows: 3, maxlength: NOTE_CHARACTERS, 'data-act': 'note' };
  const box = h('textarea', { ...looks, value: visit.draft.note ?? '' });
  typed(box, () => void visit.change({ note: box.value.trim() || null }).catch(() => undefined));
  return h('section', { class: 'card' }, h('label', { for: 'visit-note' }, t('capture.note')), box);
}

/** @param {Visit} visit */
export function peopleCard(visit) {
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': t('capture.colleagues') });
  const box = h('input', { id: 'colleague', type: 'text', maxlength: 40, 'data-act': 'colleague', autocomplete: 'off' });
  const add = bigButton({ label: t('capture.colleague_add'), act: 'colleague-add', onclick: () => void addColleague() });
  /** @type {Colleague[]} */
  let remembered = [];
  let shown = '';
  const redraw = () => {
    const now = JSON.stringify([visit.draft.also_present, remembered]);
    if (now === shown) return;
    shown = now;
    const present = visit.draft.also_present;
    const known = [...present, ...remembered.filter(({ id }) => !present.some((one) => one.id === id))];
    mount(chips, known.map((one, at) => chip({
      label: one.certificate_no ?? one.id,
      act: `colleague-${at}`,
      pressed: present.some(({ id }) => id === one.id),
      onclick: () => toggle(one),
    })));
  };
  const toggle = (/** @type {Colleague} */ one) => {
    const others = visit.draft.also_present.filter(({ id }) => id !== one.id);
    const is_there = others.length < visit.draft.also_present.length;
    void visit.change({ also_present: is_there ? others : [...others, one] }).catch(() => undefined);
  };
  const addColleague = async () => {
    const certificate_no = box.value.trim();
    if (!certificate_no) return box.focus();
    const one = { id: certificate_no, certificate_no };
    box.value = '';
    remembered = [one, ...remembered.filter(({ id }) => id !== one.id)].slice(0, REMEMBERED);
    if (!visit.draft.also_present.some(({ id }) => id === one.id)) toggle(one);
    await keepSetting(visit.phone.db, SETTING, remembered);
  };
  const node = h(
    'details',
    { class: 'card more', open: visit.draft.also_present.length > 0 },
    h('summary', { 'data-act': 'colleagues' }, t('capture.colleagues')),
    chips,
    h('label', { for: 'colleague' }, t('capture.colleague_number')),
    h('div', { class: 'add' }, box, add),
  );
  const leave = follow(visit, ['draft'], redraw);
  void readSetting(visit.phone.db, SETTING).then((kept) => {
    remembered = Array.isArray(kept) ? kept : [];
    redraw();
  });
  return { node: card(null, node), leave };
}

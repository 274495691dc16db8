/**
 * Who was there: the party's signature, colleagues, and the note in one's own words. Asks for no name twice: colleagues of
 * earlier visits are one tap.
 */

import { NOTE_CHARACTERS } from '../../core/manifest_limits.js';
import { keepSetting, readSetting } from '../../store/identity.js';
import { h, mount } from '../dom.js';
import { bigButton, chip } from '../parts.js';
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
  typed(box, () => void visit.change({ note: box.value.trim() || null }));
  return h('section', { class: 'card' }, h('label', { for: 'visit-note' }, t('capture.note')), box);
}

/** @param {Visit} visit */
export function peopleCard(visit) {
  const people = new People(visit);
  const leave = follow(visit, ['draft'], () => people.redraw());
  void readSetting(visit.phone.db, SETTING).then((kept) => people.remember(Array.isArray(kept) ? kept : []));
  return { node: people.node, leave };
}

/** Colleagues who were there: those of earlier visits as chips, a new one by certificate number or name. */
class People {
  /** @param {Visit} visit */
  constructor(visit) {
    this.visit = visit;
    /** @type {Colleague[]} */
    this.remembered = [];
    this.shown = '';
    this.chips = h('div', { class: 'chips', role: 'group', 'aria-label': t('capture.colleagues') });
    this.box = h('input', { id: 'colleague', type: 'text', maxlength: 40, 'data-act': 'colleague', autocomplete: 'off' });
    const add = bigButton({ label: t('capture.colleague_add'), act: 'colleague-add', onclick: () => void this.add() });
    this.node = h(
      'details',
      { class: 'card more', open: visit.draft.also_present.length > 0 },
      h('summary', { 'data-act': 'colleagues' }, t('capture.colleagues')),
      this.chips,
      h('label', { for: 'colleague' }, t('capture.colleague_number')),
      h('div', { class: 'add' }, this.box, add),
    );
  }

  /** @param {Colleague[]} colleagues */
  remember(colleagues) {
    this.remembered = colleagues;
    this.redraw();
  }

  redraw() {
    const present = this.visit.draft.also_present;
    const now = JSON.stringify([present, this.remembered]);
    if (now === this.shown) return;
    this.shown = now;
    const known = [...present, ...this.remembered.filter(({ id }) => !present.some((one) => one.id === id))];
    mount(this.chips, known.map((one, at) => chip({
      label: one.certificate_no ?? one.id,
      act: `colleague-${at}`,
      pressed: present.some(({ id }) => id === one.id),
      onclick: () => this.toggle(one),
    })));
  }

  /** @param {Colleague} one */
  toggle(one) {
    const present = this.visit.draft.also_present;
    const others = present.filter(({ id }) => id !== one.id);
    const also_present = others.length < present.length ? others : [...others, one];
    void this.visit.change({ also_present });
  }

  async add() {
    const certificate_no = this.box.value.trim();
    if (!certificate_no) return this.box.focus();
    const one = { id: certificate_no, certificate_no };
    this.box.value = '';
    this.remember([one, ...this.remembered.filter(({ id }) => id !== one.id)].slice(0, REMEMBERED));
    if (!this.visit.draft.also_present.some(({ id }) => id === one.id)) this.toggle(one);
    await keepSetting(this.visit.phone.db, SETTING, this.remembered);
  }
}

/**
 * Second screen of a visit: the camera, what was taken, what is still missing. Never waits for a position, never insists.
 */

import { hintsFor, missingHints } from '../../core/photo_hints.js';
import { kindsFor } from '../../core/questions.js';
import { dutiesOf } from '../../store/land.js';
import { h, mount } from '../dom.js';
import { icon } from '../icons.js';
import { toast } from '../parts.js';
import { t } from '../words.js';
import { pressable } from './answers.js';
import { follow, goOn, visitScreen } from './frame.js';
import { askGallery } from './gallery.js';
import { photoStrip } from './photo_strip.js';
import { positionLine } from './position_line.js';
import { shutter, viewfinder } from './viewfinder.js';

/** @typedef {import("../../device/camera.js").Picture} Picture */
/** @typedef {import("../../types.js").Duty} Duty */
/** @typedef {import("../../core/photo_hints.js").Hint} Hint */
/** @typedef {import("./session.js").Visit} Visit */

/** What a picture may show, in the order of the chips; a signature has its own pad. */
export const PHOTO_KINDS = /** @type {const} */ (['panorama', 'near', 'sign_board', 'document', 'interior']);

/**
 * The kind the next picture is expected to have: the first missing view, else a close one.
 * @param {Hint[]} hints
 * @returns {string}
 */
export function nextKind(hints) {
  const wanted = missingHints(hints).find(({ kind, side }) => side === null && kind !== 'signature');
  return wanted?.kind ?? 'near';
}

/**
 * @param {Visit} visit
 * @returns {Promise<import("./frame.js").Shown>}
 */
export async function photosScreen(visit) {
  const { phone, draft } = visit;
  const duties = draft.parcel_id ? await dutiesOf(phone.db, draft.parcel_id) : [];
  const taking = new Taking(visit, duties);
  const line = positionLine(visit);
  const strip = photoStrip(visit);
  const screen = visitScreen(
    visit,
    { title: t('capture.photos'), step: 'photos', foot: taking.foot(), flush: true },
    h('div', { class: 'finder-and-strip' }, taking.finder.node, strip.node),
    h('div', { class: 'photo-side' }, taking.hints, taking.kinds.node, line.node),
  );
  return {
    ...screen,
    leave() {
      taking.close();
      strip.leave();
      line.leave();
      screen.leave?.();
    },
  };
}

/** The kind of the next picture, and the taking of it. */
class Taking {
  /** @param {Visit} visit @param {Duty[]} duties */
  constructor(visit, duties) {
    this.visit = visit;
    this.duties = duties;
    this.kind = nextKind(this.views());
    this.marks = PHOTO_KINDS.map(() => h('span', { class: 'missing', role: 'img', 'aria-label': t('capture.missing_one') }, '•'));
    this.kinds = pressable(PHOTO_KINDS.map((kind, at) => ({
      label: [t(`photo.${kind}`), this.marks[at]], act: `kind-${kind}`, onclick: () => this.choose(kind),
    })));
    this.kinds.node.classList.add('photo-kinds');
    this.hints = h('p', { class: 'photo-hints', role: 'status' });
    this.finder = viewfinder((picture) => void this.keep(picture));
    this.shutter = shutter(() => void this.shoot());
    this.unfollow = follow(visit, ['draft'], () => this.redraw());
  }

  close() {
    this.finder.close();
    this.unfollow();
  }

  /** @returns {Hint[]} */
  views() {
    const { draft } = this.visit;
    const kind = draft.observation?.kind ?? (this.duties.length || draft.task_id ? kindsFor({ duties: this.duties })[0] : null);
    return hintsFor({ kind, duties: this.duties, photos: draft.photos, onsite: draft.onsite });
  }

  /** Only looks change here: chips that were replaced under a finger would lose the tap. */
  redraw() {
    const missing = missingHints(this.views());
    const wanted = new Set(missing.filter(({ side }) => side === null).map(({ kind }) => kind));
    this.kinds.press((at) => PHOTO_KINDS[at] === this.kind);
    this.marks.forEach((mark, at) => {
      mark.hidden = !wanted.has(PHOTO_KINDS[at]);
    });
    const words = missing.map(({ label_key }) => t(label_key)).join(' · ');
    const said = words ? t('capture.missing', { views: words }) : t('capture.none_missing');
    if (this.hints.textContent !== said) mount(this.hints, said);
    this.hints.classList.toggle('is-complete', words === '');
  }

  /** @param {string} kind */
  choose(kind) {
    this.kind = kind;
    this.redraw();
  }

  async shoot() {
    if (this.shutter.disabled) return;
    this.shutter.disabled = true;
    const view = this.visit.compass?.view() ?? null;
    const taken_at = this.visit.phone.clock.nowIso();
    try {
      const picture = await this.finder.shoot();
      if (picture) await this.keep(picture, { view, taken_at });
    } finally {
      this.shutter.disabled = false;
    }
  }

  /**
   * @param {Picture} picture
   * @param {{view?: import("../../types.js").View|null, taken_at?: string}} [moment] without: a picture of the system's camera
   */
  async keep(picture, { view = null, taken_at = this.visit.phone.clock.nowIso() } = {}) {
    const { kind } = this;
    const kept = await this.visit.addPhoto(picture, { kind, taken_at, position: this.visit.here(), view });
    if (!kept) return;
    this.kind = nextKind(this.views());
    this.redraw();
  }

  foot() {
    const { visit } = this;
    const gallery = () => askGallery(visit, () => this.kind, toast);
    return h(
      'div',
      { class: 'foot-camera' },
      sideButton('gallery', 'photo', t('capture.gallery'), gallery),
      this.shutter,
      sideButton('photos-done', 'next', t('capture.photos_done'), () => void goOn(visit, 'observation')),
    );
  }
}

/** @param {string} act @param {import("../icons.js").IconName} sign @param {string} label @param {() => void} onclick */
function sideButton(act, sign, label, onclick) {
  return h('button', { type: 'button', class: 'side-button', 'data-act': act, onclick }, icon(sign), h('span', null, label));
}

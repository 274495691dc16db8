/**
 * The pictures of a visit that are on the disk, as small copies; a tap opens one to look at, name or throw away. Shows a copy,
 * never touches the original.
 */

import { thumbnail } from '../../device/camera.js';
import { photoBytes, photoRow } from '../../store/photos.js';
import { h, mount } from '../dom.js';
import { directionWord, instantWords, metres } from '../format.js';
import { icon } from '../icons.js';
import { bigButton, chip, facts, sheet } from '../parts.js';
import { t, tOr } from '../words.js';
import { follow } from './frame.js';

/** @typedef {import("../../types.js").DraftPhoto} DraftPhoto */
/** @typedef {import("./session.js").Visit} Visit */

const SMALL_PX = 160;
const LARGE_PX = 1200;
const KINDS = ['panorama', 'near', 'sign_board', 'document', 'interior'];

/** @param {Visit} visit */
export function photoStrip(visit) {
  const node = h('div', { class: 'strip', role: 'group', 'aria-label': t('capture.photos') });
  /** @type {Map<string, HTMLElement>} */
  const copies = new Map();
  const copyOf = (/** @type {DraftPhoto} */ photo) => {
    const known = copies.get(photo.digest);
    if (known) return known;
    const made = smallCopy(visit, photo);
    copies.set(photo.digest, made);
    return made;
  };
  /** @type {DraftPhoto[]|null} */
  let shown = null;
  const leave = follow(visit, ['saved'], () => {
    if (shown === visit.kept.photos) return;
    shown = visit.kept.photos;
    mount(node, shown.map((photo) => tile(visit, photo, copyOf(photo))));
  });
  return { node, leave };
}

/** The picture that is being unpacked. @type {Promise<void>} */
let unpacking = Promise.resolve();

/**
 * A small copy, one after the other: unpacked, a picture takes fifty megabytes, and a dozen at once more than an old phone has.
 * @param {Visit} visit
 * @param {DraftPhoto} photo
 */
function smallCopy(visit, photo) {
  const box = h('span', { class: 'tile-picture' }, icon('photo'));
  const mine = unpacking.then(() => draw(visit, photo, SMALL_PX, box));
  // One that cannot be read is told by `mine`; those behind it are drawn all the same.
  unpacking = mine.then(undefined, () => undefined);
  return box;
}

/** @param {Visit} visit @param {DraftPhoto} photo @param {number} edge_px @param {HTMLElement} box */
async function draw(visit, photo, edge_px, box) {
  const bytes = await photoBytes(visit.phone.db, photo.digest);
  const copy = bytes && (await thumbnail(bytes, photo.media_type, edge_px));
  const row = bytes ? null : await photoRow(visit.phone.db, photo.digest);
  const words = bytes ? 'capture.no_preview' : row?.state === 'uploaded' ? 'capture.photo_at_office' : 'capture.photo_lost';
  box.classList.toggle('is-worded', !copy);
  mount(box, copy ?? h('span', { class: 'tile-words' }, t(words)));
}

/** @param {Visit} visit @param {DraftPhoto} photo @param {HTMLElement} copy */
function tile(visit, photo, copy) {
  const at = visit.kept.photos.indexOf(photo);
  const name = tOr(`photo.${photo.kind}`, 'photo.other');
  const label = t('capture.photo_open', { n: at + 1, kind: name });
  return h(
    'button',
    { type: 'button', class: 'tile', 'data-act': `photo-${at}`, 'aria-label': label, onclick: () => openPhoto(visit, photo) },
    copy,
    h('span', { class: 'tile-name' }, photo.source === 'gallery' ? `${name} ${t('capture.from_gallery')}` : name),
  );
}

/** @param {Visit} visit @param {DraftPhoto} photo */
function openPhoto(visit, photo) {
  const large = h('div', { class: 'photo-large' });
  const drop = async () => {
    opened.close();
    await visit.dropPhoto(photo.digest);
  };
  const rename = (/** @type {string} */ kind) => {
    opened.close();
    void visit.changePhoto(photo.digest, { kind });
  };
  const kindChip = (/** @type {string} */ kind) =>
    chip({ label: t(`photo.${kind}`), act: `rename-${kind}`, pressed: kind === photo.kind, onclick: () => rename(kind) });
  const kinds = photo.kind !== 'signature' && h('div', { class: 'chips' }, KINDS.map(kindChip));
  const opened = sheet(tOr(`photo.${photo.kind}`, 'photo.other'), [
    large,
    kinds,
    facts(factsOf(visit, photo)),
    bigButton({ label: t('capture.photo_drop'), act: 'photo-drop', kind: 'danger', icon: 'trash', onclick: () => void drop() }),
  ]);
  void draw(visit, photo, LARGE_PX, large);
}

/** @param {Visit} visit @param {DraftPhoto} photo @returns {[string, string|null][]} */
function factsOf(visit, photo) {
  const { position, view } = photo;
  const looked = view
    ? `${directionWord(view.azimuth_deg)} ${Math.round(view.azimuth_deg)}°（${t(`capture.north.${view.azimuth_ref}`)}）`
    : t('capture.photo_no_view');
  return [
    [t('capture.taken'), instantWords(photo.taken_at, visit.phone.clock.nowMs())],
    [t('capture.from_where'), position ? `±${metres(position.accuracy_m)}` : t('capture.photo_no_position')],
    [t('capture.looked'), looked],
    [t('capture.gallery_reason'), photo.gallery_reason ?? null],
    [t('capture.digest'), photo.digest.slice(7, 19)],
  ];
}

/**
 * A signature on glass, kept as a picture of kind `signature`. Refuses an empty pad; a party who will not sign is witnessed
 * instead, by the questions.
 */

import { h, mount } from '../dom.js';
import { bigButton } from '../parts.js';
import { t } from '../words.js';
import { fullDialog } from './full_dialog.js';

/** @typedef {import("./session.js").Visit} Visit */

const INK_PX = 3;

/** @param {Visit} visit */
export function askSignature(visit) {
  const pad = signaturePad();
  const note = h('p', { class: 'hint', role: 'status' }, t('capture.sign_hint'));
  const keep = async () => {
    const bytes = await pad.png();
    if (!bytes) return mount(note, t('capture.sign_empty'));
    const before = visit.draft.photos.find((photo) => photo.kind === 'signature');
    const taken_at = visit.phone.clock.nowIso();
    const picture = { bytes, media_type: 'image/png', camera_api: /** @type {const} */ ('signature-pad') };
    const kept = await visit.addPhoto(picture, { kind: 'signature', taken_at, position: visit.here(), view: null });
    if (kept && before && before.digest !== kept.digest) await visit.dropPhoto(before.digest);
    opened.close();
  };
  const opened = fullDialog(
    t('capture.sign'),
    [note, pad.node],
    [
      bigButton({ label: t('capture.sign_clear'), act: 'sign-clear', onclick: () => pad.clear() }),
      bigButton({ label: t('capture.sign_keep'), act: 'sign-keep', kind: 'primary', onclick: () => void keep() }),
    ],
  );
  pad.clear();
}

/** A white sheet that takes ink from a finger or a pen. */
function signaturePad() {
  const node = h('canvas', { class: 'pad', 'aria-label': t('capture.sign'), role: 'img', tabindex: 0 });
  const pen = /** @type {CanvasRenderingContext2D} */ (node.getContext('2d'));
  let strokes = 0;
  const clear = () => {
    const scale = window.devicePixelRatio || 1;
    node.width = Math.round(node.clientWidth * scale);
    node.height = Math.round(node.clientHeight * scale);
    pen.scale(scale, scale);
    pen.fillStyle = '#ffffff';
    pen.fillRect(0, 0, node.clientWidth, node.clientHeight);
    Object.assign(pen, { lineWidth: INK_PX, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000000' });
    strokes = 0;
  };
  const at = (/** @type {PointerEvent} */ event) => /** @type {[number, number]} */ ([event.offsetX, event.offsetY]);
  node.addEventListener('pointerdown', (event) => {
    node.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  node.addEventListener('pointermove', (event) => {
    if (!node.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
    strokes += 1;
  });
  const png = async () => {
    if (strokes < 3) return null;
    const blob = /** @type {Blob|null} */ (await new Promise((made) => node.toBlob(made, 'image/png')));
    return blob && new Uint8Array(await blob.arrayBuffer());
  };
  return { node, clear, png };
}

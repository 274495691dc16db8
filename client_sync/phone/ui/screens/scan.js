/**
 * Reads a QR through the camera, with the browser's own reader or, where it has none, a small library. Keeps no picture.
 */

import { openCamera } from '../../device/camera.js';
import { h } from '../dom.js';
import { banner, sheet } from '../parts.js';
import { t, tOr } from '../words.js';

const LOOK_EVERY_MS = 250;

/** @typedef {(video: HTMLVideoElement) => Promise<string|null>} Reader */

/**
 * A sheet with the camera's picture; closes itself when something was read.
 * @param {(text: string) => void} found
 * @returns {() => void} closes it
 */
export function scanSheet(found) {
  const video = /** @type {HTMLVideoElement} */ (h('video', { class: 'scan-film', muted: true, playsinline: true, 'aria-label': t('enrol.scan_aim') }));
  const said = h('div', { 'aria-live': 'polite' });
  let [is_open, stop] = [true, () => {}];
  const opened = sheet(t('enrol.scan'), [h('p', null, t('enrol.scan_aim')), video, said], { closed: () => {
    is_open = false;
    stop();
  } });
  const look = async () => {
    try {
      const camera = await openCamera();
      stop = camera.stop;
      if (!is_open) return camera.stop();
      video.srcObject = camera.stream;
      await video.play();
      const text = await firstCode(video, await reader(), () => is_open);
      if (text === null) return;
      opened.close();
      found(text);
    } catch (trouble) {
      const { code } = /** @type {{code?: string}} */ (trouble);
      said.append(banner({ level: 'warn', text: tOr(`enrol.camera_${code}`, 'enrol.camera_unavailable') }));
    }
  };
  void look();
  return opened.close;
}

/** @param {HTMLVideoElement} video @param {Reader} read @param {() => boolean} goes_on */
async function firstCode(video, read, goes_on) {
  while (goes_on()) {
    const text = video.videoWidth > 0 ? await read(video) : null;
    if (text !== null) return text;
    await new Promise((next) => { setTimeout(next, LOOK_EVERY_MS); });
  }
  return null;
}

/** @returns {Promise<Reader>} */
async function reader() {
  const Own = /** @type {any} */ (globalThis).BarcodeDetector;
  const is_able = Own && (await Own.getSupportedFormats()).includes('qr_code');
  const Detector = is_able ? Own : (await import('../../vendor/qr/decode.js')).BarcodeDetector;
  const detector = new Detector({ formats: ['qr_code'] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

/**
 * The camera on the screen: opens at once, takes one picture at a time, gives way to the system's camera when it must.
 * Keeps nothing: every picture is handed on as it came.
 */

import { CameraTrouble, canBePicture, openCamera, pictureFromFile } from '../../device/camera.js';
import { h, mount } from '../dom.js';
import { icon } from '../icons.js';
import { bigButton, toast } from '../parts.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../device/camera.js").Camera} Camera */
/** @typedef {import("../../device/camera.js").Picture} Picture */

/**
 * @typedef {object} Finder
 * @property {HTMLElement} node
 * @property {() => Promise<Picture|null>} shoot null when the system's camera was opened instead (it answers by `onPicture`)
 * @property {() => void} close
 */

/**
 * @param {(picture: Picture) => void} onPicture for pictures that come from the system's camera
 * @returns {Finder}
 */
export function viewfinder(onPicture) {
  const finder = new OpenFinder(onPicture);
  void finder.open();
  return finder;
}

/** @implements {Finder} */
class OpenFinder {
  /** @param {(picture: Picture) => void} onPicture */
  constructor(onPicture) {
    this.onPicture = onPicture;
    this.video = h('video', { class: 'finder-film', playsinline: true, autoplay: true, 'aria-label': t('capture.finder') });
    this.video.muted = true;
    this.over = h('div', { class: 'finder-over' });
    this.input = systemCamera(onPicture);
    this.node = h('div', { class: 'finder' }, this.video, this.over, this.input);
    /** @type {Camera|null} */
    this.camera = null;
    /** @type {CameraTrouble|null} */
    this.trouble = null;
    this.is_closed = false;
    this.is_opening = false;
    // A phone takes the camera away from a hidden page; it is opened again on return.
    this.onVisible = () => void (document.visibilityState === 'visible' ? this.open() : this.rest());
    document.addEventListener('visibilitychange', this.onVisible);
  }

  async open() {
    if (this.camera || this.is_closed || this.is_opening) return;
    this.is_opening = true;
    mount(this.over, h('p', { class: 'finder-note' }, t('capture.camera_opening')));
    try {
      const camera = await openCamera();
      // Nobody looks any more: a camera left on would empty the battery. On return it is opened again.
      if (this.is_closed || document.visibilityState === 'hidden') return camera.stop();
      this.camera = camera;
      this.trouble = null;
      this.video.srcObject = camera.stream;
      mount(this.over, camera.has_torch && torchButton(camera));
    } catch (error) {
      this.trouble = error instanceof CameraTrouble ? error : new CameraTrouble('unavailable', String(error));
      this.tellTrouble(this.trouble);
    } finally {
      this.is_opening = false;
    }
    this.node.dataset.camera = this.trouble ? this.trouble.code : 'open';
  }

  /** @param {CameraTrouble} trouble */
  tellTrouble({ code }) {
    mount(
      this.over,
      h(
        'div',
        { class: 'finder-trouble', role: 'status' },
        h('p', null, h('strong', null, t(`capture.camera.${code}`))),
        h('p', null, tOr(`capture.camera.${code}_help`, 'capture.camera.unavailable_help')),
        bigButton({ label: t('capture.camera_again'), act: 'camera-again', onclick: () => void this.open() }),
      ),
    );
  }

  async shoot() {
    if (!this.camera) {
      this.input.click();
      return null;
    }
    try {
      const picture = await this.camera.takePicture();
      flash(this.node);
      return picture;
    } catch (error) {
      this.rest();
      this.trouble = error instanceof CameraTrouble ? error : new CameraTrouble('unavailable', String(error));
      this.tellTrouble(this.trouble);
      return null;
    }
  }

  rest() {
    this.camera?.stop();
    this.camera = null;
    this.video.srcObject = null;
  }

  close() {
    this.is_closed = true;
    document.removeEventListener('visibilitychange', this.onVisible);
    this.rest();
  }
}

/**
 * The system's own camera behind a file field: for phones that give web pages none.
 * @param {(picture: Picture) => void} onPicture
 */
function systemCamera(onPicture) {
  const looks = { type: 'file', accept: 'image/*', capture: 'environment', hidden: true, 'data-act': 'system-camera' };
  const input = h('input', looks);
  input.addEventListener('change', () => void handOn(input, 'file-input', onPicture));
  return input;
}

/**
 * @param {HTMLInputElement} input
 * @param {"file-input"|"gallery"} camera_api
 * @param {(picture: Picture, file: File) => void} onPicture
 */
export async function handOn(input, camera_api, onPicture) {
  const files = [...(input.files ?? [])];
  // An empty file could never be stored, one too large never sent: the visit would wait for ever.
  for (const file of files.filter(canBePicture)) onPicture(await pictureFromFile(file, camera_api), file);
  const other = files.filter((file) => !canBePicture(file));
  if (other.length > 0) toast(t('capture.no_picture', { name: other.map(({ name }) => name).join('、') }));
  input.value = '';
}

/** @param {Camera} camera */
function torchButton(camera) {
  let is_on = false;
  const looks = { type: 'button', class: 'finder-torch', 'data-act': 'torch', 'aria-pressed': 'false' };
  const button = h('button', looks, t('capture.torch'));
  button.addEventListener('click', async () => {
    is_on = !is_on;
    await camera.torch(is_on).catch(() => button.remove());
    button.setAttribute('aria-pressed', String(is_on));
  });
  return button;
}

/** @param {HTMLElement} node */
function flash(node) {
  node.classList.add('is-flashing');
  setTimeout(() => node.classList.remove('is-flashing'), 120);
}

/** The round button at the thumb. @param {() => void} onclick */
export function shutter(onclick) {
  const looks = { type: 'button', class: 'shutter', 'data-act': 'shutter', 'aria-label': t('capture.shutter'), onclick };
  return h('button', looks, icon('camera'));
}

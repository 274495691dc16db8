/**
 * The camera: open it, look through it, take one picture as the bytes the device made. Never alters, scales or re-encodes
 * a picture once it exists, and does not know where it was taken or what becomes of it.
 */

/** What the phone says it cannot do: `code` is "denied", "absent", "busy" or "unavailable". */
export class CameraTrouble extends Error {
  /** @param {"denied"|"absent"|"busy"|"unavailable"} code @param {string} detail */
  constructor(code, detail) {
    super(detail);
    this.name = 'CameraTrouble';
    this.code = code;
  }
}

/**
 * @typedef {object} Picture
 * @property {Uint8Array<ArrayBuffer>} bytes exactly as the device gave them
 * @property {string} media_type
 * @property {"image-capture"|"canvas"|"file-input"|"gallery"|"signature-pad"} camera_api
 */

/**
 * @typedef {object} Camera
 * @property {MediaStream} stream for a `<video>`; live until `stop()`
 * @property {() => Promise<Picture>} takePicture
 * @property {boolean} has_torch
 * @property {(on: boolean) => Promise<void>} torch
 * @property {() => void} stop
 */

/** Names of `getUserMedia` errors, and what they mean to the person. Anything else is "unavailable". */
const TROUBLES = /** @type {Record<string, "denied"|"absent"|"busy">} */ ({
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  AbortError: 'busy',
});

/** Some phones never answer `takePhoto`; after this long the picture is taken from the running film instead. */
const STILL_PATIENCE_MS = 4000;
/** With a still camera beside it the film only has to look good on the screen; without one it is the picture. */
const FILM = { width: { ideal: 1920 }, height: { ideal: 1440 } };
const FILM_AS_PICTURE = { width: { ideal: 4096 }, height: { ideal: 3072 } };
const JPEG_QUALITY = 0.95;

/**
 * Open the camera that looks away from the person.
 * @param {object} [world] the browser, handed in so that tests can play it
 * @param {MediaDevices|undefined} [world.media]
 * @param {any} [world.ImageCapture] the constructor, or undefined where the browser has none
 * @param {(video: MediaStream) => Promise<Picture>} [world.frame] takes a picture from the film
 * @returns {Promise<Camera>}
 * @throws {CameraTrouble} when there is none or it may not be used
 */
export async function openCamera(world = {}) {
  const media = 'media' in world ? world.media : globalThis.navigator?.mediaDevices;
  const Still = 'ImageCapture' in world ? world.ImageCapture : /** @type {any} */ (globalThis).ImageCapture;
  if (!media?.getUserMedia) throw new CameraTrouble('absent', 'This browser gives web pages no camera.');
  const stream = await openStream(media, Still ? FILM : FILM_AS_PICTURE);
  const track = stream.getVideoTracks()[0];
  if (!track) throw new CameraTrouble('absent', 'The camera sends no picture.');
  return cameraOf(stream, track, Still ? new Still(track) : null, world.frame ?? pictureFromFilm);
}

/** @param {MediaDevices} media @param {{width: object, height: object}} size @returns {Promise<MediaStream>} */
async function openStream(media, size) {
  try {
    return await media.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, ...size } });
  } catch (trouble) {
    const error = /** @type {Error} */ (trouble);
    throw new CameraTrouble(TROUBLES[error.name] ?? 'unavailable', `${error.name}: ${error.message}`);
  }
}

/**
 * @param {MediaStream} stream
 * @param {MediaStreamTrack} track
 * @param {any} still an ImageCapture of the track, or null
 * @param {(stream: MediaStream) => Promise<Picture>} frame
 * @returns {Camera}
 */
function cameraOf(stream, track, still, frame) {
  const able = /** @type {any} */ (track.getCapabilities?.() ?? {});
  let still_works = still !== null;
  return {
    stream,
    has_torch: able.torch === true,
    torch: (on) => track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] })),
    stop: () => stream.getTracks().forEach((each) => each.stop()),
    async takePicture() {
      if (track.readyState === 'ended') throw new CameraTrouble('busy', 'Another app took the camera.');
      if (!still_works) return frame(stream);
      try {
        return await stillPicture(still);
      } catch {
        // Known faults of many phones (never answering, "setPhotoOptions failed"); the film shows the same scene.
        still_works = false;
        return frame(stream);
      }
    },
  };
}

/** @param {{takePhoto: () => Promise<Blob>}} still @returns {Promise<Picture>} */
async function stillPicture(still) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error('The still camera did not answer in time.')), STILL_PATIENCE_MS);
  });
  try {
    const blob = /** @type {Blob} */ (await Promise.race([still.takePhoto(), late]));
    if (blob.size === 0) throw new Error('The still camera gave an empty picture.');
    return { bytes: await bytesOf(blob), media_type: blob.type || 'image/jpeg', camera_api: 'image-capture' };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One frame of the running film as a JPEG: what browsers without a still camera can give.
 * @param {MediaStream} stream
 * @returns {Promise<Picture>}
 */
export async function pictureFromFilm(stream) {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const pen = canvas.getContext('2d');
  if (!pen || canvas.width === 0) throw new CameraTrouble('unavailable', 'The film cannot be drawn.');
  pen.drawImage(video, 0, 0);
  video.srcObject = null;
  const blob = await new Promise((made) => canvas.toBlob(made, 'image/jpeg', JPEG_QUALITY));
  if (!blob) throw new CameraTrouble('unavailable', 'The frame cannot be written as JPEG.');
  return { bytes: await bytesOf(blob), media_type: 'image/jpeg', camera_api: 'canvas' };
}

/**
 * A file the person handed over, from the system's camera or from the gallery, byte for byte.
 * @param {Blob} file
 * @param {"file-input"|"gallery"} camera_api
 * @returns {Promise<Picture>}
 */
export async function pictureFromFile(file, camera_api) {
  return { bytes: await bytesOf(file), media_type: file.type || 'application/octet-stream', camera_api };
}

/** Protocol section 4: the most the office takes of one file. */
const MOST_BYTES = { video: 512 * 1024 * 1024, other: 64 * 1024 * 1024 };

/**
 * Whether the office could take a file as a picture. A file manager hands over what its owner taps, an unfinished download too;
 * a type that the system does not know (HEIC on some) speaks against nothing.
 * @param {{size: number, type: string}} file
 */
export function canBePicture({ size, type }) {
  const most = type.startsWith('video/') ? MOST_BYTES.video : MOST_BYTES.other;
  return size > 0 && size <= most && /^$|^(image|video)\/|^application\/(pdf|octet-stream)$/.test(type);
}

/** @param {Blob} blob @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * A small copy to look at; the original is only read.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} media_type
 * @param {number} edge_px longest edge of the copy
 * @returns {Promise<HTMLCanvasElement|null>} null where this browser cannot show the format (HEIC, video, PDF)
 */
export async function thumbnail(bytes, media_type, edge_px) {
  if (!media_type.startsWith('image/') || typeof createImageBitmap === 'undefined') return null;
  const whole = await createImageBitmap(new Blob([bytes], { type: media_type })).catch(() => null);
  if (!whole) return null;
  const scale = Math.min(1, edge_px / Math.max(whole.width, whole.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(whole.width * scale));
  canvas.height = Math.max(1, Math.round(whole.height * scale));
  canvas.getContext('2d')?.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  return canvas;
}

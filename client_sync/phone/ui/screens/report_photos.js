/**
 * The photos of one sealed report, each with where its bytes are. Loads a picture from the phone only, never from the network.
 */

import { wantedPhotos } from '../../core/sync_states.js';
import { photoRow, photoUrl } from '../../store/photos.js';
import { h } from '../dom.js';
import { bytesWords, instantWords } from '../format.js';
import { icon, ring } from '../icons.js';
import { row, sheet } from '../parts.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */
/** @typedef {import("../../types.js").PhotoRow} PhotoRow */

/** Object URLs of one screen, made once each and given back together. */
export class Pictures {
  /** @type {Map<string, Promise<string|null>>} */
  #urls = new Map();
  #over = false;

  /** @param {Phone} phone */
  constructor(phone) {
    this.phone = phone;
  }

  /** @param {string} digest @returns {Promise<string|null>} null when the original is no longer on this phone */
  url(digest) {
    const known = this.#urls.get(digest);
    if (known) return known;
    const made = photoUrl(this.phone.db, digest);
    this.#urls.set(digest, made);
    if (this.#over) void this.close();
    return made;
  }

  /** Gives the pictures back to the browser. */
  async close() {
    this.#over = true;
    const urls = await Promise.all(this.#urls.values());
    for (const url of urls) if (url !== null) URL.revokeObjectURL(url);
  }
}

/**
 * How far one photo has come.
 * @param {OutboxRecord} record
 * @param {PhotoRow|null} photo
 * @param {string} digest
 * @returns {"lost"|"refused"|"freed"|"there"|"partly"|"here"}
 */
export function photoStep(record, photo, digest) {
  if (!wantedPhotos(record).includes(digest)) return record.originals_removed ? 'freed' : 'there';
  if (photo === null || photo.state === 'lost') return 'lost';
  if (photo.state === 'uploaded') return 'there';
  if (photo.state === 'refused') return 'refused';
  return photo.sent_bytes > 0 ? 'partly' : 'here';
}

/** @type {Record<ReturnType<typeof photoStep>, Parameters<typeof ring>[0]>} */
const RING = { lost: 'aside', refused: 'aside', freed: 'complete', there: 'complete', partly: 'received', here: 'queued' };

/**
 * A row for each photo of the manifest.
 * @param {Phone} phone
 * @param {OutboxRecord} record
 * @param {any[]} declared `photos` of the manifest
 * @param {Pictures} pictures
 */
export async function photoRows(phone, record, declared, pictures) {
  return Promise.all(declared.map(async (photo, at) => {
    const [kept, url] = await Promise.all([photoRow(phone.db, photo.digest), pictures.url(photo.digest)]);
    const step = photoStep(record, kept, photo.digest);
    const kind = tOr(`photo.${photo.kind}`, 'photo.other');
    const sent = kept === null ? 0 : Math.floor((100 * kept.sent_bytes) / kept.bytes);
    const open = () => {
      const taken = h('p', null, instantWords(photo.taken_at, phone.clock.nowMs()));
      sheet(kind, [url && picture(url, 'photo-whole', kind), taken]);
    };
    return row({
      title: [`${at + 1} · ${kind} `, h('span', { class: 'quiet num' }, bytesWords(photo.bytes))],
      text: [ring(RING[step]), ` ${t(`report.photo_${step}`, { percent: sent })}`],
      lead: url === null ? icon('photo') : picture(url, 'photo-thumb', ''),
      act: `photo-${at + 1}`,
      ...(url === null ? {} : { onclick: open }),
    });
  }));
}

/**
 * A picture, or the words that it is kept and cannot be shown, where this browser does not know its format (HEIC, video).
 * @param {string} url
 * @param {"photo-thumb"|"photo-whole"} looks
 * @param {string} alt
 */
function picture(url, looks, alt) {
  const image = h('img', { class: looks, src: url, alt, decoding: 'async' });
  image.addEventListener('error', () => image.replaceWith(h('span', { class: 'photo-words' }, t('capture.no_preview'))));
  return image;
}

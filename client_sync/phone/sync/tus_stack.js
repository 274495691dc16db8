/**
 * Lets tus-js-client speak through the phone's own Wire, so that uploads obey the same rules as every other exchange.
 * Refuses answers that are not tus, an offset nobody can explain, and a Location on another server.
 */

import { NotBelieved, Unreachable } from './errors.js';

/** @typedef {import("./wire.js").Wire} Wire */

const TUS = '1.0.0';
/**
 * No Upload-Checksum is sent: the server drops a cut chunk that announced one and keeps what arrived of one that did not,
 * and over the slowest networks a whole chunk may never pass. The whole photo is hashed at its last byte all the same.
 * A chunk of 256 KiB takes most of a minute over the slowest mobile network. */
const CHUNK_TIMEOUT_MS = 150_000;

/** The server no longer has this upload (404, 410) or its bytes were not those announced (422): start over. */
export class UploadEnded extends Error {}

/** The bytes are all there already, whoever brought them. */
export class AlreadyThere extends Error {}

/** The server stands elsewhere (409), or a chunk was damaged on the way (460): ask where it stands and go on from there. */
export class AskAgain extends Error {}

/** Makes requests of one upload; `ready` is awaited before bytes go out. */
export class WireStack {
  /** @param {Wire} wire @param {number} bytes @param {() => Promise<void>} ready */
  constructor(wire, bytes, ready) {
    this.wire = wire;
    this.bytes = bytes;
    this.ready = ready;
  }

  /** @param {string} method @param {string} url */
  createRequest(method, url) {
    return new WireRequest(this, method, url);
  }

  getName() {
    return 'wire';
  }
}

/** One request as tus-js-client wants it. */
class WireRequest {
  /** @type {Record<string, string>} */
  #headers = {};

  /** @param {WireStack} stack @param {string} method @param {string} url */
  constructor(stack, method, url) {
    this.stack = stack;
    this.method = method;
    this.url = url;
  }

  getMethod() {
    return this.method;
  }

  getURL() {
    return this.url;
  }

  /** @param {string} name @param {string} value */
  setHeader(name, value) {
    this.#headers[name] = value;
  }

  /** @param {string} name */
  getHeader(name) {
    return this.#headers[name];
  }

  setProgressHandler() {
    // fetch tells no upload progress; each chunk's answer does.
  }

  async abort() {
    // The round's own signal stops the exchange.
  }

  getUnderlyingObject() {
    return null;
  }

  /** @param {Blob|null} [body] */
  async send(body = null) {
    const { wire, ready } = this.stack;
    if (this.method === 'PATCH') await ready();
    const sent = body === null ? null : await body.arrayBuffer();
    const response = await wire.send(this.method, this.url, { headers: this.#headers, body: sent, timeout_ms: CHUNK_TIMEOUT_MS });
    if (response.status >= 400) await refused(wire, response);
    if (response.headers.get('Tus-Resumable') !== TUS) throw new NotBelieved('the answer is not tus');
    this.#checkOffset(response, sent?.byteLength ?? 0);
    return new WireResponse(response);
  }

  /**
   * @param {Response} response
   * @param {number} sent_bytes
   */
  #checkOffset(response, sent_bytes) {
    const said = response.headers.get('Upload-Offset');
    if (this.method === 'POST' && said === null) return;
    const offset = said !== null && /^\d+$/.test(said) ? Number(said) : Number.NaN;
    const from = this.method === 'PATCH' ? Number(this.#headers['Upload-Offset']) : 0;
    const most = this.method === 'PATCH' ? from + sent_bytes : this.stack.bytes;
    if (!(offset >= from && offset <= most)) throw new NotBelieved(`the upload went from ${from} to ${said}`);
    if (this.method === 'PATCH' && offset === from) throw new Unreachable('no byte of the chunk arrived', { broke_down: true });
    if (this.method === 'POST' && offset === this.stack.bytes) throw new AlreadyThere();
  }
}

/** What tus-js-client reads of an answer. */
class WireResponse {
  /** @param {Response} response */
  constructor(response) {
    this.response = response;
  }

  getStatus() {
    return this.response.status;
  }

  /** @param {string} name */
  getHeader(name) {
    return this.response.headers.get(name) ?? undefined;
  }

  getBody() {
    return '';
  }

  getUnderlyingObject() {
    return this.response;
  }
}

/**
 * @param {Wire} wire
 * @param {Response} response
 * @returns {Promise<never>}
 */
async function refused(wire, response) {
  const { status } = response;
  if (status === 409 || status === 460) throw new AskAgain(`status ${status}`);
  // 404 and 410 of a stranger would only cost a new upload, so they need no problem object (HEAD answers carry none).
  if (status === 404 || status === 410) throw new UploadEnded(`status ${status}`);
  try {
    return await wire.refuse(response);
  } catch (fault) {
    if (/** @type {any} */ (fault).code === 'digest-mismatch') throw new UploadEnded('digest-mismatch');
    throw fault;
  }
}

/**
 * A small honest server of the protocol inside the test's own process, with faults on request. Checks every signature and
 * digest by itself; keeps all in memory; is reached by its `fetch`.
 */
import {
  createHash, createPublicKey, generateKeyPairSync, randomUUID, sign as signBytes, verify as verifyBytes,
} from 'node:crypto';
import { gunzipSync } from 'node:zlib';

export const ORIGIN = 'https://office.test';
const TUS = { 'Tus-Resumable': '1.0.0' };

export const digestOf = (/** @type {Uint8Array|string} */ bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** What a handler throws to end an exchange with this answer. */
export class Reply extends Error {
  constructor(status, body = null, headers = {}) {
    super(`status ${status}`);
    Object.assign(this, { status, body, headers });
  }
}

export function problem(status, code, headers = {}) {
  const body = { type: `/problems/${code}`, status, code, title: code, detail: code, retry: 'never' };
  return new Reply(status, body, { 'Content-Type': 'application/problem+json', ...headers });
}

/** The connection breaks: fetch fails as a browser's does. */
export const cut = () => new TypeError('fetch failed');

/** A signing key of a server. */
export class Signer {
  constructor(use = 'receipt') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    this.private = privateKey;
    this.key_id = createHash('sha256').update(spki).digest('base64url');
    this.entry = { key_id: this.key_id, use, alg: 'Ed25519', spki: spki.toString('base64url') };
  }

  signed(claims) {
    const payload = JSON.stringify(claims);
    const value = signBytes(null, Buffer.from(payload), this.private).toString('base64url');
    return { payload, signature: { key_id: this.key_id, alg: 'Ed25519', value } };
  }
}

export class FakeOffice {
  constructor() {
    this.signer = new Signer();
    this.epoch = randomUUID();
    this.restore_to_nothing();
    this.max_items = 500;
    this.devices = new Map();
    this.tokens = new Map();
    this.codes = new Map();
    this.revoked = new Map();
    this.regions = ['320583'];
    this.pushes = [];
    this.requests = [];
    this.patched_bytes = 0;
    this.largest_patch = 0;
    this.packages = new Map();
    this.now = () => new Date().toISOString();
    this.pull = () => ({ changes: [], cursor: 'c0', more: false });
    this.spoil = (receipt) => receipt;
    this.before = () => {};
    this.after = () => {};
    this.busy = 0;
    this.most_busy = 0;
    this.fetch = (url, init) => this.#fetch(new URL(url), init);
  }

  restore_to_nothing() {
    this.rows = new Map();
    this.blobs = new Map();
    this.uploads = new Map();
  }

  async #fetch(url, { method = 'GET', headers = {}, body = null, signal } = {}) {
    if (signal?.aborted) throw cut();
    const asked = new Headers(headers);
    const raw = body === null ? Buffer.alloc(0) : Buffer.from(await new Response(body).arrayBuffer());
    this.busy += 1;
    this.most_busy = Math.max(this.most_busy, this.busy);
    try {
      await new Promise((go) => { setImmediate(go); });
      return await this.#answer(method, url, asked, raw);
    } finally {
      this.busy -= 1;
    }
  }

  async #answer(method, url, headers, raw) {
    let reply;
    this.requests.push(`${method} ${url.pathname}`);
    try {
      this.before(method, url.pathname, headers);
      reply = this.#route(method, url, headers, raw);
    } catch (fault) {
      if (!(fault instanceof Reply)) throw fault;
      reply = fault;
    }
    try {
      this.after(method, url.pathname, headers);
    } catch (fault) {
      if (!(fault instanceof Reply)) throw fault;
      reply = fault;
    }
    return this.#response(method, reply);
  }

  #response(method, { status, body, headers }) {
    const is_bytes = body === null || typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    const fixed = { 'Server-Epoch': this.epoch, Date: new Date().toUTCString(), 'X-Request-Id': randomUUID(), ...TUS };
    const all = { ...fixed, 'Content-Type': is_bytes ? 'text/html' : 'application/json', ...headers };
    const content = status === 204 || status === 304 || method === 'HEAD' ? null : is_bytes ? body : JSON.stringify(body);
    return new Response(content, { status, headers: all });
  }

  #route(method, url, headers, raw) {
    const path = url.pathname.replace('/sync/v1/', '');
    const unpacked = headers.get('Content-Encoding') === 'gzip' ? gunzipSync(raw) : raw;
    const json = () => (unpacked.length > 0 ? JSON.parse(unpacked.toString('utf8')) : null);
    if (path === 'devices') return this.#enrol(json());
    const token = (headers.get('Authorization') ?? '').replace('Bearer ', '');
    const device = this.tokens.get(token);
    if (this.revoked.has(token)) throw problem(401, this.revoked.get(token));
    if (device === undefined) throw problem(401, 'unauthenticated');
    if (path === 'session') return new Reply(200, this.#session());
    if (path === 'push') return this.#push(json(), device);
    if (path === 'receipts') return this.#receipts(json());
    if (path === 'pull') return new Reply(200, this.pull(url.searchParams.get('cursor')));
    if (path.startsWith('files')) return this.#files(method, path.replace(/^files\/?/, ''), headers, raw);
    const area = /^areas\/(\w+)\/package$/.exec(path)?.[1];
    if (area !== undefined) return this.#package(area, headers);
    throw problem(404, 'not-found');
  }

  #enrol({ code, public_key }) {
    if ((this.codes.get(code)?.spki ?? public_key.spki) !== public_key.spki) throw problem(403, 'enrolment-code-invalid');
    const device_id = this.codes.get(code)?.device_id ?? randomUUID();
    this.codes.set(code, { spki: public_key.spki, device_id });
    const spki = Buffer.from(public_key.spki, 'base64url');
    this.devices.set(device_id, spki);
    const token = randomUUID();
    this.tokens.set(token, device_id);
    const key_id = createHash('sha256').update(spki).digest('base64url');
    return new Reply(201, {
      ...this.#session(), device_id, token, county: '320583', carry_recipient: this.carry_recipient ?? null,
      enrolment: this.signer.signed({ device_id, key_id, server_epoch: this.epoch }),
    });
  }

  #session() {
    const server_keys = [this.signer.entry];
    return {
      server_time: this.now(), server_epoch: this.epoch, server_keys, crew: '一组', regions: this.regions,
      inspector: { id: '8c60f85d-abd2-49ef-a958-f3b14f211945', name: '张三', certificate_no: null },
      server_keys_signed: this.signer.signed({ server_keys, server_epoch: this.epoch }),
      limits: { push_items: 500, push_bytes: 4 * 2 ** 20, chunk_bytes: 256 * 1024 }, checkpoint: null, reenrol: false,
    };
  }

  #push(body, device) {
    if (body.items.length > this.max_items) throw problem(413, 'too-large');
    this.pushes.push({ ...body, device });
    return new Reply(200, { results: body.items.map((item) => this.judge(item)), server_time: new Date().toISOString() });
  }

  judge(item) {
    const digest = digestOf(item.manifest);
    const said = JSON.parse(item.manifest);
    const rev = said.rev ?? 1;
    const key = `${said.id}/${rev}/${digest}`;
    const known = this.rows.get(key);
    if (known) return { outcome: 'duplicate', flags: [], ...this.word(known) };
    const photos = (said.photos ?? []).map((photo) => photo.digest);
    const row = { id: said.id, rev, digest, photos, said, type: item.type, current: this.#currentOf(said, rev, item) };
    this.rows.set(key, row);
    return { outcome: row.current, flags: [], ...this.word(row) };
  }

  #currentOf(said, rev, item) {
    const spki = this.devices.get(said.device_id);
    if (spki === undefined || item.signature === null) return 'quarantined';
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (!verifyBytes(null, Buffer.from(item.manifest), key, Buffer.from(item.signature.value, 'base64url'))) return 'quarantined';
    const others = [...this.rows.values()].filter((row) => row.id === said.id);
    if (others.some((row) => row.rev === rev)) return 'quarantined';
    return rev > 1 && !others.some((row) => row.rev === rev - 1 && row.current === 'stored') ? 'held' : 'stored';
  }

  word(row) {
    const missing = row.photos.filter((digest) => !this.blobs.has(digest));
    const { id, rev, digest, current } = row;
    const receipt = this.signer.signed({
      id, rev, digest, state: missing.length > 0 ? 'received' : 'complete',
      photos: { declared: row.photos.length, stored: row.photos.length - missing.length },
      server_time: new Date().toISOString(), server_epoch: this.epoch, log_id: 'log', log_index: 1,
    });
    return { id, rev, digest, current, missing, receipt: this.spoil(receipt) };
  }

  #receipts({ reports }) {
    const receipts = reports.map(({ id, rev, digest }) => {
      const row = this.rows.get(`${id}/${rev}/${digest}`);
      return row ? { known: true, ...this.word(row) } : { id, rev, known: false, current: null, missing: [], receipt: null };
    });
    return new Reply(200, { receipts });
  }

  #files(method, id, headers, raw) {
    if (method === 'POST') return this.#create(headers);
    const upload = this.uploads.get(id);
    if (upload === undefined) throw problem(404, 'not-found');
    if (upload.dead) throw problem(410, 'upload-gone');
    if (method === 'HEAD') return this.#stands(200, upload, { 'Upload-Length': String(upload.length) });
    if (Number(headers.get('Upload-Offset')) !== upload.bytes.length) {
      throw problem(409, 'upload-offset-mismatch', { 'Upload-Offset': String(upload.bytes.length) });
    }
    upload.bytes = Buffer.concat([upload.bytes, raw]);
    this.patched_bytes += raw.length;
    this.largest_patch = Math.max(this.largest_patch, raw.length);
    if (upload.bytes.length === upload.length) {
      if (digestOf(upload.bytes) !== upload.digest) {
        upload.dead = true;
        throw problem(422, 'digest-mismatch');
      }
      this.blobs.set(upload.digest, upload.bytes);
    }
    return this.#stands(204, upload);
  }

  #create(headers) {
    const pairs = (headers.get('Upload-Metadata') ?? '').split(',').map((pair) => pair.split(' '));
    const facts = Object.fromEntries(pairs.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]));
    const id = randomUUID();
    const bytes = this.blobs.get(facts.digest) ?? Buffer.alloc(0);
    const upload = { id, facts, digest: facts.digest, length: Number(headers.get('Upload-Length')), bytes, dead: false };
    this.uploads.set(id, upload);
    return this.#stands(201, upload, { Location: `/sync/v1/files/${id}` });
  }

  #stands(status, upload, headers = {}) {
    return new Reply(status, null, { ...TUS, 'Upload-Offset': String(upload.bytes.length), ...headers });
  }

  #package(area, headers) {
    const bytes = this.packages.get(area);
    if (bytes === undefined) throw problem(404, 'not-found');
    const ETag = `"${digestOf(bytes)}"`;
    const kind = { ETag, 'Content-Type': 'application/gzip' };
    if (headers.get('If-None-Match') === ETag) throw new Reply(304, null, kind);
    const from = Number(/^bytes=(\d+)-$/.exec(headers.get('Range') ?? '')?.[1] ?? 0);
    if (from > 0 && headers.get('If-Range') === ETag) {
      if (from >= bytes.length) throw problem(416, 'range');
      const range = { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
      const sizes = { ...range, 'Content-Length': String(bytes.length - from) };
      return new Reply(206, this.streamed(bytes.subarray(from)), { ...kind, ...sizes });
    }
    return new Reply(200, this.streamed(bytes), { ...kind, 'Content-Length': String(bytes.length) });
  }

  /** The body of a package; a test cuts it here. */
  streamed(bytes) {
    return bytes;
  }

  // What a test asks

  stored(type = 'report') {
    return [...this.rows.values()].filter((row) => row.type === type);
  }

  count(start) {
    return this.requests.filter((each) => each.startsWith(start)).length;
  }
}

/**
 * Which screen stands for which address: `#/parcel/<id>` → one screen, one at a time.
 * Knows no screen itself; a screen that cannot be drawn becomes the given failure screen, never a blank page.
 */

import { mount } from './dom.js';

/** @typedef {import("../types.js").Phone} Phone */
/**
 * What a screen hands back. `leave` is called once, before another screen takes its place.
 * @typedef {{node: HTMLElement, leave?: () => void, title?: string}} Shown
 * @typedef {(phone: Phone, params: Record<string, string>) => Promise<Shown>} Screen
 * @typedef {{pattern: string, load: () => Promise<Screen>}} Route
 */

/**
 * The path in an address: `#/a/b?x=1` → `/a/b`, and what stands behind it as params. `#enrol=CODE` (the link in a QR) → `/enrol`.
 * @param {string} hash
 * @returns {{path: string, params: Record<string, string>}}
 */
export function readHash(hash) {
  const text = hash.replace(/^#/, '');
  if (!text.startsWith('/')) {
    const given = new URLSearchParams(text);
    return given.has('enrol') ? { path: '/enrol', params: { code: given.get('enrol') ?? '' } } : { path: '/', params: {} };
  }
  const [path, query = ''] = text.split('?', 2);
  return { path, params: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The params of `path` under `pattern` (`/parcel/:id`), or null when it is another path.
 * @param {string} pattern
 * @param {string} path
 * @returns {Record<string, string>|null}
 */
export function match(pattern, path) {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (let i = 0; i < wanted.length; i += 1) {
    if (wanted[i].startsWith(':')) params[wanted[i].slice(1)] = readable(given[i]);
    else if (wanted[i] !== given[i]) return null;
  }
  return params;
}

/** @param {string} part */
function readable(part) {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

/** Shows screens in `root` as the address changes. */
export class Router {
  /**
   * @param {HTMLElement} root
   * @param {Phone} phone
   * @param {Route[]} routes
   * @param {(error: unknown, path: string) => Shown} failed
   */
  constructor(root, phone, routes, failed) {
    this.root = root;
    this.phone = phone;
    this.routes = routes;
    this.failed = failed;
    /** @type {Shown|null} */
    this.shown = null;
    this.turn = 0;
    this.depth = 0;
    this.path = '';
  }

  /** Begins to follow the address, at the screen it names now. */
  async start() {
    window.addEventListener('hashchange', () => this.show());
    await this.show();
  }

  /**
   * Goes to `path`; with `replace`, the screen left cannot be come back to.
   * @param {string} path
   * @param {{replace?: boolean}} [how]
   */
  go(path, { replace = false } = {}) {
    const hash = `#${path}`;
    if (location.hash === hash) void this.show();
    else if (replace) location.replace(hash);
    else {
      this.depth += 1;
      location.hash = hash;
    }
  }

  /**
   * One screen back; where there is none before (a link was opened), `parent`.
   * @param {string} parent
   */
  back(parent) {
    if (this.depth > 0) {
      this.depth -= 1;
      history.back();
    } else this.go(parent, { replace: true });
  }

  /** Draws the screen of the present address. A slow screen that was overtaken is thrown away. */
  async show() {
    const turn = (this.turn += 1);
    const { path, params } = readHash(location.hash);
    const next = await this.draw(path, params);
    if (turn !== this.turn) {
      next.leave?.();
      return;
    }
    this.shown?.leave?.();
    const moved = this.path !== path;
    this.shown = next;
    this.path = path;
    mount(this.root, next.node);
    if (next.title) document.title = next.title;
    if (moved) arrive(next.node);
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} params
   * @returns {Promise<Shown>}
   */
  async draw(path, params) {
    try {
      for (const route of this.routes) {
        const found = match(route.pattern, path);
        if (found) return await (await route.load())(this.phone, { ...params, ...found });
      }
      return this.failed(null, path);
    } catch (error) {
      return this.failed(error, path);
    }
  }
}

/**
 * Puts the reader of the screen at its heading, and the eye at its top.
 * @param {HTMLElement} node
 */
function arrive(node) {
  window.scrollTo(0, 0);
  const heading = node.querySelector('h1');
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

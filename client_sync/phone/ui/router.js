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

/**
 * Where an entry of the browser's history stands: how many of the app's own lie below it, and the address of the next one below.
 * Kept in the entry itself, so that the phone's back button, a reload and a restored tab leave it true.
 * @typedef {{depth: number, below: string}} Place
 */

/** @param {any} state of an entry @returns {Place|null} null for an entry the browser made, for a link or a typed address */
export function placeIn(state) {
  return Number.isInteger(state?.depth) && typeof state.below === 'string' ? { depth: state.depth, below: state.below } : null;
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
    /** @type {Place} */
    this.place = { depth: 0, below: '' };
    this.path = '';
  }

  /** Begins to follow the address, at the screen it names now. */
  async start() {
    this.place = placeIn(history.state) ?? this.place;
    history.replaceState(this.place, '');
    // Between two entries of one address nothing but this is told.
    window.addEventListener('popstate', ({ state }) => {
      this.place = placeIn(state) ?? this.place;
    });
    window.addEventListener('hashchange', ({ oldURL }) => {
      if (placeIn(history.state) === null) this.enter(new URL(oldURL).hash);
      void this.show();
    });
    await this.show();
  }

  /** The present entry is new, and lies over that of the address `below`. @param {string} below */
  enter(below) {
    this.place = { depth: this.place.depth + 1, below: below || '#/' };
    history.replaceState(this.place, '');
  }

  /**
   * Goes to `path`; with `replace`, the screen left cannot be come back to.
   * @param {string} path
   * @param {{replace?: boolean}} [how]
   */
  go(path, { replace = false } = {}) {
    const [hash, left] = [`#${path}`, location.href];
    if (location.hash === hash) return void this.show();
    // Two entries of one address would swallow a step back.
    if (replace && this.place.below === hash) return this.back(path);
    if (replace) history.replaceState(this.place, '', hash);
    else {
      const below = location.hash;
      history.pushState(null, '', hash);
      this.enter(below);
    }
    // Told as for a link: sheets close, and a newer app that waited for the end of a visit starts.
    window.dispatchEvent(new HashChangeEvent('hashchange', { oldURL: left, newURL: location.href }));
  }

  /**
   * One screen back; where there is none before (a link was opened), `parent`.
   * @param {string} parent
   */
  back(parent) {
    if (this.place.depth > 0) {
      // A second tap before the browser has moved must not lead out of the app.
      this.place = { depth: this.place.depth - 1, below: '' };
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

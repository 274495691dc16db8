/**
 * Tells every screen, of this tab and of the others, that something in the database changed. Carries names only, never
 * content: who hears of a change reads it again.
 */

const CHANNEL = 'xuntu';

/** Dispatches `Event(topic)`; many changes in one turn of the loop are told once. */
export class Changes extends EventTarget {
  /** @type {Set<string>} */
  #waiting = new Set();
  /** @type {BroadcastChannel|null} */
  #channel = null;

  /** @param {typeof BroadcastChannel|undefined} [channels] */
  constructor(channels = globalThis.BroadcastChannel) {
    super();
    if (!channels) return;
    this.#channel = new channels(CHANNEL);
    this.#channel.onmessage = (event) => {
      for (const topic of event.data?.topics ?? []) this.dispatchEvent(new Event(topic));
    };
    // Node would wait for messages for ever; a browser has no such method.
    /** @type {any} */ (this.#channel).unref?.();
  }

  /** @param {Iterable<string>} topics */
  announce(topics) {
    const is_first = this.#waiting.size === 0;
    for (const topic of topics) this.#waiting.add(topic);
    if (is_first && this.#waiting.size > 0) queueMicrotask(() => this.#tell());
  }

  close() {
    this.#channel?.close();
    this.#channel = null;
  }

  #tell() {
    const topics = [...this.#waiting];
    this.#waiting.clear();
    for (const topic of topics) this.dispatchEvent(new Event(topic));
    this.#channel?.postMessage({ topics });
  }
}

/** Web Locks for tests: one exclusive holder a name, shared by all "tabs" of the process, released when its work ends. */
export class FakeLocks {
  held = new Set();
  waiting = new Map();

  async request(name, ...given) {
    const work = given.at(-1);
    const { ifAvailable = false } = given.length > 1 ? given[0] : {};
    if (this.held.has(name)) {
      if (ifAvailable) return work(null);
      await new Promise((go) => { this.waiting.set(name, [...(this.waiting.get(name) ?? []), go]); });
    }
    this.held.add(name);
    try {
      return await work({ name });
    } finally {
      this.held.delete(name);
      const [next, ...others] = this.waiting.get(name) ?? [];
      this.waiting.set(name, others);
      // The next holder takes it before anybody else can ask.
      if (next) {
        this.held.add(name);
        next();
      }
    }
  }
}

/** Puts these locks (null: none) where the app looks for them. */
export function useLocks(locks) {
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: locks === null ? {} : { locks } });
}

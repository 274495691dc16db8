/**
 * A phone that dies at its n-th step: before or within or just after a write, before or just after an exchange. Once dead
 * it answers nothing more, as a tab that was killed.
 */

/** What a dead phone throws at everything. */
export class Died extends Error {}

export class Mortal {
  /** @param {number} dies_at 1 = the first step; Infinity = never, to count the steps */
  constructor(dies_at) {
    this.dies_at = dies_at;
    this.steps = 0;
    this.is_dead = false;
    this.last = '';
  }

  step(name) {
    if (this.is_dead) throw new Died(name);
    this.steps += 1;
    this.last = name;
    if (this.steps < this.dies_at) return;
    this.is_dead = true;
    throw new Died(name);
  }

  /** The database as this phone sees it. */
  database(db) {
    return new Proxy(db, {
      get: (target, name) => {
        const value = target[name];
        if (typeof value !== 'function') return value;
        if (name !== 'transaction') {
          return (...given) => {
            if (this.is_dead) throw new Died(String(name));
            return value.apply(target, given);
          };
        }
        return (stores, mode, how) => {
          if (mode === 'readwrite') this.step(`before writing ${stores}`);
          const tx = value.call(target, stores, mode, how);
          return mode === 'readwrite' ? this.#transaction(tx, stores) : tx;
        };
      },
    });
  }

  #transaction(tx, stores) {
    const done = tx.done.then(() => this.step(`after writing ${stores}`));
    // Nobody may be left to hear of it.
    done.catch(() => null);
    return new Proxy(tx, {
      get: (target, name) => {
        if (name === 'done') return done;
        const value = target[name];
        if (typeof value !== 'function') return value;
        return (...given) => {
          if (name === 'objectStore') this.step(`while writing ${stores}`);
          return value.apply(target, given);
        };
      },
    });
  }

  /** The network as this phone sees it. */
  network(fetch) {
    return async (url, init) => {
      this.step(`before ${init.method} ${url.pathname}`);
      const response = await fetch(url, init);
      this.step(`after ${init.method} ${url.pathname}`);
      return response;
    };
  }
}

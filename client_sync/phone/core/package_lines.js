/**
 * Reads an area package line by line while it is being unpacked. Refuses a package that is cut, of another version or
 * does not hold as many lines as it says.
 */

/** @typedef {Record<string, any> & {entity: string}} Line */
/** @typedef {{code: "package-unreadable"|"package-version"|"package-incomplete", detail: string}} PackageProblem */

const VERSION = 1;

/**
 * A reader of one package.
 * @returns {{push: (chunkText: string) => Line[], end: () => PackageProblem|null, head: () => Line|null}} `push` gives the
 *   lines finished by this chunk, the opening one included and the closing one not; after a problem it gives none;
 *   `end` says what is wrong with the whole, null when nothing is
 */
export function lineReader() {
  const seen = new Seen();
  let rest = '';
  return {
    push(chunkText) {
      const parts = (rest + chunkText).split('\n');
      rest = /** @type {string} */ (parts.pop());
      return parts.flatMap((part) => seen.take(part));
    },
    end() {
      if (rest !== '') seen.take(rest);
      rest = '';
      return seen.verdict();
    },
    head: () => seen.head,
  };
}

/** What was read so far. */
class Seen {
  constructor() {
    /** @type {Line|null} */
    this.head = null;
    /** @type {Line|null} */
    this.closing = null;
    /** @type {PackageProblem|null} */
    this.problem = null;
    this.lines = 0;
    /** @type {Record<string, number>} */
    this.counts = {};
  }

  /**
   * The line if it is one to keep.
   * @param {string} text
   * @returns {Line[]}
   */
  take(text) {
    if (this.problem !== null || text === '') return [];
    const line = this.parsed(text);
    if (line === null) return [];
    this.lines += 1;
    if (this.lines === 1) return this.opened(line);
    if (this.closing !== null) return this.refuse('package-unreadable', 'there is more after the last line');
    if (line.entity === 'end') {
      this.closing = line;
      return [];
    }
    this.counts[line.entity] = (this.counts[line.entity] ?? 0) + 1;
    return [line];
  }

  /**
   * @param {Line} line
   * @returns {Line[]}
   */
  opened(line) {
    if (line.entity !== 'package') return this.refuse('package-unreadable', 'it does not begin as a package');
    if (line.v !== VERSION) return this.refuse('package-version', `version ${line.v}`);
    this.head = line;
    return [line];
  }

  /**
   * @param {string} text
   * @returns {Line|null}
   */
  parsed(text) {
    try {
      const line = JSON.parse(text);
      if (typeof line?.entity === 'string') return line;
      this.refuse('package-unreadable', `line ${this.lines + 1} names no entity`);
    } catch (fault) {
      if (!(fault instanceof SyntaxError)) throw fault;
      this.refuse('package-unreadable', `line ${this.lines + 1} is no JSON`);
    }
    return null;
  }

  /**
   * @param {PackageProblem["code"]} code
   * @param {string} detail
   * @returns {Line[]}
   */
  refuse(code, detail) {
    this.problem = { code, detail };
    return [];
  }

  /** @returns {PackageProblem|null} */
  verdict() {
    if (this.problem !== null) return this.problem;
    if (this.head === null || this.closing === null) return { code: 'package-incomplete', detail: 'the last line is missing' };
    if (this.closing.lines !== this.lines) {
      return { code: 'package-incomplete', detail: `${this.lines} lines of ${this.closing.lines}` };
    }
    const stated = Object.entries(this.head.counts ?? {});
    const wrong = stated.find(([entity, count]) => (this.counts[entity] ?? 0) !== count);
    return wrong === undefined ? null : { code: 'package-incomplete', detail: `${wrong[0]}: ${wrong[1]} were announced` };
  }
}

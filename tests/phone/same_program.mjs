/**
 * Compares scripts two by two as programs: names and values, not spacing or comments. Prints the first of each pair that differs.
 *
 * Usage: node same_program.mjs FILE ITS_COPY [FILE ITS_COPY …]
 */
import { readFileSync } from 'node:fs';
import { parse } from 'acorn';

const PLACES = new Set(['start', 'end', 'loc', 'range']);

/** The syntax tree as text, without where in the file each part stood; lines are kept, since errors name them. */
function program(/** @type {string} */ file) {
  const tree = parse(readFileSync(file, 'utf8'), { ecmaVersion: 2024, sourceType: 'module', locations: true });
  return JSON.stringify(tree, (key, value) => {
    if (key === 'loc') return value.start.line;
    if (typeof value === 'bigint') return `${value}n`;
    return PLACES.has(key) ? undefined : value;
  });
}

const files = process.argv.slice(2);
const different = files.filter((file, at) => at % 2 === 0 && program(file) !== program(files[at + 1]));
process.stdout.write(JSON.stringify(different));

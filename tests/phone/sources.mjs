/**
 * What the contract test asks about each script: how long its functions are and which files it names. Prints JSON; judges nothing.
 *
 * Usage: node sources.mjs FILE…
 */
import { readFileSync } from 'node:fs';
import { parse } from 'acorn';

/** @typedef {{type: string, loc: {start: {line: number}, end: {line: number}}} & Record<string, any>} Node */

/** Every node below and including this one, with the name it is bound to. */
function* walk(/** @type {Node} */ node, name = '') {
  yield { node, name };
  for (const [key, value] of Object.entries(node)) {
    for (const below of Array.isArray(value) ? value : [value]) {
      if (typeof below?.type !== 'string' || key === 'loc') continue;
      yield* walk(below, below.id?.name ?? node.id?.name ?? node.key?.name ?? node.left?.name ?? name);
    }
  }
}

const IMPORTS = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression']);
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** The file that a node names relative to its own, or undefined. A name made while running is not known here. */
function referenceOf(/** @type {Node} */ node) {
  if (IMPORTS.has(node.type)) return node.source?.value;
  const isUrl = node.type === 'NewExpression' && node.callee.name === 'URL' && node.arguments.length === 2;
  return isUrl && node.arguments[1].object?.type === 'MetaProperty' ? node.arguments[0].value : undefined;
}

/** @type {Record<string, {functions: {name: string, line: number, lines: number}[], references: string[]}>} */
const found = {};
for (const file of process.argv.slice(2)) {
  const program = /** @type {any} */ (parse(readFileSync(file, 'utf8'), { ecmaVersion: 2024, sourceType: 'module', locations: true }));
  /** @type {typeof found[string]} */
  const facts = { functions: [], references: [] };
  for (const { node, name } of walk(program)) {
    const { start, end } = node.loc;
    if (FUNCTIONS.has(node.type)) facts.functions.push({ name, line: start.line, lines: end.line - start.line + 1 });
    const reference = referenceOf(node);
    if (typeof reference === 'string') facts.references.push(reference);
  }
  found[file] = facts;
}
process.stdout.write(JSON.stringify(found));

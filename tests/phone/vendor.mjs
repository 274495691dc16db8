/**
 * Copies the phone's libraries from node_modules into a folder and writes VENDORED.toml beside them. Fetches nothing itself:
 * `npm ci` has brought exactly what package-lock.json names, and the same lock gives the same bytes.
 *
 * Usage: node vendor.mjs FOLDER
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, 'node_modules');

const AGE_ENTRY = 'export { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";\n';
const AGE_TYPES = `/** What client_sync/phone uses of age-encryption; the package's own types speak of modules that are bundled away. */
export class Encrypter {
    addRecipient(recipient: string): void;
    encrypt(file: Uint8Array | string): Promise<Uint8Array>;
    encrypt(file: ReadableStream): Promise<ReadableStream<Uint8Array>>;
}
export class Decrypter {
    addIdentity(identity: string | CryptoKey): void;
    decrypt(file: Uint8Array, outputFormat?: 'uint8array'): Promise<Uint8Array>;
    decrypt(file: Uint8Array, outputFormat: 'text'): Promise<string>;
    decrypt(file: ReadableStream): Promise<ReadableStream<Uint8Array>>;
}
export function generateX25519Identity(): Promise<string>;
export function identityToRecipient(identity: string | CryptoKey): Promise<string>;
`;
const TUS_MODULE = `// tus-js-client publishes one file for browsers, which sets a global. This makes a module of it.
import './tus.min.js';

export const { DefaultHttpStack, DetailedError, Upload, canStoreURLs, defaultOptions, isSupported } = globalThis.tus;
`;

/** One row a package; `copies` is [published name, name here], `written` what is made here, `bundled` its ingredients. */
const PACKAGES = [
  {
    name: '@noble/ed25519',
    licence: 'MIT',
    licence_file: '@noble/ed25519/LICENSE',
    note: 'checks receipts where the browser has no Ed25519 of its own; loaded only then',
    copies: ['LICENSE', 'index.js', 'index.d.ts'].map((name) => [name, `@noble/ed25519/${name}`]),
  },
  {
    name: 'age-encryption',
    licence: 'BSD-3-Clause',
    licence_file: 'age-encryption/LICENSE',
    note: 'bundled with the packages below by esbuild into one module, since a browser cannot resolve their bare names',
    copies: [['LICENSE', 'age-encryption/LICENSE']],
    written: { 'age-encryption/age.d.ts': AGE_TYPES },
    bundle: { entry: AGE_ENTRY, file: 'age-encryption/age.js', licences: 'age-encryption/LICENSES-of-bundled.txt' },
  },
  {
    name: 'client-zip',
    licence: 'MIT',
    licence_file: 'client-zip/LICENSE.txt',
    note: 'writes the carried queue as a stream; loaded only then',
    copies: ['LICENSE.txt', 'index.js', 'index.d.ts'].map((name) => [name, `client-zip/${name}`]),
  },
  {
    name: 'idb',
    licence: 'ISC',
    licence_file: 'idb/LICENSE',
    note: 'the published ES module and its types',
    copies: [
      ['LICENSE', 'idb/LICENSE'],
      ...['index.js', 'index.d.ts', 'entry.d.ts', 'database-extras.d.ts', 'async-iterators.d.ts', 'wrap-idb-value.d.ts']
        .map((name) => [`build/${name}`, `idb/${name}`]),
    ],
  },
  {
    name: 'qr',
    licence: 'MIT OR Apache-2.0',
    licence_file: 'qr/LICENSE',
    note: 'reads a QR where the browser has no BarcodeDetector; loaded only then',
    copies: ['LICENSE', 'LICENSE-MIT', 'index.js', 'index.d.ts', 'decode.js', 'decode.d.ts'].map((name) => [name, `qr/${name}`]),
  },
  {
    name: 'tus-js-client',
    licence: 'MIT',
    licence_file: 'tus-js-client/LICENSE',
    note: 'the published browser file; index.js is ours and makes a module of it',
    copies: [
      ['LICENSE', 'tus-js-client/LICENSE'],
      ['dist/tus.min.js', 'tus-js-client/tus.min.js'],
      ['lib/index.d.ts', 'tus-js-client/index.d.ts'],
    ],
    written: { 'tus-js-client/index.js': TUS_MODULE },
  },
];

/** @returns {any} package.json of a folder below node_modules */
const packageOf = (/** @type {string} */ folder) => JSON.parse(readFileSync(join(MODULES, folder, 'package.json'), 'utf8'));
const sha256 = (/** @type {Uint8Array} */ bytes) => createHash('sha256').update(bytes).digest('hex');
const sorted = (/** @type {Iterable<string>} */ names) => [...names].sort();

/** One module out of many; returns its bytes and the folders below node_modules that went into it. */
async function bundled(/** @type {string} */ entry) {
  const made = await build({
    stdin: { contents: entry, resolveDir: HERE },
    bundle: true, format: 'esm', minify: true, target: 'es2020', legalComments: 'none',
    charset: 'ascii', write: false, metafile: true, absWorkingDir: HERE, logLevel: 'warning',
  });
  const inputs = Object.keys(made.metafile.inputs).filter((name) => name.startsWith('node_modules/'));
  const folders = inputs.map((name) => /^node_modules\/(.*\/node_modules\/)?(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
  return { bytes: made.outputFiles[0].contents, folders: sorted(new Set(folders.map((name) => name.slice('node_modules/'.length)))) };
}

/** The files of a package, by name, and the packages that were bundled into one of them. */
async function contents(/** @type {any} */ each) {
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const [from, to] of each.copies) files[to] = readFileSync(join(MODULES, each.name, from));
  for (const [to, text] of Object.entries(each.written ?? {})) files[to] = Buffer.from(/** @type {string} */ (text));
  if (!each.bundle) return { files, ingredients: [] };
  const made = await bundled(each.bundle.entry);
  files[each.bundle.file] = made.bytes;
  const ingredients = made.folders.filter((folder) => folder !== each.name);
  const licences = ingredients.map((folder) => `${packageOf(folder).name}\n\n${readFileSync(join(MODULES, folder, 'LICENSE'), 'utf8')}`);
  files[each.bundle.licences] = Buffer.from(licences.join(`\n${'-'.repeat(80)}\n\n`));
  return { files, ingredients };
}

/** The block of VENDORED.toml that declares a package. */
function declaration(/** @type {any} */ each, /** @type {Record<string, Uint8Array>} */ files, /** @type {string[]} */ ingredients) {
  const lock = JSON.parse(readFileSync(join(HERE, 'package-lock.json'), 'utf8')).packages;
  const { version } = packageOf(each.name);
  const lines = ['', '[[package]]', `name = "${each.name}"`, `version = "${version}"`, `licence = "${each.licence}"`,
    `licence_file = "${each.licence_file}"`, `source = "https://www.npmjs.com/package/${each.name}/v/${version}"`,
    `integrity = "${lock[`node_modules/${each.name}`].integrity}"`, `note = "${each.note}"`];
  for (const folder of ingredients) {
    const found = packageOf(folder);
    const { integrity } = lock[`node_modules/${folder}`];
    lines.push('', '[[package.bundled]]', `name = "${found.name}"`, `version = "${found.version}"`,
      `licence = "${found.license}"`, `integrity = "${integrity}"`);
  }
  lines.push('', '[package.files]', ...sorted(Object.keys(files)).map((name) => `"${name}" = "${sha256(files[name])}"`));
  return lines.join('\n');
}

const HEAD = `# Other people's files that the phone loads. A user needs no Node: these are kept as they are, and tests/phone/vendor.mjs
# makes them from the packages that tests/phone/package-lock.json names. Files are as published on npm, byte for byte, except
# where a note says otherwise; integrity is npm's checksum of the package they come from.
# The map library is the console's: /phone/vendor/maplibre-gl/ is served from server/console/static/vendor/maplibre-gl/.`;

const folder = process.argv[2];
if (!folder) throw new Error('usage: node vendor.mjs FOLDER');
const blocks = [];
for (const each of PACKAGES) {
  const { files, ingredients } = await contents(each);
  rmSync(join(folder, each.name), { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  blocks.push(declaration(each, files, ingredients));
}
writeFileSync(join(folder, 'VENDORED.toml'), `${HEAD}\n${blocks.join('\n')}\n`);

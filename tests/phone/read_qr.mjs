/** Reads the QR in a bitmap with the library that phones use. Takes {width, height, luma: 0 | 255 a pixel} on standard input. */
import { readFileSync } from 'node:fs';
import decodeQR from '../../client_sync/phone/vendor/qr/decode.js';

const { width, height, luma } = JSON.parse(readFileSync(0, 'utf8'));
const data = new Uint8ClampedArray(width * height * 4);
luma.forEach((/** @type {number} */ value, /** @type {number} */ at) => data.set([value, value, value, 255], at * 4));
process.stdout.write(decodeQR({ width, height, data }));

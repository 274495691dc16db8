// tus-js-client publishes one file for browsers, which sets a global. This makes a module of it.
import './tus.min.js';

export const { DefaultHttpStack, DetailedError, Upload, canStoreURLs, defaultOptions, isSupported } = globalThis.tus;

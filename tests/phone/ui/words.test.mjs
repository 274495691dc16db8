/** Every word is there in both languages, and whatever can go wrong on a phone has words. Judges no wording. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { storageAdvice } from '../../../client_sync/phone/core/storage_policy.js';
import { CLIENT_CODES } from '../../../client_sync/phone/sync/errors.js';
import en from '../../../client_sync/phone/ui/words/en.js';
import zh from '../../../client_sync/phone/ui/words/zh.js';

const ROOT = new URL('../../../', import.meta.url);
const UI = new URL('client_sync/phone/ui/', ROOT);
const WORDS = new URL('words/', UI);

/** Kinds of problems that are for the console and the command line alone: no phone asks for what they answer. */
const OF_THE_OFFICE = `
  csrf-failed login-taken user-unknown not-an-inspector role-unknown sign-in-failed unsafe-setting
  local-authority-unusable crew-unknown parcel-unknown carried-file carried-entry file-unreadable column-missing
  crs-unknown row-geometry row-duplicate row-invalid region-taken layer-unknown law-invalid law-unknown law-not-in-force
  stale-version move-not-allowed reason-required match-decided match-choice device-not-listed crew-name-taken
  period-unfinished period-invalid issue-unknown issue-unbalanced export-changed`.split(/\s+/).filter(Boolean);

const sourceOf = (url) => readFileSync(url, 'utf-8');
const holes = (words) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
});

test('both languages fill in the same values', () => {
  const unlike = Object.keys(zh).filter((key) => holes(zh[key]).join() !== holes(en[key]).join());
  assert.deepEqual(unlike, []);
});

test('no key has words in two files', () => {
  const keys = readdirSync(WORDS).filter((name) => /^\w+\.zh\.js$/.test(name))
    .flatMap((name) => [...sourceOf(new URL(name, WORDS)).matchAll(/^ {2}'?([\w.-]+)'?: /gm)].map(([, key]) => key));
  assert.ok(keys.length > 300);
  assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), []);
});

test('every problem of the server that a phone can meet has words, and every other is named as the office’s own', () => {
  const declared = [...sourceOf(new URL('server/problems.py', ROOT)).matchAll(/= Kind\(\s*"([a-z-]+)"/g)].map(([, code]) => code);
  assert.ok(declared.length > 60);
  assert.deepEqual(declared.filter((code) => !(`problem.${code}` in zh) && !OF_THE_OFFICE.includes(code)), []);
  assert.deepEqual(OF_THE_OFFICE.filter((code) => !declared.includes(code) || `problem.${code}` in zh), []);
});

test('every failure that is the phone’s own has words', () => {
  assert.deepEqual(CLIENT_CODES.filter((code) => !(`problem.${code}` in zh)), []);
});

test('whatever is advised about storage has words', () => {
  const facts = [true, false, null].flatMap((persisted) => [null, 1e6, 1e8, 1e12].flatMap((quota) => [0, 3].flatMap((unsent) =>
    [null, 0, 2, 9].map((days_since_sync) => ({ persisted, quota, usage: quota === null ? null : 0, unsent, days_since_sync })))));
  const keys = new Set(facts.map((each) => storageAdvice(each).key));
  assert.ok(keys.size >= 6);
  assert.deepEqual([...keys].filter((key) => !(key in zh)), []);
});

test('every key that a screen names in full is there', () => {
  const files = readdirSync(UI, { recursive: true }).filter((name) => name.endsWith('.js') && !name.startsWith('words/'));
  const named = files.flatMap((name) => [...sourceOf(new URL(name, UI)).matchAll(/\b(?:t|tOr)\(\s*'([\w.-]+)'/g)].map(([, key]) => `${name} ${key}`));
  assert.ok(named.length > 150);
  assert.deepEqual(named.filter((line) => !(line.split(' ')[1] in zh)), []);
});

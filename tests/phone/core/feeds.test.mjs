import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { lineReader } from '../../../client_sync/phone/core/package_lines.js';
import { ENTITIES, isInScope, reducePage, scopeOf } from '../../../client_sync/phone/core/pull_changes.js';
import { DAY_OF_PHOTOS_BYTES, storageAdvice } from '../../../client_sync/phone/core/storage_policy.js';
import { golden } from './records.mjs';

const PACKAGE = readFileSync(new URL('../../../schemas/examples/package.ndjson', import.meta.url), 'utf8');

function read(text, cuts = []) {
  const reader = lineReader();
  const lines = [0, ...cuts].flatMap((from, n) => reader.push(text.slice(from, cuts[n] ?? text.length)));
  return { lines, problem: reader.end(), head: reader.head() };
}

test('the golden package is read whole, wherever it is cut', () => {
  const whole = read(PACKAGE);
  assert.equal(whole.problem, null);
  assert.equal(whole.head.area, '320583100');
  const kinds = whole.lines.slice(1).map((line) => line.entity);
  for (const [entity, count] of Object.entries(whole.head.counts)) {
    assert.equal(kinds.filter((kind) => kind === entity).length, count, entity);
  }
  fc.assert(
    fc.property(fc.array(fc.nat(PACKAGE.length), { maxLength: 12 }), (cuts) => {
      assert.deepEqual(
        read(
          PACKAGE,
          cuts.sort((one, other) => one - other),
        ),
        whole,
      );
    }),
    { numRuns: 60 },
  );
});

test('a package that ends early is incomplete, wherever it ends', () => {
  fc.assert(
    fc.property(fc.nat(PACKAGE.trimEnd().length - 1), (length) => {
      assert.notEqual(read(PACKAGE.slice(0, length)).problem, null);
    }),
    { numRuns: 100 },
  );
});

test('a package without one of its lines is incomplete', () => {
  const lines = PACKAGE.trimEnd().split('\n');
  for (const gone of lines.keys()) {
    assert.notEqual(read(lines.filter((_, at) => at !== gone).join('\n')).problem, null, `line ${gone}`);
  }
});

test('a count that does not hold makes a package incomplete even where the lines add up', () => {
  const lines = PACKAGE.trimEnd().split('\n');
  const copied = [...lines.slice(0, 1), lines[1], lines[1], ...lines.slice(2, -2), lines.at(-1)];
  assert.equal(copied.length, lines.length);
  assert.equal(read(copied.join('\n')).problem.code, 'package-incomplete');
});

test('a package need not end with a line break', () => {
  assert.equal(read(PACKAGE.trimEnd()).problem, null);
});

test('the closing line counts the lines even where nothing was announced, and nothing comes after it', () => {
  const opening = '{"entity":"package","v":1}\n';
  assert.equal(read(`${opening}{"entity":"end","lines":2}\n`).problem, null);
  assert.equal(read(`${opening}{"entity":"end","lines":3}\n`).problem.code, 'package-incomplete');
  assert.equal(read(`${opening}{"entity":"end","lines":3}\n{"entity":"duty"}\n`).problem.code, 'package-unreadable');
});

test('what is no package of a version we know gives no lines', () => {
  for (const text of [
    '<html>portal</html>\n',
    '[]\n',
    '{"entity":"parcel"}\n',
    PACKAGE.replace('"v":1', '"v":2'),
    `${PACKAGE}{"entity":"parcel"}\n`,
  ]) {
    assert.notEqual(read(text).problem, null, text.slice(0, 30));
  }
  assert.equal(read(PACKAGE.replace('"v":1', '"v":2')).problem.code, 'package-version');
  assert.deepEqual(read('{"entity":"parcel"}\n').lines, []);
});

test('the golden pages are reduced to what is put and what is taken away', () => {
  const page = golden('pull.response');
  const reduced = reducePage(page);
  assert.deepEqual(
    reduced.map(({ entity }) => entity),
    ENTITIES,
  );
  assert.equal(reduced.flatMap(({ puts }) => puts).length, page.changes.length);
  const changes = Object.fromEntries(reducePage(golden('pull.response.changes')).map((each) => [each.entity, each]));
  assert.deepEqual(
    changes.task.cleared.map(({ kind }) => kind),
    ['crew'],
  );
  assert.deepEqual(changes.case_note.cleared, [{ kind: 'region', id: '320583101' }]);
  assert.deepEqual(changes.case_note.deletes, [golden('pull.delete').id]);
});

test('a region that was left takes its towns and villages along and leaves other regions alone', () => {
  const scope = scopeOf({ entity: 'case_note', id: '320583', op: 'out_of_scope' });
  assert.deepEqual([isInScope({ region: '320583100' }, scope), isInScope({ region: '320584100' }, scope)], [true, false]);
  assert.equal(isInScope({ area: '320583100' }, scope), true);
  assert.equal(isInScope({}, scope), false);
  assert.equal(scopeOf({ entity: 'task', id: 't', op: 'delete' }), null);
});

test('an entity of a newer server is passed over', () => {
  assert.deepEqual(
    reducePage({
      changes: [
        { entity: 'weather', id: '1', op: 'put', data: {} },
        { entity: 'form', id: '2', op: 'delete' },
      ],
    }),
    [],
  );
});

test('applying a page at once or word by word comes to the same', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const region = fc.constantFrom('320583100', '320583101');
  const change = fc.oneof(
    fc
      .tuple(id, region, fc.nat(9))
      .map(([each, where, n]) => ({ entity: 'case_note', id: each, op: 'put', data: { id: each, region: where, n } })),
    id.map((each) => ({ entity: 'case_note', id: each, op: 'delete' })),
    region.map((where) => ({ entity: 'case_note', id: where, op: 'out_of_scope' })),
  );
  const apply = (rows, { cleared, deletes, puts }) => {
    const kept = [...rows.values()].filter((row) => !cleared.some((scope) => isInScope(row, scope)) && !deletes.includes(row.id));
    return new Map([...kept, ...puts].map((row) => [row.id, row]));
  };
  const sorted = (rows) => [...rows.values()].sort((one, other) => one.id.localeCompare(other.id));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const before = new Map([
        ['a', { id: 'a', region: '320583100', n: 0 }],
        ['c', { id: 'c', region: '320583101', n: 0 }],
      ]);
      const stepwise = changes.reduce((rows, each) => reducePage({ changes: [each] }).reduce(apply, rows), before);
      assert.deepEqual(sorted(reducePage({ changes }).reduce(apply, before)), sorted(stepwise));
    }),
  );
});

test('storage speaks up when work lies on this phone alone, and is silent otherwise', () => {
  const calm = { persisted: true, quota: 10 ** 10, usage: 10 ** 8, unsent: 0, days_since_sync: 0 };
  const key = (differences) => storageAdvice({ ...calm, ...differences }).key;
  assert.equal(key({}), 'storage.ok');
  assert.equal(key({ persisted: false }), 'storage.not_persistent');
  assert.equal(key({ persisted: false, unsent: 2, days_since_sync: 1 }), 'storage.sync_or_carry');
  assert.equal(key({ persisted: null, unsent: 2, days_since_sync: null }), 'storage.sync_or_carry');
  assert.equal(key({ persisted: false, unsent: 2, days_since_sync: 6 }), 'storage.unsafe_and_old');
  assert.equal(key({ unsent: 2, days_since_sync: 6 }), 'storage.long_unsent');
  assert.equal(key({ unsent: 2, days_since_sync: 1 }), 'storage.ok');
  assert.equal(key({ usage: 10 ** 10 - DAY_OF_PHOTOS_BYTES + 1 }), 'storage.low');
  assert.deepEqual(storageAdvice({ ...calm, usage: 10 ** 10 + 5 }), { level: 'warn', key: 'storage.full', free_bytes: 0 });
  assert.equal(storageAdvice({ ...calm, quota: null, usage: null }).free_bytes, null);
});

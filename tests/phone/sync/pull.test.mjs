import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keepDraft, listDrafts } from '../../../client_sync/phone/store/drafts.js';
import { listRecords, sealTaskProgress } from '../../../client_sync/phone/store/outbox.js';
import { notesOf } from '../../../client_sync/phone/store/land.js';
import { applyPull, listNotices, listTasks, markRead, pullCursor, reportState } from '../../../client_sync/phone/store/work.js';
import { readIdentity } from '../../../client_sync/phone/store/identity.js';
import { pullAll } from '../../../client_sync/phone/sync/pull.js';
import { Wire } from '../../../client_sync/phone/sync/wire.js';
import { problem } from './fake_office.mjs';
import { enrolled, freshDatabase, round, sealed, visit, WORLD } from './phones.mjs';

const golden = (name) => JSON.parse(readFileSync(new URL(`../../../schemas/examples/${name}`, import.meta.url), 'utf8'));
const TASK = golden('pull.task.json');
const NOTICE = golden('pull.notice.json');
const page = (changes, cursor = 'c1', more = false) => ({ changes, cursor, more });

test('the golden pages of a pull are kept as tasks, notes, notices and report states', async () => {
  const { db } = await freshDatabase();
  await applyPull(db, page([TASK, NOTICE, golden('pull.case_note.case.json'), golden('pull.report_state.json')]));
  assert.deepEqual((await listTasks(db)).map((task) => task.id), [TASK.id]);
  assert.equal((await listNotices(db))[0].read, false);
  const note = golden('pull.case_note.case.json').data;
  assert.deepEqual((await notesOf(db, note.parcel_id)).map((each) => each.number), [note.number]);
  const { id, rev } = golden('pull.report_state.json').data;
  assert.equal((await reportState(db, id, rev)).current, 'stored');
  assert.equal(await reportState(db, id, rev + 1), null, 'of a newer revision nothing is known yet');
  assert.equal(await pullCursor(db), 'c1');
});

test('a notice that was read stays read when it comes again', async () => {
  const { db } = await freshDatabase();
  await applyPull(db, page([NOTICE]));
  await markRead(db, NOTICE.id);
  await applyPull(db, page([NOTICE]));
  assert.equal((await listNotices(db))[0].read, true);
});

test('a task finished here and not sent yet is not opened again by the office', async () => {
  const { db, office } = await enrolled();
  office.pull = () => page([{ ...TASK, data: { ...TASK.data, state: 'open' } }]);
  await round(db, office);
  await sealTaskProgress(db, { task_id: TASK.id, state: 'done' }, WORLD);
  await applyPull(db, office.pull());
  assert.equal((await listTasks(db))[0].state, 'done');
  await round(db, office);
  assert.equal((await listTasks(db))[0].state, 'open', 'once the office has heard, its word counts');
});

test('pages are fetched until there are no more, each cursor once', async () => {
  const { db, office } = await enrolled();
  const asked = [];
  office.pull = (cursor) => {
    asked.push(cursor);
    const at = cursor === null ? 1 : Number(cursor) + 1;
    return { changes: [{ ...TASK, id: `t${at}`, data: { ...TASK.data, id: `t${at}` } }], cursor: String(at), more: at < 3 };
  };
  await round(db, office);
  assert.deepEqual(asked, [null, '1', '2']);
  assert.equal((await listTasks(db)).length, 3);
});

test('410 begins a whole snapshot, sweeps what it does not name, and touches nothing of this phone', async () => {
  const { db, office } = await enrolled();
  const other = { ...TASK, id: 'gone', data: { ...TASK.data, id: 'gone' } };
  office.pull = () => page([TASK, other], 'old');
  await round(db, office);
  await keepDraft(db, await visit(db));
  await sealed(db);
  const before = [await listRecords(db), await listDrafts(db)];
  const snapshot = (cursor) => {
    if (cursor === 'old') throw problem(410, 'full-resync');
    return cursor === null ? page([TASK], 'new1', true) : page([NOTICE], 'new2');
  };
  office.pull = snapshot;
  const { token, server } = await readIdentity(db);
  await pullAll({ db, wire: new Wire({ origin: server, token, fetch: office.fetch }), report: () => {} });
  assert.deepEqual((await listTasks(db)).map((task) => task.id), [TASK.id]);
  assert.equal((await listNotices(db)).length, 1);
  assert.deepEqual([await listRecords(db), await listDrafts(db)], before);
  assert.equal(await pullCursor(db), 'new2');
});

test('a resync that is cut keeps the old rows until the new snapshot is whole', async () => {
  const { db, office } = await enrolled();
  const other = { ...TASK, id: 'gone', data: { ...TASK.data, id: 'gone' } };
  office.pull = () => page([TASK, other], 'old');
  await round(db, office);
  office.pull = (cursor) => {
    if (cursor === 'old') throw problem(410, 'full-resync');
    if (cursor === null) return page([TASK], 'new1', true);
    throw problem(500, 'internal');
  };
  await round(db, office);
  assert.equal((await listTasks(db)).length, 2);
  office.pull = (cursor) => (cursor === 'new1' ? page([], 'new2') : assert.fail(`asked from ${cursor}`));
  assert.equal((await round(db, office)).ok, true);
  assert.deepEqual((await listTasks(db)).map((task) => task.id), [TASK.id]);
});

test('a region that was left takes its notes along, and only those', async () => {
  const { db } = await freshDatabase();
  const note = golden('pull.case_note.case.json');
  const left = { ...note, id: 'n2', data: { ...note.data, id: 'n2', region: '320583101' } };
  await applyPull(db, page([note, left]));
  await applyPull(db, page([{ entity: 'case_note', id: '320583101', op: 'out_of_scope' }]));
  assert.deepEqual((await db.getAll('case_notes')).map((each) => each.id), [note.id]);
});

test('a page whose cursor stands still is not believed for ever', async () => {
  const { db, office } = await enrolled();
  office.pull = (cursor) => page([], cursor ?? 'c', true);
  assert.equal((await round(db, office)).problem_code, 'not-believed');
});

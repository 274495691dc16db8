/**
 * One report of this phone: how far it has come, what became of it, and the way to correct it. Changes nothing that was sealed.
 */

import { readDraft } from '../../store/drafts.js';
import { parcel } from '../../store/land.js';
import { recordsOfReport, revise } from '../../store/outbox.js';
import { refusedPhotos } from '../../store/photos.js';
import { reportState } from '../../store/work.js';
import { visitPath } from '../capture/start.js';
import { h } from '../dom.js';
import { instantWords } from '../format.js';
import { ring } from '../icons.js';
import { bigButton, card, empty, facts, live, page, row, sheet, stateLine } from '../parts.js';
import { landName } from '../place_words.js';
import { t } from '../words.js';
import { becameHere } from './report_became.js';
import { careHere } from './report_care.js';
import { Pictures, photoRows } from './report_photos.js';
import { kindWords, peopleWords, stateLevel, stateRing, stateWords, wantsCare } from './report_words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").OutboxRecord} OutboxRecord */

/**
 * @param {Phone} phone
 * @param {Record<string, string>} params `id` of the report
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function reportScreen(phone, { id }) {
  const title = t('report.title');
  const pictures = new Pictures(phone);
  const body = await live(phone, ['outbox', 'work', 'land'], () => bodyHere(phone, id, pictures));
  const foot = await live(phone, ['outbox', 'drafts'], () => correctHere(phone, id));
  const node = page({ title, back: () => phone.back('/reports'), foot: foot.node }, body.node);
  return { node, title, leave: () => {
    body.leave();
    foot.leave();
    void pictures.close();
  } };
}

/** @param {Phone} phone @param {string} id @param {Pictures} pictures */
async function bodyHere(phone, id, pictures) {
  const records = (await recordsOfReport(phone.db, id)).filter((record) => record.type === 'report');
  const newest = records.at(-1);
  const told = await reportState(phone.db, id);
  if (newest === undefined) return [empty(t('report.absent'), t('report.absent_text')), await becameHere(phone, told)];
  const claims = JSON.parse(newest.manifest);
  const photos = await photoRows(phone, newest, claims.photos, pictures);
  const refused = await refusedPhotos(phone.db);
  const problem = newest.problem ?? (told?.rev === newest.rev ? told.problem : null);
  return [
    stateLine({
      sign: stateRing(newest), text: stateWords(newest, phone.clock.nowMs(), refused), level: stateLevel(newest, refused), act: 'explain',
      onclick: () => explain(phone, newest),
    }),
    await careHere(phone, records, problem),
    await becameHere(phone, told),
    card(t('report.what'), facts(await factsOf(phone, newest, claims))),
    photos.length > 0 && h('section', { class: 'card rows' }, h('h2', null, t('report.photos', { n: photos.length })), photos),
    records.length > 1 && revisionsHere(phone, records),
    h('p', { class: 'quiet' }, t('report.correct_text')),
  ];
}

/**
 * @param {Phone} phone
 * @param {OutboxRecord} record
 * @param {any} claims
 * @returns {Promise<[string, import("../dom.js").Children][]>}
 */
async function factsOf(phone, { summary }, claims) {
  const land = summary.parcel_id === null ? null : await parcel(phone.db, summary.parcel_id);
  const name = land ? landName(land) : (claims.parcel_claim ?? t('today.free_spot'));
  const link = land === null ? name : h('a', { href: `#/parcel/${land.id}`, 'data-act': 'parcel' }, name);
  const { position } = claims;
  const where = position && t('report.position_text', {
    lat: position.lat.toFixed(5), lon: position.lon.toFixed(5), m: Math.round(position.accuracy_m),
  });
  return [
    [t('report.when'), instantWords(claims.captured_at, phone.clock.nowMs())],
    [t('report.kind'), kindWords(summary.kind)],
    [t('report.parcel'), link],
    [t('report.position'), where],
    [t('report.note'), claims.note],
    [t('report.people'), peopleWords(claims.inspectors, phone.identity?.inspector ?? null)],
  ];
}

/** @param {Phone} phone @param {OutboxRecord[]} records oldest first */
function revisionsHere(phone, records) {
  const now_ms = phone.clock.nowMs();
  const rows = [...records].reverse().map((record) => row({
    title: t('reports.rev', { rev: record.rev }),
    text: [instantWords(record.queued_at, now_ms), h('br'), stateWords(record, now_ms)],
    lead: stateRing(record),
  }));
  return h('section', { class: 'card rows' }, h('h2', null, t('report.revisions')), rows);
}

/** The correction of the newest revision: one begins, or the begun one goes on. @param {Phone} phone @param {string} id */
async function correctHere(phone, id) {
  const records = (await recordsOfReport(phone.db, id)).filter((record) => record.type === 'report');
  if (records.length === 0) return null;
  const begun = await readDraft(phone.db, id);
  const begin = async () => {
    const draft = await revise(phone.db, id, phone.clock);
    phone.go(visitPath(draft.id, 'observation'));
  };
  const kind = begun || wantsCare(records[records.length - 1], await refusedPhotos(phone.db)) ? 'primary' : 'plain';
  const label = t(begun ? 'report.correct_on' : 'report.correct');
  return bigButton({ label, act: 'correct', icon: 'edit', kind, onclick: () => void begin() });
}

/** What the three steps mean, and when this report took each. @param {Phone} phone @param {OutboxRecord} record */
function explain(phone, record) {
  const at = { queued: record.queued_at, received: record.received_at, complete: record.completed_at };
  const now_ms = phone.clock.nowMs();
  const steps = /** @type {const} */ (['queued', 'received', 'complete']).map((name) => row({
    title: t(`report.step.${name}`),
    text: [
      t(`report.step.${name}_text`), h('br'),
      h('strong', null, at[name] ? instantWords(at[name], now_ms) : t('report.step.yet')),
    ],
    lead: ring(name),
  }));
  const aside = record.state === 'aside' && row({
    title: t('report.step.aside'), text: t('report.step.aside_text'), lead: ring('aside'),
  });
  sheet(t('report.explain'), [steps, aside]);
}

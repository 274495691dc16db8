/**
 * Who this phone is, which app runs, and what went wrong lately with the numbers an office can look up. Shows no token and
 * no key.
 */

import { readLog } from '../../store/log.js';
import { readIdentity } from '../../store/identity.js';
import { h } from '../dom.js';
import { instantWords } from '../format.js';
import { bigButton, card, facts, live, row } from '../parts.js';
import { regionWords } from '../place_words.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

const LINES_SHOWN = 20;

/** @param {Phone} phone */
export async function whoHere(phone) {
  const identity = await readIdentity(phone.db);
  const join = () => phone.go('/enrol');
  if (identity === null) {
    const first = bigButton({ label: t('enrol.join'), act: 'join-again', onclick: join });
    return card(t('more.who'), h('p', null, t('more.who_none')), first);
  }
  const { inspector, crew, device_id, server, standing } = identity;
  return card(
    t('more.who'),
    facts([
      [t('enrol.name'), inspector.name],
      [t('enrol.certificate'), inspector.certificate_no ?? t('enrol.no_certificate')],
      [t('enrol.crew'), crew],
      [t('enrol.regions'), regionWords(identity)],
      [t('more.who_server'), new URL(server).host],
      [t('more.who_device'), device_id],
    ]),
    bigButton({ label: t('enrol.join_again'), act: 'join-again', onclick: join }),
  );
}

/** @param {Phone} phone */
export function appHere(phone) {
  const { waiting } = phone.update;
  return card(
    t('more.app'),
    facts([[t('more.version'), phone.config.app.version]]),
    waiting && bigButton({ label: t('more.update'), act: 'update', kind: 'primary', onclick: () => phone.update.apply() }),
    h('p', { class: 'quiet' }, t(waiting ? 'more.update_text' : 'more.newest')),
  );
}

/**
 * What went wrong, opened by a tap; the card stays open while its lines are drawn anew.
 * @param {Phone} phone
 */
export async function logCard(phone) {
  const lines = await live(phone, ['log'], () => logHere(phone));
  const node = h('details', { class: 'card' }, h('summary', { 'data-act': 'log' }, t('more.log')), lines.node);
  return { node, leave: lines.leave };
}

/**
 * Lines that say the same one after the other as one, the newest, with how often.
 * @param {import("../../store/log.js").LogLine[]} lines newest first
 */
export function gathered(lines) {
  /** @type {{line: import("../../store/log.js").LogLine, times: number}[]} */
  const groups = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && last.line.code === line.code && last.line.text === line.text) last.times += 1;
    else groups.push({ line, times: 1 });
  }
  return groups;
}

/** @param {Phone} phone */
async function logHere(phone) {
  const groups = gathered(await readLog(phone.db)).slice(0, LINES_SHOWN);
  const now_ms = phone.clock.nowMs();
  const rows = groups.map(({ line: { at, code, text, request_id }, times }) => row({
    title: tOr(`problem.${code}`, 'problem.unexpected'),
    text: [
      instantWords(at, now_ms), times > 1 && ` · ${t('more.log_times', { n: times })}`, h('br'), h('span', { lang: 'en' }, text),
      request_id && [h('br'), `${t('more.log_id')} `, h('span', { lang: 'en' }, request_id)],
    ],
  }));
  const said = h('p', { class: 'quiet' }, t(rows.length > 0 ? 'more.log_text' : 'more.log_none'));
  return [said, h('div', { class: 'rows' }, rows)];
}

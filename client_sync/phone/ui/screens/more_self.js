/**
 * Who this phone is, which app runs, and what went wrong lately with the numbers an office can look up. Shows no token and no key.
 */

import { readLog } from '../../store/log.js';
import { readIdentity } from '../../store/identity.js';
import { h } from '../dom.js';
import { instantWords } from '../format.js';
import { banner, bigButton, card, facts, row } from '../parts.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

const LINES_SHOWN = 20;

/** @param {Phone} phone */
export async function whoHere(phone) {
  const identity = await readIdentity(phone.db);
  const join = () => phone.go('/enrol');
  if (identity === null) {
    return card(t('more.who'), h('p', null, t('more.who_none')), bigButton({ label: t('enrol.join'), act: 'join-again', onclick: join }));
  }
  const { inspector, crew, regions, device_id, server, standing } = identity;
  return card(
    t('more.who'),
    standing !== 'ok' && banner({ level: 'bad', title: t(`standing.${standing}`), text: t(`standing.${standing}_text`) }),
    facts([
      [t('enrol.name'), inspector.name],
      [t('enrol.certificate'), inspector.certificate_no ?? t('enrol.no_certificate')],
      [t('enrol.crew'), crew],
      [t('enrol.regions'), regions.join('、')],
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

/** @param {Phone} phone */
export async function logHere(phone) {
  const lines = (await readLog(phone.db)).slice(0, LINES_SHOWN);
  const now_ms = phone.clock.nowMs();
  const rows = lines.map(({ at, code, text, request_id }) => row({
    title: tOr(`problem.${code}`, 'problem.unexpected'),
    text: [
      instantWords(at, now_ms), h('br'), h('span', { lang: 'en' }, text),
      request_id && [h('br'), `${t('more.log_id')} `, h('span', { lang: 'en' }, request_id)],
    ],
  }));
  const said = h('p', { class: 'quiet' }, t(rows.length > 0 ? 'more.log_text' : 'more.log_none'));
  return h('details', { class: 'card' }, h('summary', { 'data-act': 'log' }, t('more.log')), said, rows);
}

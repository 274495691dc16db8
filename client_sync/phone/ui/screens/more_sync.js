/**
 * Sync by hand, and when photos may travel. Says what stopped the last sync and what to do about it.
 */

import { counts } from '../../store/outbox.js';
import { keepSetting, readSetting } from '../../store/identity.js';
import { PHOTOS_ON } from '../../sync/data_saver.js';
import { h } from '../dom.js';
import { banner, bigButton, card } from '../parts.js';
import { failureWords, isClear, syncLine } from '../sync_line.js';
import { t, tOr } from '../words.js';
import { choiceRow } from './more_look.js';

/** @typedef {import("../../types.js").Phone} Phone */

/** @param {Phone} phone @returns {Promise<import("../dom.js").Children>} */
export async function syncHere(phone) {
  const counted = await counts(phone.db);
  const { phase, problem_code } = phone.sync.progress;
  const saves = ((await readSetting(phone.db, 'photos_on')) ?? 'always') !== 'always';
  // A failure stands in the line already; why it waits does not.
  const is_waiting = phase === 'waiting' && problem_code !== null;
  return card(
    t('more.sync'),
    syncLine(phone, counted),
    is_waiting && banner({ level: 'info', text: tOr(`problem.${problem_code}`, 'problem.unexpected') }),
    phase === 'idle' && !navigator.onLine && h('p', { class: 'quiet' }, offlineWords(counted)),
    bigButton({
      label: t('more.sync_now'), act: 'sync-now', kind: 'primary', icon: 'sync',
      onclick: () => void phone.sync.syncNow('button'),
    }),
    saves && counted.photos_unsent > 0 && bigButton({
      label: t('more.sync_photos'), act: 'sync-photos', icon: 'photo', onclick: () => void phone.sync.syncNow('photos'),
    }),
  );
}

/** @param {import("../../store/outbox.js").Counts} counted */
function offlineWords(counted) {
  return isClear(counted) ? failureWords('unreachable', true) : t('more.sync_offline');
}

/** @param {Phone} phone @returns {Promise<import("../dom.js").Children>} */
export async function photosOnHere(phone) {
  const chosen = (await readSetting(phone.db, 'photos_on')) ?? 'always';
  const choose = (/** @type {string} */ code) => keepSetting(phone.db, 'photos_on', code);
  const said = h('p', { class: 'quiet' }, t('more.photos_on_text'));
  return card(null, choiceRow({ name: 'photos_on', codes: PHOTOS_ON, chosen, choose }), said);
}

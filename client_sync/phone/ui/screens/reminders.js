/**
 * What must be said on top of today's list: a phone that has to join again, storage that nobody promised, a newer app.
 * Blocks nothing; each says what is safe and what to do.
 */

import { storageAdvice } from '../../core/storage_policy.js';
import { storageFacts } from '../../device/storage.js';
import { keepSetting, readSetting } from '../../store/identity.js';
import { counts } from '../../store/outbox.js';
import { h } from '../dom.js';
import { bytesWords, chinaDay } from '../format.js';
import { icon } from '../icons.js';
import { banner, chip, stateLine } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

const DAY_MS = 86_400_000;

/** @param {Phone} phone @returns {Promise<import("../dom.js").Children>} */
export async function remindersHere(phone) {
  return [joinAgain(phone), await storageWords(phone), newerApp(phone)];
}

/** A phone that has to join again, and the way to do so. @param {Phone} phone */
export function joinAgain(phone) {
  const standing = phone.identity?.standing ?? 'ok';
  if (standing === 'ok') return null;
  const join = chip({ label: t('enrol.join_again'), act: 'join-again', onclick: () => phone.go('/enrol') });
  return banner({ level: 'bad', title: t(`standing.${standing}`), text: t(`standing.${standing}_text`), actions: join });
}

/** A reminder that was followed today comes again tomorrow; a warning stays until its cause is gone. @param {Phone} phone */
async function storageWords(phone) {
  const { queued, received, aside } = await counts(phone.db);
  const last = phone.identity?.last_sync_at ?? null;
  const days_since_sync = last === null ? null : (phone.clock.nowMs() - Date.parse(last)) / DAY_MS;
  const { level, key, free_bytes } = storageAdvice({ ...(await storageFacts()), unsent: queued + received + aside, days_since_sync });
  const today = chinaDay(phone.clock.nowMs());
  if (level === 'ok' || (level === 'remind' && (await readSetting(phone.db, 'reminded_on')) === today)) return null;
  const text = t(key, { free: free_bytes === null ? '' : bytesWords(free_bytes) });
  const look = async () => {
    await keepSetting(phone.db, 'reminded_on', today);
    phone.go('/more');
  };
  return stateLine({ sign: icon('warn'), text, level: level === 'warn' ? 'warn' : 'wait', act: 'reminder-storage', onclick: () => void look() });
}

/** @param {Phone} phone */
function newerApp(phone) {
  if (!phone.update.waiting) return null;
  const text = [t('reminder.update'), ' ', h('strong', null, t('reminder.update_take'))];
  return stateLine({ sign: icon('sync'), text, act: 'update-take', onclick: () => phone.update.apply() });
}

/**
 * Whether the browser promised to keep what is here, how much room there is, and whether the app opens without a network.
 * Promises nothing the browser does not.
 */

import { askPersistence, storageFacts } from '../../device/storage.js';
import { isReadyOffline } from '../../device/versions.js';
import { bytesWords } from '../format.js';
import { banner, bigButton, card, facts, live } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */

/** @param {Phone} phone */
export async function storageCard(phone) {
  let was_refused = false;
  const ask = async () => {
    was_refused = (await askPersistence()) !== true;
    phone.changes.dispatchEvent(new Event('storage'));
  };
  return live(phone, ['storage', 'land'], async () => {
    const [{ persisted, quota, usage }, offline] = await Promise.all([storageFacts(), isReadyOffline()]);
    const free = quota === null || usage === null ? null : Math.max(0, quota - usage);
    const promise = persisted === null ? 'unknown' : persisted ? 'yes' : 'no';
    return card(
      t('more.storage'),
      facts([
        [t('more.storage_persisted'), t(`more.storage_${promise}`)],
        [t('more.storage_used'), usage === null ? null : bytesWords(usage)],
        [t('more.storage_free'), free === null ? null : bytesWords(free)],
        [t('more.storage_offline'), t(offline ? 'more.storage_offline_yes' : 'more.storage_offline_no')],
      ]),
      was_refused && banner({ level: 'remind', text: t('more.storage_asked_no') }),
      persisted !== true && bigButton({ label: t('more.storage_ask'), act: 'storage-ask', onclick: () => void ask() }),
    );
  });
}

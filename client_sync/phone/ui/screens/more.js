/**
 * Everything that is not a visit: sync, area data, storage, carrying out, looks, identity, version, what went wrong.
 * Composes the cards, each drawn again when what it shows has changed.
 */

import { live, page } from '../parts.js';
import { t } from '../words.js';
import { carryCard } from './more_carry.js';
import { areaCard } from './more_area.js';
import { lookCard } from './more_look.js';
import { photosOnHere, syncHere } from './more_sync.js';
import { appHere, logCard, whoHere } from './more_self.js';
import { storageCard } from './more_storage.js';
import { joinAgain } from './reminders.js';

/** @typedef {import("../../types.js").Phone} Phone */

/**
 * @param {Phone} phone
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function moreScreen(phone) {
  const title = t('tab.more');
  const parts = await Promise.all([
    live(phone, ['sync', 'identity'], async () => joinAgain(phone)),
    live(phone, ['sync', 'outbox', 'identity'], () => syncHere(phone)),
    live(phone, ['identity'], () => photosOnHere(phone)),
    carryCard(phone),
    areaCard(phone),
    storageCard(phone),
    lookCard(phone),
    live(phone, ['identity'], () => whoHere(phone)),
    live(phone, ['update'], async () => appHere(phone)),
    logCard(phone),
  ]);
  const node = page({ title, tab: 'more' }, parts.map((part) => part.node));
  return { node, title, leave: () => parts.forEach((part) => part.leave()) };
}

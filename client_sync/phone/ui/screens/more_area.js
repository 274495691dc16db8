/**
 * The area data on this phone: what it holds, how old it is, and its download by hand. Keeps the old data until the new is whole.
 */

import { readIdentity } from '../../store/identity.js';
import { listPackages } from '../../store/land.js';
import { codeOf } from '../../sync/errors.js';
import { downloadPackage, widest } from '../../sync/packages.js';
import { Wire } from '../../sync/wire.js';
import { h, mount } from '../dom.js';
import { bytesWords, instantWords } from '../format.js';
import { banner, bigButton, card, facts, live, toast } from '../parts.js';
import { t, tOr } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../store/land.js").PackageRow} PackageRow */

/** @param {Phone} phone */
export async function areaCard(phone) {
  const said = h('div', { class: 'live', 'aria-live': 'polite' });
  const get = bigButton({ label: t('more.area_get'), act: 'area-get', onclick: () => void fetching() });
  const abort = new AbortController();
  const fetching = async () => {
    get.disabled = true;
    try {
      await fetchAreas(phone, abort.signal, (line) => mount(said, line));
      mount(said);
      toast(t('more.area_newest'));
    } catch (fault) {
      if (abort.signal.aborted) return;
      console.warn(fault);
      mount(said, banner({ level: 'warn', text: tOr(`problem.${codeOf(fault)}`, 'problem.unexpected') }));
    } finally {
      get.disabled = false;
    }
  };
  const held = await live(phone, ['land', 'work'], () => areasHere(phone));
  const node = card(t('more.area'), held.node, said, phone.identity && get);
  return { node, leave: () => {
    abort.abort();
    held.leave();
  } };
}

/** @param {Phone} phone */
async function areasHere(phone) {
  const rows = await listPackages(phone.db);
  if (rows.length === 0) return h('p', { class: 'quiet' }, t('more.area_none'));
  return rows.map((row) => areaFacts(phone, row));
}

/** @param {Phone} phone @param {PackageRow} row */
function areaFacts(phone, { area, name, made_on, installed_at, bytes, counts, changed, pending, etag }) {
  const { parcel = 0, feature = 0, duty = 0 } = counts;
  return h('div', { class: 'live' },
    h('h3', null, name ?? area),
    etag && facts([
      [t('more.area_holds'), t('more.area_counts', { parcels: parcel, features: feature, duties: duty })],
      [t('more.area_made'), made_on],
      [t('more.area_installed'), instantWords(installed_at, phone.clock.nowMs())],
      [t('more.area_size'), bytesWords(bytes)],
    ]),
    pending ? h('p', { class: 'quiet' }, bytesLine('more.area_pending', pending.bytes, pending.total))
      : changed && h('p', { class: 'quiet' }, t(etag ? 'more.area_changed' : 'more.area_none')));
}

/** @param {string} key @param {number} done @param {number|null} total */
function bytesLine(key, done, total) {
  const told = { done: bytesWords(done), total: total ? bytesWords(total) : '' };
  return total ? t(`${key}_of`, told) : t(key, told);
}

/**
 * @param {Phone} phone
 * @param {AbortSignal} signal
 * @param {(line: import("../dom.js").Children) => void} tell
 */
async function fetchAreas(phone, signal, tell) {
  const identity = await readIdentity(phone.db);
  if (identity === null) return;
  const wire = new Wire({ origin: identity.server, token: identity.token, signal, nowMs: phone.clock.nowMs });
  tell(h('p', { class: 'quiet' }, t('more.area_putting')));
  for (const area of widest(identity.regions)) {
    await downloadPackage(phone.db, wire, area, (done, total) => tell([
      h('p', null, bytesLine('more.area_getting', done, total)),
      total ? h('progress', { max: total, value: done, 'aria-label': t('more.area') }) : null,
    ]), phone.clock);
  }
}

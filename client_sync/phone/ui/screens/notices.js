/**
 * What the office told this inspector, the newest first. Marks a notice as read when it is opened, on this phone only.
 */

import { listNotices, markRead } from '../../store/work.js';
import { h } from '../dom.js';
import { instantWords } from '../format.js';
import { icon } from '../icons.js';
import { bigButton, empty, live, page, row, sheet } from '../parts.js';
import { inWords, t } from '../words.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Notice} Notice */

/** Where what a notice is about can be looked at. */
const PLACES = /** @type {Record<string, string>} */ ({ report: '/report/', parcel: '/parcel/' });

/**
 * @param {Phone} phone
 * @returns {Promise<import("../router.js").Shown>}
 */
export async function noticesScreen(phone) {
  const title = t('notices.title');
  const list = await live(phone, ['work'], () => listHere(phone));
  const node = page({ title, back: () => phone.back('/') }, list.node);
  return { node, title, leave: list.leave };
}

/** @param {Phone} phone */
async function listHere(phone) {
  const notices = await listNotices(phone.db);
  if (notices.length === 0) return empty(t('notices.none'), t('notices.none_text'));
  const unread = notices.filter((notice) => !notice.read);
  const readAll = async () => {
    for (const { id } of unread) await markRead(phone.db, id);
  };
  return [
    h('section', { class: 'card rows' }, notices.map((notice, at) => noticeRow(phone, notice, at + 1))),
    unread.length > 1 && bigButton({ label: t('notices.all_read'), act: 'all-read', onclick: () => void readAll() }),
  ];
}

/** @param {Phone} phone @param {Notice} notice @param {number} number */
function noticeRow(phone, notice, number) {
  const when = instantWords(notice.at, phone.clock.nowMs());
  return row({
    title: inWords(notice, 'title'),
    text: [!notice.read && [h('span', { class: 'soon' }, t('notices.unread')), ' '], when],
    lead: icon('bell'),
    act: `notice-${number}`,
    onclick: () => open(phone, notice),
  });
}

/** @param {Phone} phone @param {Notice} notice */
function open(phone, notice) {
  void markRead(phone.db, notice.id);
  const place = notice.about ? PLACES[notice.about.type] : undefined;
  const opened = sheet(inWords(notice, 'title'), [
    inWords(notice, 'text').split('\n').map((line) => h('p', null, line)),
    h('p', { class: 'quiet' }, instantWords(notice.at, phone.clock.nowMs())),
    place && notice.about && bigButton({ label: t(`notices.see_${notice.about.type}`), act: 'see-about', onclick: () => {
      opened.close();
      phone.go(`${place}${notice.about?.id}`);
    } }),
  ]);
}

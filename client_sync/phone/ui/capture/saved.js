/**
 * What stands after a report was sealed: that it is saved on this phone, and where to go next. Shown for no report that is not
 * in the outbox.
 */

import { parcel as parcelById } from '../../store/land.js';
import { listTasks } from '../../store/work.js';
import { h } from '../dom.js';
import { ring } from '../icons.js';
import { bigButton, card, empty, facts, page, stateLine } from '../parts.js';
import { landName, taskName } from '../place_words.js';
import { t } from '../words.js';
import { lastSealed } from './seal_visit.js';
import { startAnotherMatter, startVisit, visitPath } from './start.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Task} Task */
/** @typedef {import("./frame.js").Shown} Shown */

/**
 * @param {Phone} phone
 * @param {string} id
 * @returns {Promise<Shown>}
 */
export async function savedScreen(phone, id) {
  const sealed = lastSealed(id);
  if (!sealed) return goneScreen(phone);
  const { draft, record } = sealed;
  const is_open = (/** @type {Task} */ task) => (task.state === 'open' || task.state === 'started') && task.id !== draft.task_id;
  const next = (await listTasks(phone.db)).find(is_open);
  const place = draft.parcel_id ? await parcelById(phone.db, draft.parcel_id) : null;
  const title = t('capture.saved');
  const follow = () => phone.go(`/report/${id}`);
  const said = stateLine({ sign: ring('queued'), text: t(record.rev > 1 ? 'capture.saved_correction' : 'capture.saved_text'), level: 'ok', act: 'saved-state', onclick: follow });
  const more = async () => phone.go(visitPath(await startAnotherMatter(phone, draft), 'observation'));
  const onward = async () => phone.go(next ? visitPath(await startVisit(phone, { task_id: next.id })) : '/');
  const onward_words = next ? t('capture.next_task', { place: taskName(next) }) : t('capture.to_today');
  const node = page(
    { title, back: () => phone.go('/'), foot: bigButton({ label: onward_words, act: 'next-task', kind: 'primary', onclick: () => void onward() }) },
    h('p', { class: 'saved-big', role: 'status' }, t('capture.saved_big')),
    said,
    card(null, facts([
      [t('capture.kind_of'), t(`capture.kind.${record.summary.kind ?? 'routine'}`)],
      [t('capture.parcel'), place ? landName(place) : draft.parcel_claim],
      [t('capture.photos'), String(draft.photos.length)],
    ])),
    bigButton({ label: t('capture.same_place'), act: 'same-place', icon: 'plus', onclick: () => void more() }),
    next && bigButton({ label: t('capture.to_today'), act: 'to-today', onclick: () => phone.go('/') }),
  );
  return { node, title };
}

/**
 * A draft that is no longer there: it was sealed or thrown away, perhaps in another tab.
 * @param {Phone} phone
 * @returns {Shown}
 */
export function goneScreen(phone) {
  const title = t('capture.gone');
  const reports = bigButton({ label: t('capture.to_reports'), act: 'to-reports', kind: 'primary', onclick: () => phone.go('/reports') });
  const node = page({ title, back: () => phone.go('/'), foot: reports }, empty(title, t('capture.gone_text')));
  return { title, node };
}

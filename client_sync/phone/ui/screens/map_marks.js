/**
 * The signs on the map, and where it begins: tasks by number, open matters by shape. Knows only what lies on this phone.
 */

import { parcel as parcelById } from '../../store/land.js';
import { listTasks } from '../../store/work.js';
import { chinaDay } from '../format.js';
import { shape } from '../icons.js';
import { middleOf } from '../map_list.js';
import { covers } from '../map_shapes.js';

/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").CaseNote} CaseNote */
/** @typedef {import("../map.js").Mark} Mark */

/** Close enough to tell parcels apart, far enough to see which village it is. */
const BEGIN_ZOOM = 15.5;
/** Signs beyond this many would cover the land they stand on. */
const MOST_MATTERS = 300;

/**
 * Signs of unfinished tasks and, where no task stands, of open leads and cases.
 * @param {Phone} phone
 * @returns {Promise<Mark[]>}
 */
export async function marksOf(phone) {
  const today = chinaDay(phone.clock.nowMs());
  const tasks = await openTasks(phone);
  const taken = new Set(tasks.map((task) => task.parcel_id));
  const notes = /** @type {CaseNote[]} */ (await phone.db.getAll('case_notes')).filter((note) => !taken.has(note.parcel_id));
  const matters = await Promise.all(notes.slice(0, MOST_MATTERS).map(async (note) => ({ note, parcel: await parcelById(phone.db, note.parcel_id) })));
  return [
    ...matters.flatMap(({ note, parcel }) => (parcel ? [{ ...middleOf(parcel), sign: shape(note.programme), order: 0 }] : [])),
    ...tasks.flatMap((task, at) => taskMark(task, at + 1, today)),
  ];
}

/**
 * @param {import("../../types.js").Task} task
 * @param {number} number
 * @param {string} today
 * @returns {Mark[]} none for a task without a place
 */
function taskMark({ lon, lat, due_on }, number, today) {
  return lon === null || lat === null ? [] : [{ lon, lat, sign: String(number), tone: due_on < today ? 'overdue' : 'usual', order: 1 }];
}

/** Unfinished tasks, numbered as on the first screen. @param {Phone} phone */
async function openTasks(phone) {
  return (await listTasks(phone.db)).filter((task) => task.state === 'open' || task.state === 'started');
}

/**
 * Where a map begins that was not open before: where one stands, if that is in the area; else at the first task; else amid the area.
 * @param {Phone} phone
 * @param {import("../../store/land.js").PackageRow|null} area
 * @param {{lon: number, lat: number}|null} at
 * @returns {Promise<{lon: number, lat: number, zoom: number}|null>} null when nothing is known
 */
export async function beginning(phone, area, at) {
  const box = area?.bbox ?? null;
  if (at && (!box || covers([...box], [at.lon, at.lat, at.lon, at.lat]))) return { lon: at.lon, lat: at.lat, zoom: BEGIN_ZOOM };
  const task = (await openTasks(phone)).find(({ lon, lat }) => lon !== null && lat !== null);
  if (task) return { lon: Number(task.lon), lat: Number(task.lat), zoom: BEGIN_ZOOM };
  return box ? { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2, zoom: BEGIN_ZOOM } : null;
}

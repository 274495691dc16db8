/**
 * The outline of what was seen: corners tapped on the map, or walked. A sketch, never a survey; every corner is kept at once.
 */

import { areaM2 } from '../../core/area.js';
import { distanceM } from '../../core/positions.js';
import { bboxOf, walkedRing } from '../../core/shapes.js';
import { parcel as parcelById } from '../../store/land.js';
import { h, mount } from '../dom.js';
import { areaWords } from '../format.js';
import { mapView } from '../map.js';
import { bigButton } from '../parts.js';
import { t } from '../words.js';
import { fullDialog } from './full_dialog.js';

/** @typedef {{lon: number, lat: number}} Corner */
/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {{sketch: any, area_m2: number, method: "sketched"|"walked"}} Sketched */

/** A worse fix would draw a corner that nobody walked. */
const WALK_ACCURACY_M = 25;
const WALK_STEP_M = 2;

/** @param {Visit} visit @param {(sketched: Sketched) => Promise<void>} onDone */
export function askSketch(visit, onDone) {
  const sketch = new Sketch(visit, onDone);
  void sketch.open();
}

/**
 * The corners of a draft: those of an unfinished sketch, else those of the kept polygon.
 * @param {any} draft
 * @returns {Corner[]}
 */
export function cornersOf(draft) {
  if (draft.sketch_corners) return draft.sketch_corners;
  const ring = draft.sketch?.type === 'Polygon' ? draft.sketch.coordinates[0].slice(0, -1) : [];
  return ring.map((/** @type {number[]} */ [lon, lat]) => ({ lon, lat }));
}

/** @param {Corner[]} corners @returns {number} m² of the closed outline, 0 below three corners */
export function outlineM2(corners) {
  if (corners.length < 3) return 0;
  const ring = [...corners, corners[0]].map(({ lon, lat }) => [lon, lat]);
  return areaM2({ type: 'Polygon', coordinates: [ring] });
}

class Sketch {
  /** @param {Visit} visit @param {(sketched: Sketched) => Promise<void>} onDone */
  constructor(visit, onDone) {
    this.visit = visit;
    this.onDone = onDone;
    this.corners = cornersOf(visit.draft);
    this.is_walking = false;
    this.was_walked = false;
    this.map_box = h('div', { class: 'sketch-map' });
    this.words = h('p', { class: 'sketch-words', role: 'status' });
    this.walk = h('button', { type: 'button', class: 'big', 'data-act': 'sketch-walk', onclick: () => this.toggleWalk() });
    /** @type {import("../map.js").MapView|null} */
    this.map = null;
    this.onFix = () => this.step();
  }

  async open() {
    const { visit } = this;
    const undo = () => this.keep(this.corners.slice(0, -1));
    const back = bigButton({ label: t('capture.sketch_undo'), act: 'sketch-undo', onclick: undo });
    const done = bigButton({ label: t('capture.sketch_done'), act: 'sketch-done', kind: 'primary', onclick: () => void this.finish() });
    const foot = [h('div', { class: 'foot-pair' }, this.walk, back), done];
    this.dialog = fullDialog(t('capture.sketch'), [this.map_box, this.words], foot, () => this.close());
    visit.addEventListener('position', this.onFix);
    this.redraw(null);
    const subject = visit.draft.parcel_id ? await parcelById(visit.phone.db, visit.draft.parcel_id) : null;
    const center = visit.here() ?? visit.draft.position;
    const bounds = subject ? bboxOf(subject.geometry) : null;
    this.map = await mapView(this.map_box, { phone: visit.phone, bounds, center, zoom: 18, onTapPoint: (at) => this.tapped(at) });
    this.map.highlight(subject);
    this.map_box.hidden = this.map.kind === 'list';
    this.redraw(null);
  }

  close() {
    this.visit.removeEventListener('position', this.onFix);
    this.map?.destroy();
  }

  /** @param {Corner} at @returns {boolean} */
  tapped(at) {
    if (this.is_walking) return true;
    this.keep([...this.corners, { lon: at.lon, lat: at.lat }]);
    return true;
  }

  toggleWalk() {
    this.is_walking = !this.is_walking;
    if (this.is_walking) {
      this.visit.settle();
      this.was_walked = true;
      this.step();
    }
    this.redraw(null);
  }

  /** One more fix while walking. */
  step() {
    const fix = this.visit.last_fix;
    if (fix) this.map?.setPosition({ lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m });
    if (!this.is_walking || !fix || fix.accuracy_m > WALK_ACCURACY_M) return;
    const last = this.corners.at(-1);
    if (!last || distanceM(last, fix) >= WALK_STEP_M) this.keep([...this.corners, { lon: fix.lon, lat: fix.lat }]);
  }

  /** @param {Corner[]} corners */
  keep(corners) {
    this.corners = corners;
    void this.visit.change(/** @type {any} */ ({ sketch_corners: corners }));
    this.redraw(null);
  }

  /** @param {string|null} problem */
  redraw(problem) {
    this.map?.drawSketch(this.corners.map(({ lon, lat }) => [lon, lat]));
    const area_m2 = outlineM2(this.corners);
    const state = this.corners.length < 3 ? t('capture.sketch_more', { n: this.corners.length }) : areaWords(area_m2);
    const still = t(this.map?.kind === 'list' ? 'capture.sketch_no_map' : 'capture.sketch_tap');
    const how = this.is_walking ? t('capture.sketch_walking', { n: this.corners.length }) : still;
    const said = problem ? h('span', { class: 'overdue' }, t(`capture.sketch.${problem}`)) : h('span', { class: 'quiet' }, how);
    mount(this.words, h('strong', null, state), ' ', said);
    mount(this.walk, t(this.is_walking ? 'capture.sketch_walk_stop' : 'capture.sketch_walk'));
    this.walk.setAttribute('aria-pressed', String(this.is_walking));
  }

  async finish() {
    if (this.corners.length === 0) return this.dialog?.close();
    const { polygon, problem } = walkedRing(this.corners);
    if (!polygon) return this.redraw(problem);
    const method = this.was_walked ? /** @type {const} */ ('walked') : /** @type {const} */ ('sketched');
    await this.onDone({ sketch: polygon, area_m2: Math.round(areaM2(polygon) * 10) / 10, method });
    this.dialog?.close();
  }
}

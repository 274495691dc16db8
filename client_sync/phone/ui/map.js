/**
 * The map: `mapView(container, {...})`, over maplibre where there is WebGL, otherwise a list of the nearest parcels.
 * Loads nothing until it is asked for, keeps only what the window shows, and never needs a base map to be useful.
 */

import { featuresIn, parcelsIn } from '../store/land.js';
import { isDark, onTurnOfLight } from './appearance.js';
import { h } from './dom.js';
import { listView } from './map_list.js';
import { covers, feature, grown, looksTheSame, positionFeatures, sketchFeatures } from './map_shapes.js';
import { arrowImage, hatchImage, INK, LOOKS, signImage, styleLayers, tiandituSources } from './map_style.js';

/** @typedef {import("../types.js").Phone} Phone */
/** @typedef {import("../types.js").Parcel} Parcel */
/**
 * @typedef {{lon: number, lat: number, accuracy_m: number, heading_deg?: number|null}} Standing
 * @typedef {{lon: number, lat: number, sign: string, tone?: "usual"|"overdue"|"chosen", order?: number}} Mark
 *   a sign on the map: a number or a shape
 */
/**
 * How a map begins. `bounds` (west, south, east, north) or `center`; without either it begins at the area package's extent.
 * `onTapPoint` is asked first; when it answers true the tap is spent (sketching, placing by hand), else the parcel under it is
 * told.
 * @typedef {object} MapOptions
 * @property {Phone} phone
 * @property {number[]|null} [bounds]
 * @property {{lon: number, lat: number}|null} [center]
 * @property {number} [zoom]
 * @property {(parcel: Parcel, at: {lon: number, lat: number}) => void} [onTapParcel]
 * @property {(at: {lon: number, lat: number}) => boolean|void} [onTapPoint]
 * @property {(seen: {is_far: boolean}) => void} [onSeen] after every move: whether the window is too wide to show parcels
 * @property {string[]} [layers] names of layers shown; those of map_style.js that are shown at first, when left out
 * @property {"none"|"vec"|"img"} [base]
 */
/**
 * What a map can be told. `kind` "list" has no place for sketches: offer walking instead.
 * @typedef {object} MapView
 * @property {"map"|"list"} kind
 * @property {(at: Standing|null) => void} setPosition
 * @property {(parcels: Parcel[]|null) => Promise<void>} setParcels these instead of what the window holds; null goes back to that
 * @property {(parcel: Parcel|null) => void} highlight the subject, filled and edged
 * @property {(points: number[][]) => void} drawSketch corners as [lon, lat], not closed; empty removes it
 * @property {(marks: Mark[]) => void} setMarks
 * @property {(names: string[]) => void} setLayers
 * @property {(base: "none"|"vec"|"img") => void} setBase
 * @property {(at: {lon: number, lat: number}, zoom?: number) => void} flyTo
 * @property {(bounds: number[]) => void} fit
 * @property {(at: {lon: number, lat: number}, covered_px: number) => void} keepAbove moves the map so far that a place is not under
 *   what covers its lower edge
 * @property {() => Promise<void>} refresh reads the land anew, after a package has come
 * @property {() => {lon: number, lat: number, zoom: number}|null} looksAt the middle of the window; null where there is no map
 * @property {() => void} destroy
 */

const LIBRARY = new URL('../vendor/maplibre-gl/maplibre-gl.mjs', import.meta.url).href;
const LOOKS_OF_LIBRARY = new URL('../vendor/maplibre-gl/maplibre-gl.css', import.meta.url).href;
const CLOSEST_WITH_PARCELS = 13;
const CHINA = [73, 18, 135, 54];

/** Whether this browser can draw the map at all. */
export function canDraw() {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

/**
 * A map in `container`, which must have a height of its own. Falls back to a list when the map cannot be drawn or loaded.
 * @param {HTMLElement} container
 * @param {MapOptions} options
 * @returns {Promise<MapView>}
 */
export async function mapView(container, options) {
  if (!canDraw()) return listView(container, options);
  try {
    const [library] = await Promise.all([import(LIBRARY), styleSheet()]);
    return await begun(new DrawnMap(container, options, library));
  } catch (error) {
    console.warn('the map could not be drawn, a list stands in its place', error);
    return listView(container, options);
  }
}

/**
 * A map that could not begin leaves nothing behind in its place.
 * @param {DrawnMap} map
 */
async function begun(map) {
  try {
    return await map.ready();
  } catch (error) {
    map.destroy();
    throw error;
  }
}

/** @returns {Promise<void>} once the library's own looks are there */
function styleSheet() {
  if (document.querySelector('link[data-map-style]')) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = h('link', { rel: 'stylesheet', href: LOOKS_OF_LIBRARY, 'data-map-style': true, onload: () => resolve() });
    link.addEventListener('error', () => {
      link.remove();
      reject(new Error('the style sheet of the map could not be loaded'));
    });
    document.head.append(link);
  });
}

/** @implements {MapView} */
class DrawnMap {
  /**
   * @param {HTMLElement} container
   * @param {MapOptions} options
   * @param {any} library maplibre
   */
  constructor(container, options, library) {
    this.kind = /** @type {const} */ ('map');
    this.options = options;
    this.phone = options.phone;
    this.dark = /** @type {0|1} */ (isDark() ? 1 : 0);
    this.names = new Set(options.layers ?? LOOKS.filter((look) => look.shown).map((look) => look.name));
    /** @type {Parcel[]|null} */
    this.given = null;
    /** @type {number[]|null} */
    this.fed = null;
    /** @type {{position: any[], subject: any[], sketch: any[]}} */
    this.over = { position: [], subject: [], sketch: [] };
    /** @type {Standing|null} as it is drawn */
    this.stands = null;
    /** @type {Map<string, Parcel>} */
    this.parcels = new Map();
    /** @type {Mark[]} */
    this.marks = [];
    this.base = options.base ?? 'none';
    /** @type {() => void} */
    this.unfollow = () => undefined;
    this.place = h('div', { class: 'map-place' });
    container.append(this.place);
    this.map = new library.Map(this.beginning(library));
    this.map.addControl(new library.ScaleControl({ maxWidth: 90 }), 'bottom-left');
    this.map.touchZoomRotate.disableRotation();
  }

  /** @param {any} library */
  beginning(library) {
    const { bounds, center, zoom } = this.options;
    const begin = bounds
      ? { bounds, fitBoundsOptions: { padding: 24, maxZoom: 17 } }
      : center
        ? { center, zoom: zoom ?? 16 }
        : { bounds: CHINA };
    const empty = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
    return {
      container: this.place,
      style: {
        version: 8,
        sources: { land: { ...empty, tolerance: 0.2 }, over: empty, marks: empty },
        layers: [{ id: 'paper', type: 'background', paint: { 'background-color': INK.paper[this.dark] } }],
      },
      ...begin,
      maxZoom: 20,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
    };
  }

  /** @returns {Promise<MapView>} */
  async ready() {
    await new Promise((resolve, reject) => {
      this.map.once('load', resolve);
      this.map.once('error', (/** @type {any} */ event) => reject(event.error));
    });
    this.paintImages();
    for (const layer of styleLayers(this.dark)) this.map.addLayer(layer);
    this.setLayers([...this.names]);
    this.setBase(this.base);
    this.unfollow = onTurnOfLight(() => this.turn());
    this.map.on('moveend', () => this.feed());
    this.map.on('click', (/** @type {any} */ event) => this.tapped(event));
    await this.feed();
    return this;
  }

  /** The arrow and the hatches in the colours of now. */
  paintImages() {
    const scale = Math.min(3, Math.max(1, Math.round(devicePixelRatio)));
    this.image('arrow', arrowImage({ ink: INK.subject[this.dark], halo: INK.halo[this.dark], size: 64 * scale }), scale);
    for (const look of LOOKS) if (look.hatch) this.image(`hatch-${look.name}`, hatchImage(look.colour[this.dark], look.hatch), 1);
  }

  /**
   * @param {string} name
   * @param {{width: number, height: number, data: any}} pixels
   * @param {number} scale
   */
  image(name, pixels, scale) {
    if (this.map.hasImage(name)) this.map.updateImage(name, pixels);
    else this.map.addImage(name, pixels, { pixelRatio: scale });
  }

  /** Night falls, or ends, while the map is open: the same map in the other colours. */
  turn() {
    const dark = isDark() ? 1 : 0;
    if (dark === this.dark) return;
    this.dark = dark;
    this.map.setPaintProperty('paper', 'background-color', INK.paper[dark]);
    this.paintImages();
    for (const { id, paint } of styleLayers(dark)) {
      for (const [name, value] of Object.entries(paint ?? {})) this.map.setPaintProperty(id, name, value);
    }
    this.setMarks(this.marks);
    this.setBase(this.base);
  }

  /** Gives the map what the window needs from the store, and nothing when the window is a whole county. */
  async feed() {
    if (this.given) return;
    const box = this.map.getBounds().toArray().flat();
    const is_far = this.map.getZoom() < CLOSEST_WITH_PARCELS;
    this.options.onSeen?.({ is_far });
    if (is_far) return this.show([], [], null);
    if (covers(this.fed, box)) return;
    const wanted = grown(box, 0.5);
    this.fed = wanted;
    const [parcels, features] = await Promise.all([parcelsIn(this.phone.db, wanted), featuresIn(this.phone.db, wanted)]);
    if (this.fed === wanted) this.show(parcels, features, wanted);
  }

  /**
   * @param {Parcel[]} parcels
   * @param {import("../types.js").Feature[]} features
   * @param {number[]|null} box
   */
  show(parcels, features, box) {
    this.fed = box;
    this.parcels = new Map(parcels.map((one) => [one.id, one]));
    const drawn = [
      ...features.map((one) => feature(one.geometry, { layer: one.layer })),
      ...parcels.map((one) => feature(one.geometry, { role: 'parcel', id: one.id })),
    ];
    this.source('land', drawn);
  }

  /**
   * @param {string} name
   * @param {any[]} features
   */
  source(name, features) {
    this.map.getSource(name)?.setData({ type: 'FeatureCollection', features });
  }

  /** @param {any} event */
  async tapped(event) {
    const at = { lon: event.lngLat.lng, lat: event.lngLat.lat };
    if (this.options.onTapPoint?.(at)) return;
    if (!this.options.onTapParcel) return;
    const { parcelsAt } = await import('../core/shapes.js');
    const [found] = parcelsAt([...this.parcels.values()], at.lon, at.lat);
    if (found) this.options.onTapParcel(found, at);
  }

  drawOver() {
    this.source('over', [...this.over.subject, ...this.over.sketch, ...this.over.position]);
  }

  /** @param {Standing|null} at */
  setPosition(at) {
    if (looksTheSame(this.stands, at)) return;
    this.stands = at;
    this.over.position = positionFeatures(at);
    this.drawOver();
  }

  /** @param {Parcel[]|null} parcels */
  async setParcels(parcels) {
    this.given = parcels;
    if (parcels) this.show(parcels, [], null);
    else await this.feed();
  }

  /** @param {Parcel|null} parcel */
  highlight(parcel) {
    this.over.subject = parcel ? [feature(parcel.geometry, { role: 'subject' })] : [];
    this.drawOver();
  }

  /** @param {number[][]} points */
  drawSketch(points) {
    this.over.sketch = sketchFeatures(points);
    this.drawOver();
  }

  /** @param {Mark[]} marks */
  setMarks(marks) {
    this.marks = marks;
    const scale = Math.min(3, Math.max(1, Math.round(devicePixelRatio)));
    const drawn = marks.map(({ lon, lat, sign, tone = 'usual', order = 0 }) => {
      const image = `sign-${this.dark}-${tone}-${sign}`;
      const edge = INK[tone === 'overdue' ? 'overdue' : tone === 'chosen' ? 'subject' : 'edge'][this.dark];
      const looks = { ink: edge, ground: INK.halo[this.dark], edge, size: 32 * scale };
      if (!this.map.hasImage(image)) this.map.addImage(image, signImage(sign, looks), { pixelRatio: scale });
      return feature({ type: 'Point', coordinates: [lon, lat] }, { image, order });
    });
    this.source('marks', drawn);
  }

  /** @param {string[]} names */
  setLayers(names) {
    this.names = new Set(names);
    for (const look of LOOKS) {
      const visibility = this.names.has(look.name) ? 'visible' : 'none';
      this.map.setLayoutProperty(`layer-${look.name}`, 'visibility', visibility);
      if (look.hatch) this.map.setLayoutProperty(`hatch-${look.name}`, 'visibility', visibility);
    }
  }

  /** @param {"none"|"vec"|"img"} base */
  setBase(base) {
    this.base = base;
    for (const name of ['vec', 'cva', 'img', 'cia']) {
      if (!this.map.getLayer(`base-${name}`)) continue;
      this.map.removeLayer(`base-${name}`);
      this.map.removeSource(`base-${name}`);
    }
    const key = this.phone.config.base_map?.tianditu_key;
    if (base === 'none' || !key) return;
    const under = styleLayers(this.dark)[0].id;
    const paint = this.dark ? { 'raster-brightness-max': 0.45, 'raster-saturation': -0.4 } : {};
    for (const { id, source } of tiandituSources(base, key)) {
      this.map.addSource(id, source);
      this.map.addLayer({ id, type: 'raster', source: id, paint }, under);
    }
  }

  /**
   * @param {{lon: number, lat: number}} at
   * @param {number} [zoom]
   */
  flyTo(at, zoom = Math.max(this.map.getZoom(), 16)) {
    this.map.jumpTo({ center: [at.lon, at.lat], zoom });
  }

  /** @param {number[]} bounds */
  fit(bounds) {
    this.map.fitBounds(bounds, { padding: 24, maxZoom: 18, duration: 0 });
  }

  /**
   * @param {{lon: number, lat: number}} at
   * @param {number} covered_px
   */
  keepAbove({ lon, lat }, covered_px) {
    const below = this.map.project([lon, lat]).y - (this.place.offsetHeight - covered_px) * 0.6;
    if (below > 0) this.map.panBy([0, below], { duration: 0 });
  }

  async refresh() {
    this.fed = null;
    await this.feed();
  }

  looksAt() {
    const { lng: lon, lat } = this.map.getCenter();
    return { lon, lat, zoom: this.map.getZoom() };
  }

  destroy() {
    this.unfollow();
    this.map.remove();
    this.place.remove();
  }
}

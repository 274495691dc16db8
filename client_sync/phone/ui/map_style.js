/**
 * How land looks on the map: one table of layers, drawn by the map and by its legend alike.
 * Tells nothing by colour alone: every layer has its own line, hatch or sign, so that eyes that see no red still tell them apart.
 */

/**
 * @typedef {object} LayerLook
 * @property {string} name the layer's name in packages
 * @property {[string, string]} colour in light and in dark
 * @property {number} width of the line, pixels
 * @property {number[]|null} dash of the line, in widths
 * @property {"rising"|"falling"|"cross"|null} hatch
 * @property {boolean} shown at first
 */

/** @type {LayerLook[]} bottom first */
export const LOOKS = [
  { name: 'road', colour: ['#8a929b', '#6b7580'], width: 1, dash: null, hatch: null, shown: true },
  { name: 'plan_zone', colour: ['#57606a', '#8f9aa6'], width: 1, dash: [8, 4], hatch: null, shown: false },
  { name: 'current_land_use', colour: ['#7d8137', '#b9bd5a'], width: 0.8, dash: null, hatch: 'rising', shown: true },
  { name: 'permanent_basic_farmland', colour: ['#7a4b00', '#e0a95a'], width: 1.6, dash: null, hatch: 'cross', shown: true },
  { name: 'ecological_red_line', colour: ['#b3261e', '#ff9e96'], width: 2.6, dash: [4, 2], hatch: null, shown: true },
  { name: 'approval', colour: ['#1e6b3a', '#84d09c'], width: 2, dash: [1, 2], hatch: null, shown: true },
  { name: 'supply', colour: ['#1e6b3a', '#84d09c'], width: 2, dash: null, hatch: null, shown: true },
  { name: 'mining', colour: ['#6d4c41', '#c9a99d'], width: 1.8, dash: [7, 2, 1, 2], hatch: null, shown: false },
  { name: 'temporary_land', colour: ['#9a6200', '#f0b95a'], width: 1.8, dash: [4, 2], hatch: null, shown: false },
  { name: 'patch', colour: ['#a0246e', '#f090c8'], width: 2, dash: null, hatch: 'falling', shown: true },
];

/** Colours that belong to no layer, in light and in dark. */
export const INK = {
  paper: ['#fdfdfb', '#14181c'],
  parcel: ['#7c8590', '#6f7a86'],
  subject: ['#1f5fbf', '#7fb0f5'],
  edge: ['#1b1f24', '#e8ebef'],
  sketch: ['#8a5800', '#f0b95a'],
  overdue: ['#b3261e', '#ff9e96'],
  halo: ['#ffffff', '#14181c'],
};

/** @typedef {keyof typeof INK} InkName */

/**
 * A square of slanted lines, as an image the map repeats.
 * @param {string} colour #rrggbb
 * @param {"rising"|"falling"|"cross"} kind
 * @param {number} [size] pixels
 */
export function hatchImage(colour, kind, size = 10) {
  const data = new Uint8Array(size * size * 4);
  const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const rising = (x + y) % size === size - 1;
      const falling = x === y;
      if ((kind !== 'falling' && rising) || (kind !== 'rising' && falling)) data.set([...rgb, 150], (y * size + x) * 4);
    }
  }
  return { width: size, height: size, data };
}

/**
 * A sign in a disc, as an image for a parcel or a task. `size` is in device pixels.
 * @param {string} sign one or two characters
 * @param {{ink: string, ground: string, edge: string, size: number}} how
 */
export function signImage(sign, { ink, ground, edge, size }) {
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.fillStyle = ground;
  pen.strokeStyle = edge;
  pen.lineWidth = size / 14;
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - size / 14, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  pen.fillStyle = ink;
  pen.font = `600 ${Math.round(size * (sign.length > 1 ? 0.46 : 0.56))}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(sign, size / 2, size / 2 + size / 24);
  return pen.getImageData(0, 0, size, size);
}

/**
 * An arrow that points up, to be turned to where the phone looks.
 * @param {{ink: string, halo: string, size: number}} how
 */
export function arrowImage({ ink, halo, size }) {
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.beginPath();
  pen.moveTo(size / 2, size * 0.04);
  pen.lineTo(size * 0.68, size * 0.34);
  pen.lineTo(size * 0.32, size * 0.34);
  pen.closePath();
  pen.fillStyle = ink;
  pen.strokeStyle = halo;
  pen.lineWidth = size / 24;
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

/** @param {string} name */
const ofLayer = (name) => ['==', ['get', 'layer'], name];
/** @param {string} name */
const ofRole = (name) => ['==', ['get', 'role'], name];

/**
 * The style's layers, bottom first, in light (0) or dark (1).
 * @param {0|1} dark
 * @returns {any[]}
 */
export function styleLayers(dark) {
  return [...LOOKS.flatMap((look) => lookLayers(look, dark)), ...subjectLayers(dark), ...standingLayers(dark)];
}

/**
 * A layer over the features of one role.
 * @param {string} id
 * @param {"fill"|"line"|"circle"|"symbol"} type
 * @param {string} role
 * @param {{paint?: object, layout?: object, source?: string}} how
 */
function roleLayer(id, type, role, { paint = {}, layout = {}, source = 'over' }) {
  return { id, type, source, filter: ofRole(role), layout, paint };
}

/** The parcels, the one that is spoken of, and a sketch in the making. @param {0|1} dark @returns {any[]} */
function subjectLayers(dark) {
  const ink = (/** @type {InkName} */ name) => INK[name][dark];
  const round = { 'line-join': 'round' };
  const corner = {
    'circle-radius': 7,
    'circle-color': ink('halo'),
    'circle-stroke-color': ink('sketch'),
    'circle-stroke-width': 3,
  };
  const sketched = { 'line-color': ink('sketch'), 'line-width': 3, 'line-dasharray': [3, 1] };
  return [
    roleLayer('parcel', 'line', 'parcel', { source: 'land', paint: { 'line-color': ink('parcel'), 'line-width': 1.2 } }),
    roleLayer('subject', 'fill', 'subject', { paint: { 'fill-color': ink('subject'), 'fill-opacity': 0.18 } }),
    roleLayer('subject-edge', 'line', 'subject', { layout: round, paint: { 'line-color': ink('edge'), 'line-width': 3 } }),
    roleLayer('sketch', 'fill', 'sketch', { paint: { 'fill-color': ink('sketch'), 'fill-opacity': 0.2 } }),
    roleLayer('sketch-edge', 'line', 'sketch', { layout: round, paint: sketched }),
    roleLayer('sketch-line', 'line', 'sketch-line', { layout: round, paint: sketched }),
    roleLayer('corner', 'circle', 'corner', { paint: corner }),
  ];
}

/** Where one stands and looks, over the signs of tasks and parcels. @param {0|1} dark @returns {any[]} */
function standingLayers(dark) {
  const ink = (/** @type {InkName} */ name) => INK[name][dark];
  const turned = { 'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map' };
  const arrow = { 'icon-image': 'arrow', ...turned, 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const point = {
    'circle-radius': 8,
    'circle-color': ink('subject'),
    'circle-stroke-color': ink('halo'),
    'circle-stroke-width': 3,
  };
  const sign = { 'icon-image': ['get', 'image'], 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'order'] };
  const edge = { 'line-color': ink('subject'), 'line-width': 1.5, 'line-dasharray': [3, 2] };
  return [
    roleLayer('accuracy', 'fill', 'accuracy', { paint: { 'fill-color': ink('subject'), 'fill-opacity': 0.14 } }),
    roleLayer('accuracy-edge', 'line', 'accuracy', { paint: edge }),
    { id: 'mark', type: 'symbol', source: 'marks', layout: sign },
    roleLayer('heading', 'symbol', 'heading', { layout: arrow }),
    roleLayer('position', 'circle', 'position', { paint: point }),
  ];
}

/**
 * @param {LayerLook} look
 * @param {0|1} dark
 * @returns {any[]}
 */
function lookLayers(look, dark) {
  const paint = { 'line-color': look.colour[dark], 'line-width': look.width };
  const line = {
    id: `layer-${look.name}`,
    type: 'line',
    source: 'land',
    filter: ofLayer(look.name),
    layout: { 'line-join': 'round' },
    paint: look.dash ? { ...paint, 'line-dasharray': look.dash } : paint,
  };
  if (!look.hatch) return [line];
  return [
    {
      id: `hatch-${look.name}`,
      type: 'fill',
      source: 'land',
      filter: ofLayer(look.name),
      paint: { 'fill-pattern': `hatch-${look.name}` },
    },
    line,
  ];
}

/**
 * The raster sources of 天地图 under the land: `vec` a drawn map, `img` pictures from above, each with its names.
 * @param {"vec"|"img"} kind
 * @param {string} key the office's browser key
 * @returns {{id: string, source: any}[]}
 */
export function tiandituSources(kind, key) {
  const names = kind === 'vec' ? ['vec', 'cva'] : ['img', 'cia'];
  return names.map((name) => ({
    id: `base-${name}`,
    source: {
      type: 'raster',
      tileSize: 256,
      maxzoom: 18,
      attribution: '天地图',
      tiles: [0, 1, 2, 3].map(
        (n) =>
          `https://t${n}.tianditu.gov.cn/${name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${name}` +
          `&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=${encodeURIComponent(key)}`,
      ),
    },
  }));
}

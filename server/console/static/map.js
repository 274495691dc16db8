// The interactive map over the drawn one. Where the browser has no WebGL the drawn map stays and says so.

const VENDOR = new URL('vendor/maplibre-gl/maplibre-gl.mjs', import.meta.url);

const role = (name) => ['==', ['get', 'role'], name];
const layer = (name) => ['==', ['get', 'layer'], name];
const fill = (id, filter, paint) => ({ id, type: 'fill', source: 'map', filter, paint });
const line = (id, filter, paint) => ({ id, type: 'line', source: 'map', filter, paint, layout: { 'line-join': 'round' } });

// The same looks as in parts.css, from the ground up.
const LAYERS = [
  { id: 'paper', type: 'background', paint: { 'background-color': '#fdfdfb' } },
  fill('road', layer('road'), { 'fill-color': '#e9eaec' }),
  fill('farmland', layer('current_land_use'), { 'fill-pattern': 'hatch' }),
  line('farmland-edge', layer('current_land_use'), { 'line-color': '#c3c58f', 'line-width': 0.6 }),
  fill('permanent', layer('permanent_basic_farmland'), { 'fill-pattern': 'cross' }),
  line('permanent-edge', layer('permanent_basic_farmland'), { 'line-color': '#7a4b00' }),
  line('parcel', role('parcel'), { 'line-color': '#9aa2ab', 'line-width': 0.8 }),
  line('red-line', layer('ecological_red_line'), { 'line-color': '#b3261e', 'line-width': 2, 'line-dasharray': [4, 2] }),
  line('approval', layer('approval'), { 'line-color': '#1e6b3a', 'line-width': 1.6, 'line-dasharray': [1, 2] }),
  line('supply', layer('supply'), { 'line-color': '#1e6b3a', 'line-width': 1.4 }),
  line('mining', layer('mining'), { 'line-color': '#6d4c41', 'line-width': 1.4, 'line-dasharray': [7, 2, 1, 2] }),
  line('temporary', layer('temporary_land'), { 'line-color': '#9a6200', 'line-width': 1.4, 'line-dasharray': [4, 2] }),
  fill('patch', layer('patch'), { 'fill-color': '#a0246e', 'fill-opacity': 0.08 }),
  line('patch-edge', layer('patch'), { 'line-color': '#a0246e', 'line-width': 1.6 }),
  fill('subject', role('subject'), { 'fill-color': '#1f5fbf', 'fill-opacity': 0.15 }),
  line('subject-edge', role('subject'), { 'line-color': '#1b1f24', 'line-width': 2 }),
  fill('candidate', role('candidate'), { 'fill-color': '#5b3fa3', 'fill-opacity': 0.08 }),
  line('candidate-edge', role('candidate'), { 'line-color': '#5b3fa3', 'line-width': 1.6 }),
  line('sketch', role('sketch'), { 'line-color': '#8a5800', 'line-width': 1.5, 'line-dasharray': [4, 2] }),
  fill('accuracy', role('accuracy'), { 'fill-color': '#1f5fbf', 'fill-opacity': 0.1 }),
  line('accuracy-edge', role('accuracy'), { 'line-color': '#1f5fbf', 'line-width': 1, 'line-dasharray': [2, 2] }),
  fill('view', role('view'), { 'fill-color': '#1f5fbf', 'fill-opacity': 0.22 }),
  {
    id: 'position',
    type: 'circle',
    source: 'map',
    filter: role('position'),
    paint: { 'circle-radius': 5, 'circle-color': '#1f5fbf', 'circle-stroke-color': '#fff', 'circle-stroke-width': 1.5 },
  },
];

/** A small square of one slanted line as an image of the map; `rising` lines run from lower left to upper right. */
function pattern([red, green, blue], size, rising) {
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (rising ? (x + y) % size === size - 1 : x === y) data.set([red, green, blue, 255], (y * size + x) * 4);
    }
  }
  return { width: size, height: size, data };
}

/** The middle of a polygon's outer ring, for its number. */
function middle(geometry) {
  const ring = geometry.type === 'Polygon' ? geometry.coordinates[0] : geometry.coordinates[0][0];
  const span = (at) => [Math.min(...ring.map((point) => point[at])), Math.max(...ring.map((point) => point[at]))];
  return [0, 1].map((at) => (span(at)[0] + span(at)[1]) / 2);
}

async function enliven(figure) {
  const answer = await fetch(figure.dataset.map, { headers: { Accept: 'application/geo+json' } });
  if (!answer.ok) return;
  const found = await answer.json();
  const { Map, Marker, NavigationControl, ScaleControl } = await import(VENDOR);
  const place = document.createElement('div');
  place.className = 'map-live';
  figure.append(place);
  const map = new Map({
    container: place,
    style: { version: 8, sources: { map: { type: 'geojson', data: found } }, layers: [LAYERS[0]] },
    bounds: found.bbox,
    attributionControl: false,
    dragRotate: false,
    fadeDuration: 0,
  });
  map.addControl(new NavigationControl({ showCompass: false }), 'top-left');
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');
  map.scrollZoom.disable();
  map.on('load', () => {
    map.addImage('hatch', pattern([200, 203, 146], 9, true));
    map.addImage('cross', pattern([214, 173, 117], 9, false));
    LAYERS.slice(1).forEach((each) => map.addLayer(each));
    for (const each of found.features.filter((one) => one.properties.role === 'candidate')) {
      const label = document.createElement('div');
      label.className = 'map-marker';
      label.textContent = each.properties.label;
      new Marker({ element: label }).setLngLat(middle(each.geometry)).addTo(map);
    }
    figure.dataset.live = 'yes';
  });
}

const hasWebGl = () => document.createElement('canvas').getContext('webgl2') !== null;

for (const figure of document.querySelectorAll('[data-map]')) {
  if (hasWebGl()) {
    enliven(figure).catch(() => figure.querySelector('.map-live')?.remove());
  } else {
    figure.querySelector('.map-static')?.removeAttribute('hidden');
  }
}

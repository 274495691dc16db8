import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { areaM2, lengthM, mu } from '../../../client_sync/phone/core/area.js';
import { accuracyWord, averageFixes, bearingDeg, distanceM, manualPosition } from '../../../client_sync/phone/core/positions.js';
import { bboxOf, boxesMeet, contains, nearest, parcelsAt, walkedRing } from '../../../client_sync/phone/core/shapes.js';

const NOW = '2026-11-20T10:00:00+08:00';
const fix = (differences = {}) => ({
  ...{ lon: 120.98, lat: 31.38, accuracy_m: 5, altitude_m: 3, heading_deg: null, fixed_at: NOW, at_ms: 0 },
  ...differences,
});
/** A place so many metres east and north of another. */
const shifted = ({ lon, lat }, east_m, north_m) => ({ lon: lon + east_m / 95_100, lat: lat + north_m / 110_870 });
const relative = (value, expected) => Math.abs(value - expected) / expected;
const closed = (ring) => ({ type: 'Polygon', coordinates: [[...ring, ring[0]]] });

// Square metres and metres by pyproj.Geod(ellps='GRS80').polygon_area_perimeter.
const MEASURED = {
  'a field near Kunshan': [
    [
      [120.98, 31.38],
      [120.9812, 31.38003],
      [120.98115, 31.38092],
      [120.98002, 31.38088],
    ],
    10879.611913,
    418.160168,
  ],
  'a thin strip': [
    [
      [119.3, 26.08],
      [119.302, 26.08],
      [119.302, 26.08002],
      [119.3, 26.08002],
    ],
    443.37756,
    404.630759,
  ],
  'a town': [
    [
      [120, 30],
      [120.1, 30],
      [120.15, 30.08],
      [120.02, 30.1],
    ],
    114396746.420783,
    43721.598481,
  ],
  'a field in the north': [
    [
      [132.1, 47.2],
      [132.104, 47.2],
      [132.104, 47.203],
      [132.1, 47.203],
    ],
    101083.998753,
    1273.205328,
  ],
  'a county': [
    [
      [118, 26],
      [118.5, 26],
      [118.5, 26.5],
      [118, 26.5],
    ],
    2767159132.914124,
    210695.681926,
  ],
};

test('areas and lengths agree with a geodesic library to a tenth of a thousandth', () => {
  for (const [name, [ring, area, length]] of Object.entries(MEASURED)) {
    assert.ok(relative(areaM2(closed(ring)), area) < 1e-4, `${name}: ${areaM2(closed(ring))}`);
    assert.ok(relative(lengthM([...ring, ring[0]]), length) < 1e-4, name);
  }
});

test('holes are taken out, parts are added, direction does not matter', () => {
  const [outer] = MEASURED['a town'];
  const hole = [
    [120.05, 30.03],
    [120.06, 30.03],
    [120.06, 30.04],
    [120.05, 30.04],
  ];
  const whole = areaM2(closed(outer));
  const within = areaM2(closed(hole));
  assert.ok(
    relative(
      areaM2({
        type: 'Polygon',
        coordinates: [
          [...outer, outer[0]],
          [...hole, hole[0]],
        ],
      }),
      whole - within,
    ) < 1e-9,
  );
  assert.ok(
    relative(areaM2({ type: 'MultiPolygon', coordinates: [[[...outer, outer[0]]], [[...hole, hole[0]]]] }), whole + within) <
      1e-9,
  );
  assert.ok(relative(areaM2(closed([...outer].reverse())), whole) < 1e-9);
  assert.equal(areaM2({ type: 'Point', coordinates: [1, 2] }), 0);
});

test('a hectare is fifteen mu', () => {
  assert.equal(mu(10_000), 15);
});

test('distances and bearings agree with a geodesic library', () => {
  const [a, b] = [
    { lon: 120, lat: 31 },
    { lon: 120.01, lat: 31.01 },
  ];
  assert.ok(relative(distanceM(a, b), 1463.28977) < 1e-6);
  assert.ok(Math.abs(bearingDeg(a, b) - 40.7379) < 0.01);
  assert.ok(Math.abs(bearingDeg(a, { lon: 119.99, lat: 31 }) - 270) < 0.01);
});

test('no fix gives no position', () => {
  assert.equal(averageFixes([]), null);
  assert.equal(averageFixes([fix({ lon: 0, lat: 0 }), fix({ lat: NaN }), fix({ accuracy_m: -1 })]), null);
});

test('one fix is taken as it came', () => {
  const position = averageFixes([fix()]);
  assert.deepEqual(position, {
    lon: 120.98,
    lat: 31.38,
    accuracy_m: 5,
    accuracy_p: null,
    fixes: 1,
    altitude_m: 3,
    fixed_at: NOW,
    source: 'gnss',
    mocked: null,
    crs: 'wgs84',
  });
});

test('however many fixes, the average never claims to be better than the best of them', () => {
  const noise = fc.record({
    east: fc.integer({ min: -8, max: 8 }),
    north: fc.integer({ min: -8, max: 8 }),
    accuracy_m: fc.integer({ min: 3, max: 60 }),
    at_ms: fc.nat(60_000),
  });
  fc.assert(
    fc.property(fc.array(noise, { minLength: 1, maxLength: 30 }), (noises) => {
      const fixes = noises.map(({ east, north, ...told }) => fix({ ...shifted(fix(), east, north), ...told }));
      const position = averageFixes(fixes);
      assert.ok(position.accuracy_m >= Math.min(...fixes.map((each) => each.accuracy_m)));
      assert.ok(position.fixes >= 1 && position.fixes <= fixes.length);
      assert.ok(distanceM(position, fix()) <= Math.hypot(8, 8) + 0.1);
    }),
  );
});

test('fixes that scatter wider than they claim make the claim wider', () => {
  const fixes = [
    [-7, 0],
    [7, 0],
    [0, 7],
    [0, -7],
  ].map(([east, north], at_ms) => fix({ ...shifted(fix(), east, north), accuracy_m: 3, at_ms }));
  const position = averageFixes(fixes);
  assert.equal(position.fixes, 4);
  assert.ok(position.accuracy_m > 6.5, `${position.accuracy_m}`);
});

test('a precise fix outweighs vague ones', () => {
  const vague = [0, 1, 2].map((at_ms) => fix({ ...shifted(fix(), 20, 0), accuracy_m: 40, at_ms }));
  const position = averageFixes([...vague, fix({ at_ms: 3, accuracy_m: 4 })]);
  assert.ok(distanceM(position, fix()) < 1, `${distanceM(position, fix())} m`);
});

test('a fix that jumped away is dropped', () => {
  const steady = [0, 1, 2, 3].map((at_ms) => fix({ at_ms }));
  const position = averageFixes([...steady, fix({ ...shifted(fix(), 300, 0), at_ms: 2.5 })]);
  assert.deepEqual([position.fixes, position.lon, position.lat], [4, 120.98, 31.38]);
});

test('of two fixes that contradict each other the more precise one counts', () => {
  const position = averageFixes([fix({ accuracy_m: 8 }), fix({ ...shifted(fix(), 500, 0), accuracy_m: 30, at_ms: 9 })]);
  assert.deepEqual([position.fixes, position.lon], [1, 120.98]);
});

test('fixes from before the visit or from an earlier stand are of another place', () => {
  const before = fix({ ...shifted(fix(), 6, 0), at_ms: 10 });
  const now = fix({ at_ms: 300_000 });
  assert.equal(averageFixes([before, now]).fixes, 1);
  assert.equal(averageFixes([fix({ at_ms: 299_000 }), now], { since_ms: 299_500 }).fixes, 1);
});

test('a wide radius without an altitude comes from the network, and says so', () => {
  assert.equal(averageFixes([fix({ accuracy_m: 800, altitude_m: null })]).source, 'network');
});

test('a hand on the map is no fix', () => {
  const position = manualPosition({ lon: 120.98, lat: 31.38 }, { accuracy_m: 12, at: NOW });
  assert.deepEqual([position.source, position.accuracy_p, position.crs, position.fixes], ['manual', null, 'cgcs2000', undefined]);
});

test('metres have words', () => {
  assert.deepEqual([4, 10, 11, 30, 31].map(accuracyWord), ['good', 'good', 'fair', 'fair', 'poor']);
});

const square = (west, south, side) =>
  closed([
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
  ]);
const aParcel = (id, geometry) => ({ id, geometry, area_m2: areaM2(geometry), bbox: bboxOf(geometry) });

test('a hole does not belong to its parcel', () => {
  const ring = {
    type: 'Polygon',
    coordinates: [...square(120, 31, 0.01).coordinates, ...square(120.004, 31.004, 0.002).coordinates],
  };
  assert.equal(contains(ring, 120.001, 31.001), true);
  assert.equal(contains(ring, 120.005, 31.005), false);
  assert.equal(
    contains({ type: 'MultiPolygon', coordinates: [square(1, 1, 1).coordinates, ring.coordinates] }, 120.001, 31.001),
    true,
  );
});

test('neighbours share a border and no place', () => {
  const [one, other] = [square(120, 31, 0.01), square(120.01, 31, 0.01)];
  fc.assert(
    fc.property(
      fc.double({ min: 120, max: 120.0199, noNaN: true }),
      fc.double({ min: 31, max: 31.0099, noNaN: true }),
      (lon, lat) => {
        assert.notEqual(contains(one, lon, lat), contains(other, lon, lat));
      },
    ),
  );
});

test('where parcels overlap the smaller one is meant first', () => {
  const parcels = [
    aParcel('large', square(120, 31, 0.01)),
    aParcel('small', square(120.002, 31.002, 0.001)),
    aParcel('far', square(121, 31, 0.01)),
  ];
  assert.deepEqual(
    parcelsAt(parcels, 120.0025, 31.0025).map(({ id }) => id),
    ['small', 'large'],
  );
  assert.deepEqual(parcelsAt(parcels, 120.5, 31.5), []);
});

test('the nearest parcels come with the metres to their border', () => {
  const parcels = [aParcel('east', square(120.01, 31, 0.001)), aParcel('here', square(120, 31, 0.001))];
  const [here, east] = nearest(parcels, 120.0005, 31.0005);
  assert.deepEqual([here.parcel.id, here.distance_m, east.parcel.id], ['here', 0, 'east']);
  assert.ok(Math.abs(east.distance_m - distanceM({ lon: 120.0005, lat: 31.0005 }, { lon: 120.01, lat: 31.0005 })) < 0.01);
  assert.equal(nearest(parcels, 120, 31, 1).length, 1);
});

test('looking at boxes first finds the same as looking at every border', () => {
  const spot = fc.record({ west: fc.integer({ min: 0, max: 40 }), south: fc.integer({ min: 0, max: 40 }), side: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(spot, { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), (spots, most) => {
      const parcels = spots.map(({ west, south, side }, n) => aParcel(n, square(120 + west / 1e4, 31 + south / 1e4, side / 1e4)));
      const one = (parcel) => nearest([parcel], 120.00205, 31.00195, 1)[0].distance_m;
      const expected = parcels.map(one).sort((a, b) => a - b).slice(0, most);
      assert.deepEqual(nearest(parcels, 120.00205, 31.00195, most).map(({ distance_m }) => distance_m), expected);
    }),
  );
});

test('boxes fit what they are around', () => {
  const line = {
    type: 'LineString',
    coordinates: [
      [120, 31],
      [121, 30],
    ],
  };
  assert.deepEqual(bboxOf(line), [120, 30, 121, 31]);
  assert.deepEqual(
    bboxOf({ type: 'GeometryCollection', geometries: [line, { type: 'Point', coordinates: [122, 33] }] }),
    [120, 30, 122, 33],
  );
  assert.equal(bboxOf(null), null);
  assert.equal(boxesMeet([0, 0, 1, 1], [1, 1, 2, 2]), true);
  assert.equal(boxesMeet([0, 0, 1, 1], [1.1, 0, 2, 2]), false);
});

const start = { lon: 120.98, lat: 31.38 };
const walk = (...metres) => metres.map(([east, north]) => shifted(start, east, north));

test('a walk around a field closes itself', () => {
  const { polygon, problem } = walkedRing(walk([0, 0], [40, 0], [40, 30], [0, 30]));
  assert.equal(problem, null);
  assert.deepEqual(polygon.coordinates[0][0], polygon.coordinates[0][4]);
  assert.ok(relative(areaM2(polygon), 1200) < 0.01, `${areaM2(polygon)}`);
});

test('standing still adds no corners, and neither does coming back to the start', () => {
  const { polygon } = walkedRing(walk([0, 0], [0.3, 0.2], [40, 0], [40.4, 0.1], [40, 30], [0, 30], [0.2, 0.4]));
  assert.equal(polygon.coordinates[0].length, 5);
});

test('two corners are no field', () => {
  assert.deepEqual(walkedRing(walk([0, 0], [40, 0], [40, 0.5])), { polygon: null, problem: 'too-few-points' });
  assert.equal(walkedRing([]).problem, 'too-few-points');
});

test('a ring that crosses itself or walks back on itself is refused', () => {
  for (const corners of [
    [
      [0, 0],
      [40, 30],
      [40, 0],
      [0, 30],
    ],
    [
      [0, 0],
      [40, 0],
      [80, 0],
      [40, 0],
      [40, 30],
    ],
    [
      [0, 0],
      [10, 0],
      [20, 0],
    ],
  ]) {
    assert.deepEqual(walkedRing(walk(...corners)), { polygon: null, problem: 'crosses-itself' }, JSON.stringify(corners));
  }
});

test('any walk around a point is a ring, whichever way round', () => {
  const radii = fc.array(fc.integer({ min: 20, max: 60 }), { minLength: 3, maxLength: 40 });
  fc.assert(
    fc.property(radii, fc.boolean(), (lengths, backwards) => {
      const corners = lengths.map((length, n) => {
        const angle = (2 * Math.PI * n) / lengths.length;
        return [length * Math.cos(angle), length * Math.sin(angle)];
      });
      assert.equal(walkedRing(walk(...(backwards ? corners.reverse() : corners))).problem, null);
    }),
  );
});

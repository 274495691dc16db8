/**
 * Drafts as a day of work makes them, and drafts as no screen should make them, for the tests of what the phone writes.
 * Random only where a seed is given.
 */
import fc from 'fast-check';
import { averageFixes } from '../../../client_sync/phone/core/positions.js';
import { newDraft, nothingFound } from '../../../client_sync/phone/core/drafts.js';
import { aDigest } from './records.mjs';

export const NOW = '2026-11-20T10:00:00.123+08:00';
export const HEAD = {
  device_id: '8f4dfcfe-ea3b-444e-8026-dc859ec3ec1a',
  seq: 2,
  chain: aDigest(7),
  inspectors: [{ id: '8c60f85d-abd2-49ef-a958-f3b14f211945', name: '张三', certificate_no: null }],
  clock: { zone: 'Asia/Shanghai', mono_ms: 1234.567, server_offset_ms: -40.5 },
  checkpoint: aDigest(8),
  app: { name: 'xuntu-phone', version: '0.2' },
};

const FIX = { lon: 120.9801, lat: 31.3802, accuracy_m: 4.2, altitude_m: 3.4, heading_deg: null, fixed_at: NOW };
const FIXES = [0, 1000, 2000].map((at_ms, n) => ({ ...FIX, at_ms, lon: FIX.lon + n * 1e-6 }));
const VIEW = { azimuth_deg: 132.5, azimuth_ref: 'magnetic', azimuth_error_deg: 12 };
const SKETCH = {
  type: 'Polygon',
  coordinates: [
    [
      [120.98, 31.38],
      [120.981, 31.38],
      [120.981, 31.381],
      [120.98, 31.38],
    ],
  ],
};

export function aPhoto(differences = {}) {
  return {
    ...{ digest: aDigest(11), bytes: 1_234_567, media_type: 'image/jpeg', taken_at: NOW, kind: 'panorama' },
    ...{ position: averageFixes(FIXES), view: VIEW, source: 'camera', camera_api: 'image-capture' },
    ...differences,
  };
}

export function aDraft(differences = {}) {
  const draft = newDraft({ id: '89987da5-1fce-4f99-a625-158225e48c0d', now: NOW, position: averageFixes(FIXES), fixes: FIXES });
  return { ...draft, observation: { kind: 'routine', nothing_found: true }, ...differences };
}

const pit = { kind: 'construction', stage: 'foundation', foundation: 'deep_pit', foundation_share: 0.75, sign_board: true };
const piles = { kind: 'construction', stage: 'foundation', foundation: 'piles', piles_done: 60, piles_total: 180, permit_no: '' };
const everyFact = {
  ...{ suspect: '某某建材经营部', act_started_on: '2026-11-02', act_date_source: '当事人陈述', state: 'in_progress' },
  ...{ approval_shown: false, measures: ['oral_stop', 'stop_notice'], notice_no: '昆停字〔2026〕3号', effect: '当场停止' },
  ...{ party_present: true, party_refused: true, witness: '村委会主任' },
};

/** Drafts of ordinary work by what they show. */
export const ORDINARY = {
  'a pit half dug': aDraft({ observation: pit, view: VIEW, photos: [aPhoto()] }),
  'piles being driven': aDraft({ observation: { ...piles, developed_area_m2: 1234.5, halted_since: '2026-09-01' } }),
  'a use with a sketch and every fact of the spot': aDraft({
    observation: {
      kind: 'land_use',
      use: 'storage',
      area_m2: 860.25,
      area_method: 'sketched',
      buildings: 2,
      current_class: '0101',
    },
    onsite: everyFact,
    sketch: { ...SKETCH, drawn: 'by finger' },
    note: '堆放建筑垃圾 "约两亩" \\u0000 不是字符 😀\n第二行',
    parcel_claim: '320583001001GB00012',
    task_id: 'd36d0517-f007-4578-998d-5849eaa64b88',
  }),
  'reclamation with topsoil': aDraft({
    observation: { kind: 'reclamation', stage: 'topsoil', area_m2: 3200, topsoil_stripped: true, topsoil_stored: false },
    sketch: { type: 'MultiPolygon', coordinates: [SKETCH.coordinates] },
  }),
  'nothing found': nothingFound(aDraft({ observation: null }), NOW),
  'no position at all': aDraft({ position: null, fixes: [], captured_at: null }),
  'a revision': aDraft({
    rev: 2,
    prev: aDigest(3),
    photos: [aPhoto(), aPhoto({ digest: aDigest(12), view: null, position: null })],
  }),
  'a gallery photo and a signature': aDraft({
    photos: [
      aPhoto({ source: 'gallery', gallery_reason: '相机故障，用另一部手机拍摄', camera_api: 'gallery', view: null }),
      aPhoto({ digest: aDigest(13), kind: 'signature', media_type: 'image/png', camera_api: 'signature-pad', view: null }),
    ],
  }),
  'more people': aDraft({ also_present: [{ id: 'i-2', certificate_no: '32-0001' }, { id: 'i-3' }, HEAD.inspectors[0]] }),
};

/** What no office could store: the difference, and where the phone says the fault is. */
export const BROKEN = {
  'no observation': [{ observation: null }, 'observation'],
  'an observation of no kind': [{ observation: { kind: 'weather' } }, 'observation'],
  'a share above one': [{ observation: { ...pit, foundation_share: 1.2 } }, 'observation.foundation_share'],
  'a share that is no number': [{ observation: { ...pit, foundation_share: NaN } }, 'observation.foundation_share'],
  'half a pile': [{ observation: { ...piles, piles_done: 1.5 } }, 'observation.piles_done'],
  'a stage nobody knows': [{ observation: { ...pit, stage: 'roof' } }, 'observation.stage'],
  'a 30th of February': [{ observation: { ...pit, halted_since: '2026-02-30' } }, 'observation.halted_since'],
  'a name of 201 characters': [{ onsite: { suspect: '地'.repeat(201) } }, 'onsite.suspect'],
  'a yes in words': [{ onsite: { party_present: 'yes' } }, 'onsite.party_present'],
  'a note of 10001 characters': [{ note: '😀'.repeat(10_001) }, 'note'],
  'half a character': [{ note: 'a\ud83d' }, 'note'],
  'a character no database holds': [{ note: 'a\u0000b' }, 'note'],
  'a position in the Gulf of Guinea': [{ position: { ...averageFixes(FIXES), lon: 0, lat: 0 } }, 'position'],
  'a latitude beyond the pole': [{ position: { ...averageFixes(FIXES), lat: 91 } }, 'position.lat'],
  'a naive time': [{ captured_at: '2026-11-20T10:00:00' }, 'captured_at'],
  'an azimuth beyond the circle': [{ view: { ...VIEW, azimuth_deg: 361 } }, 'view.azimuth_deg'],
  'a sketch that is a line': [
    {
      sketch: {
        type: 'LineString',
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      },
    },
    'sketch',
  ],
  'too many photos': [{ photos: Array.from({ length: 201 }, (_, n) => aPhoto({ digest: aDigest(n) })) }, 'photos'],
  'an empty photo': [{ photos: [aPhoto({ bytes: 0 })] }, 'photos.0'],
  'a photo of no digest': [{ photos: [aPhoto({ digest: 'sha256:ABC' })] }, 'photos.0'],
  'a photo of no kind': [{ photos: [aPhoto({ kind: '' })] }, 'photos.0.kind'],
  'a revision without its predecessor': [{ rev: 2 }, 'prev'],
};

const odd = fc.constantFrom(
  null,
  '',
  'x',
  '地'.repeat(201),
  0,
  -1,
  1,
  0.5,
  1e13,
  2 ** 60,
  true,
  '2026-02-30',
  '2026-02-28',
  [],
  ['oral_stop'],
  {},
);
const FIELDS = {
  observation: [
    'sign_board',
    'permit_no',
    'foundation',
    'foundation_share',
    'piles_done',
    'piles_total',
    'stage',
    'halted_since',
    'use',
    'area_m2',
    'developed_area_m2',
    'area_method',
    'buildings',
    'current_class',
    'topsoil_stripped',
    'nothing_found',
    'kind',
  ],
  onsite: Object.keys(everyFact),
  position: ['lon', 'lat', 'accuracy_m', 'accuracy_p', 'altitude_m', 'fixes', 'source', 'mocked', 'fixed_at'],
  view: ['azimuth_deg', 'azimuth_ref', 'azimuth_error_deg', 'distance_m'],
};
const mistake = fc.oneof(
  fc.constantFrom(...Object.entries(FIELDS).flatMap(([part, names]) => names.map((name) => [part, name]))),
  fc.constantFrom('note', 'task_id', 'parcel_claim', 'captured_at').map((name) => [name]),
);

function withMistake(draft, [[part, name], value]) {
  return { ...draft, [part]: name === undefined ? value : { ...draft[part], [name]: value } };
}

/** Any draft a mistaken screen could hand over: an ordinary one with a few fields filled with something odd. */
export const anyDraft = fc
  .tuple(fc.constantFrom(...Object.values(ORDINARY)), fc.array(fc.tuple(mistake, odd), { minLength: 1, maxLength: 3 }))
  .map(([draft, mistakes]) => mistakes.reduce(withMistake, draft));

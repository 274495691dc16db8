/**
 * The few signs the phone draws itself, as SVG in the colour of the text around them.
 * Holds no pictures of things: every sign stands beside words, and says nothing alone.
 */

import { svg } from './dom.js';

/** Path of each sign in a box of 24 × 24. */
const PATHS = {
  back: ['M15 5l-7 7 7 7'],
  next: ['M9 5l7 7-7 7'],
  search: ['M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z', 'M15.5 15.5l5 5'],
  bell: ['M6 17V11a6 6 0 0 1 12 0v6l2 2H4z', 'M10 21h4'],
  today: ['M5 6h14v14H5z', 'M5 10h14', 'M9 3v4', 'M15 3v4', 'M9 15l2 2 4-4'],
  map: ['M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2z', 'M9 4v14', 'M15 6v14'],
  reports: ['M6 3h9l4 4v14H6z', 'M9 11h7', 'M9 15h7'],
  more: ['M5 7h14', 'M5 12h14', 'M5 17h14'],
  camera: ['M4 8h4l2-3h4l2 3h4v11H4z', 'M12 10a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z'],
  sync: ['M5 12a7 7 0 0 1 12-5l2 2', 'M19 4v5h-5', 'M19 12a7 7 0 0 1-12 5l-2-2', 'M5 20v-5h5'],
  warn: ['M12 4l9 16H3z', 'M12 10v4', 'M12 17v.5'],
  ok: ['M5 12.5l4.5 4.5L19 7.5'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  plus: ['M12 5v14', 'M5 12h14'],
  locate: ['M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8z', 'M12 2v4', 'M12 18v4', 'M2 12h4', 'M18 12h4'],
  layers: ['M12 4l9 5-9 5-9-5z', 'M3 14l9 5 9-5'],
  photo: ['M4 5h16v14H4z', 'M4 16l5-5 4 4 3-3 4 4', 'M15 9h.5'],
  trash: ['M5 7h14', 'M9 7V4h6v3', 'M7 7l1 13h8l1-13'],
  share: ['M12 3v12', 'M8 7l4-4 4 4', 'M5 12v8h14v-8'],
  edit: ['M4 20l1-5L16 4l4 4L9 19z'],
  pin: ['M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11z', 'M12 8a2 2 0 1 1 0 4a2 2 0 0 1 0-4z'],
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A sign; hidden from screen readers, because words always stand beside it.
 * @param {IconName} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const paths = PATHS[name].map((d) => svg('path', { d }));
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, paths);
}

/** How far the ring of a state is filled, in quarters, and whether a tick stands in it. */
const RINGS = { draft: 0, queued: 1, received: 2, complete: 4, aside: 1 };

/**
 * The ring that fills: empty for a draft, a quarter on this phone, half received, whole and ticked when all is there.
 * @param {keyof typeof RINGS} state
 * @returns {SVGElement}
 */
export function ring(state) {
  const quarters = RINGS[state];
  const length = 2 * Math.PI * 8;
  return svg(
    'svg',
    { class: `icon ring ring-${state}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('circle', { cx: 12, cy: 12, r: 8, class: 'ring-ground' }),
    quarters > 0 &&
      svg('circle', {
        cx: 12, cy: 12, r: 8, class: 'ring-fill', transform: 'rotate(-90 12 12)',
        'stroke-dasharray': `${(length * quarters) / 4} ${length}`,
      }),
    state === 'complete' && svg('path', { d: 'M8.5 12.3l2.4 2.4 4.6-5', class: 'ring-tick' }),
    state === 'aside' && svg('path', { d: 'M12 8v4.5M12 15.5v.5', class: 'ring-tick' }),
  );
}

/** The shape of each programme and observation kind: never colour alone. */
const SHAPES = {
  idle_land: '◐', illegal_use: '▲', reclamation: '↻', construction: '◐', land_use: '▲', routine: '○',
};

/**
 * The shape of a programme or an observation kind; ○ for one that is not known here.
 * @param {string|null|undefined} kind
 * @returns {string}
 */
export function shape(kind) {
  return kind && Object.hasOwn(SHAPES, kind) ? SHAPES[/** @type {keyof typeof SHAPES} */ (kind)] : '○';
}

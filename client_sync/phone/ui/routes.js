/**
 * Which screen stands at which address. Loads a screen when it is first asked for, so that the first one comes at once.
 */

import { VISIT_PATTERNS } from './capture/start.js';

/** @typedef {import("./router.js").Route} Route */

/** @type {Route[]} */
export const ROUTES = [
  { pattern: '/', load: async () => (await import('./screens/today.js')).todayScreen },
  { pattern: '/enrol', load: async () => (await import('./screens/enrol.js')).enrolScreen },
  { pattern: '/map', load: async () => (await import('./screens/map.js')).mapScreen },
  { pattern: '/parcel/:id', load: async () => (await import('./screens/parcel.js')).parcelScreen },
  { pattern: '/search', load: async () => (await import('./screens/search.js')).searchScreen },
  { pattern: '/reports', load: async () => (await import('./screens/reports.js')).reportsScreen },
  { pattern: '/report/:id', load: async () => (await import('./screens/report.js')).reportScreen },
  { pattern: '/notices', load: async () => (await import('./screens/notices.js')).noticesScreen },
  { pattern: '/more', load: async () => (await import('./screens/more.js')).moreScreen },
  ...VISIT_PATTERNS.map((pattern) => ({ pattern, load: async () => (await import('./capture/visit.js')).visitScreen })),
];

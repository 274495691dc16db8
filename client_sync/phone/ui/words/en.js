/** The phone's English words, gathered from one file an area of the app. Holds no words itself. */

import capture from './capture.en.js';
import home from './home.en.js';
import land from './land.en.js';
import more from './more.en.js';
import problems from './problems.en.js';
import reports from './reports.en.js';
import shell from './shell.en.js';

/** @type {Record<string, string>} */
export default { ...shell, ...home, ...land, ...reports, ...more, ...problems, ...capture };

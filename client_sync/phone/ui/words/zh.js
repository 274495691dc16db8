/** The phone's Chinese words, gathered from one file an area of the app. Holds no words itself. */

import capture from './capture.zh.js';
import home from './home.zh.js';
import land from './land.zh.js';
import more from './more.zh.js';
import problems from './problems.zh.js';
import reports from './reports.zh.js';
import shell from './shell.zh.js';

/** @type {Record<string, string>} */
export default { ...shell, ...home, ...land, ...reports, ...more, ...problems, ...capture };

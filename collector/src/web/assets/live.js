// The live page.

import { complete } from './complete.js';
import { the } from './dom.js';
import { keys, through } from './keys.js';
import { tail } from './tail.js';

const line = /** @type {HTMLInputElement} */ (the('q'));

complete(line);
keys(through('#tail a'), () => line);
if (the('tail').dataset.watch) tail(the('tail'), the('tail-state'), the('tail-pause'));

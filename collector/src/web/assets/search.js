// The search page.

import { complete } from './complete.js';
import { the } from './dom.js';
import { keys, through } from './keys.js';
import { localise } from './times.js';

const line = /** @type {HTMLInputElement} */ (the('q'));

localise();
complete(line);
keys(through('.result'), () => line);

// A choice needs no button.
for (const select of document.querySelectorAll('.choices select')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

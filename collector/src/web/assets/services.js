// The services page.

import { keys, through } from './keys.js';

keys(through('.services h2 a'), () => document.querySelector('.jump input'));

const range = document.querySelector('.heading select');
range?.addEventListener('change', () => range.form.requestSubmit());

// Finding spans within the trace, by the same line as in search.

import { fetched, settled, the } from './dom.js';

/**
 * @param {string} id The trace's.
 * @param {import('./model.js').State} state
 * @param {() => void} next Goes to the next that was found.
 */
export function find(id, state, next) {
  const input = /** @type {HTMLInputElement} */ (the('find'));
  const told = the('found');
  let asked = 0;

  const look = async () => {
    const turn = ++asked;
    const line = input.value.trim();
    let text = '';
    let found = null;
    if (line) {
      try {
        const answer = await fetched(`/trace/${id}/find?q=${encodeURIComponent(line)}`);
        if (answer.error) text = answer.error;
        else {
          found = new Set(answer.found.map((key) => state.trace.rowOf.get(key)).filter((row) => row !== undefined));
          text = found.size ? `${found.size.toLocaleString('en')} found` : 'none';
        }
      } catch (error) {
        text = error.message;
      }
    }
    if (turn !== asked) return;
    told.textContent = text;
    told.title = text;
    state.found = found;
    state.changed();
  };

  input.addEventListener('input', settled(150, look));
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      next();
    }
  });
}

// The scale above the bars.

import { svg } from './dom.js';
import { duration } from './format.js';

/** Draws round steps of the time in view. @param {SVGElement} into @param {import('./model.js').State} state */
export function axis(into, state) {
  const whole = state.to - state.from;
  const step = round(whole / (into.clientWidth > 500 ? 7 : 3));
  const ticks = [];
  for (let at = Math.ceil(state.from / step) * step; at < state.to; at += step) {
    const x = ((at - state.from) / whole) * 100;
    if (x > 93) break;
    ticks.push(
      svg('line', { class: 'grid', x1: `${x}%`, x2: `${x}%`, y1: 6, y2: 24 }),
      svg('text', { class: 'tick', x: `${x}%`, dx: 4, y: 16 }, duration(at)));
  }
  into.replaceChildren(...ticks);
}

/** The next of 1, 2, 5, 10, … */
function round(size) {
  const power = 10 ** Math.floor(Math.log10(Math.max(size, 1)));
  return [1, 2, 5, 10].find((step) => step * power >= size) * power;
}

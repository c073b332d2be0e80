// The whole trace in little, and which part of its time is in view. Drag to look closer, double-click for all.

import { the } from './dom.js';
import { ERROR } from './model.js';

/** @param {import('./model.js').State} state */
export function minimap(state) {
  const box = the('minimap');
  const canvas = box.querySelector('canvas');
  const frame = box.querySelector('.window');
  box.hidden = false;

  const draw = () => paint(canvas, state.trace);
  const place = () => {
    const whole = Math.max(state.trace.duration, 1);
    frame.style.left = `${(state.from / whole) * 100}%`;
    frame.style.width = `${((state.to - state.from) / whole) * 100}%`;
    frame.hidden = state.to - state.from >= whole;
  };
  const momentAt = (event) => {
    const { left, width } = box.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * state.trace.duration;
  };

  let grabbed = null;
  box.addEventListener('pointerdown', (event) => {
    grabbed = { x: event.clientX, at: momentAt(event) };
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener('pointermove', (event) => {
    if (!grabbed || Math.abs(event.clientX - grabbed.x) < 4) return;
    const now = momentAt(event);
    state.zoom(Math.min(grabbed.at, now), Math.max(grabbed.at, now));
  });
  box.addEventListener('pointerup', () => { grabbed = null; });
  box.addEventListener('dblclick', () => state.zoom(0, state.trace.duration));

  state.onChange(place);
  new ResizeObserver(draw).observe(box);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
  place();
}

function paint(canvas, trace) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  const colors = trace.services.map(({ color }) => colorOf(`s${color}`));
  const bad = colorOf('bad');
  const whole = Math.max(trace.duration, 1);
  const thick = Math.max(1, Math.min(4, height / trace.size));
  for (let row = 0; row < trace.size; row++) {
    const failed = trace.marks[row] & ERROR;
    pen.fillStyle = failed ? bad : colors[trace.service[row]];
    const x = (trace.start[row] / whole) * width;
    const y = (row / trace.size) * (height - thick);
    pen.fillRect(x, y, Math.max(failed ? 2 : 1, (trace.length[row] / whole) * width), thick);
  }
}

/** What the style makes of a class. */
function colorOf(name) {
  const probe = document.createElement('i');
  probe.className = `probe ${name}`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

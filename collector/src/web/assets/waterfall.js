// The waterfall: a row for each span, with its time as a bar.

import { axis } from './axis.js';
import { el, svg, the } from './dom.js';
import { duration } from './format.js';
import { ERROR, EVENTS, LINKS, MOVED, ODD } from './model.js';
import { VirtualRows } from './virtual.js';

/** Levels that the style indents. */
const LEVELS = 24;

/**
 * @param {import('./model.js').State} state
 * @param {(row: number) => void} open
 * @returns {VirtualRows}
 */
export function waterfall(state, open) {
  const scroller = the('rows');
  const rows = new VirtualRows(scroller, (place) => rowElement(state, place));
  const rowAt = (event) => {
    const element = event.target.closest('.row');
    return element ? state.rows[Number(element.dataset.place)] : -1;
  };
  scroller.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = rowAt(event);
    if (row < 0) return;
    event.preventDefault();
    if (event.target.closest('.twist')) state.toggle(row);
    else open(row);
  });
  scroller.addEventListener('dblclick', (event) => {
    const row = rowAt(event);
    if (row >= 0) state.toggle(row);
  });
  const draw = () => {
    rows.resize(state.rows.length);
    scroller.setAttribute('aria-rowcount', String(state.rows.length));
    if (state.selected >= 0) scroller.setAttribute('aria-activedescendant', `row-${state.selected}`);
    axis(the('axis'), state);
  };
  state.onChange(draw);
  new ResizeObserver(() => axis(the('axis'), state)).observe(the('axis'));
  draw();
  return rows;
}

function rowElement(state, place) {
  const { trace } = state;
  const row = state.rows[place];
  const dim = state.found && !state.found.has(row);
  const collapsed = state.collapsed.has(row);
  return el('a', {
    class: `row${dim ? ' dim' : ''}`,
    id: `row-${row}`,
    role: 'row',
    href: `?span=${trace.key[row]}`,
    tabindex: -1,
    'data-place': place,
    'aria-rowindex': place + 1,
    'aria-level': trace.depth[row] + 1,
    'aria-expanded': trace.below[row] ? String(!collapsed) : null,
    'aria-selected': String(row === state.selected),
  }, name(trace, row, collapsed), bar(state, row),
  el('span', { class: 'cell duration', role: 'gridcell' }, duration(trace.length[row])));
}

function name(trace, row, collapsed) {
  const marks = trace.marks[row];
  const depth = trace.depth[row];
  const service = trace.serviceOf(row);
  const sameAsAbove = trace.parent[row] >= 0 && trace.service[trace.parent[row]] === trace.service[row];
  return el('span', { class: `cell name d${Math.min(depth, LEVELS)}`, role: 'gridcell' },
    el('i', { class: trace.below[row] ? `twist has${collapsed ? ' closed' : ''}` : 'twist' }),
    depth > LEVELS && el('small', { title: `Level ${depth}` }, `${depth} `),
    el('i', { class: `dot s${service.color}` }),
    marks & ERROR ? el('span', { class: 'bad', title: 'Error' }, '!') : null,
    marks & ODD ? el('span', { class: 'odd', title: 'Its parent is not here' }, '?') : null,
    el('span', { class: sameAsAbove ? 'service same' : 'service' }, service.name), ' ',
    el('span', { class: 'operation' }, trace.nameOf(row)),
    collapsed && el('small', { class: 'hidden-rows' }, ` +${trace.below[row]}`),
    marks & MOVED ? el('small', { class: 'odd', title: 'Moved to fit its caller: clocks disagree' }, ' ⇄') : null,
    marks & EVENTS ? el('small', { title: 'Has events' }, ' •') : null,
    marks & LINKS ? el('small', { title: 'Has links' }, ' ↗') : null);
}

function bar(state, row) {
  const { trace, from, to } = state;
  const part = (nanos) => `${((nanos / (to - from)) * 100).toFixed(3)}%`;
  const rect = (start, end, attributes) => {
    // Within the picture: what is far outside is too large for a browser's numbers.
    const left = Math.max(start, from - (to - from));
    const right = Math.min(end, to + (to - from));
    return right >= left && svg('rect', { x: part(left - from), width: part(Math.max(right - left, (to - from) / 2500)), ...attributes });
  };
  const start = trace.start[row];
  const color = `s${trace.serviceOf(row).color}`;
  const waits = state.showCritical ? trace.waits.get(row) ?? [] : [];
  return svg('svg', { class: 'bar', width: '100%', height: 24, role: 'gridcell' },
    rect(start, start + trace.length[row], {
      class: `time ${color}${trace.marks[row] & ERROR ? ' failed' : ''}`, y: 7, height: 10, rx: 2,
    }),
    ...waits.filter(([begin, end]) => end > from && begin < to)
      .map(([begin, end]) => rect(begin, end, { class: 'critical', y: 18, height: 2 })));
}

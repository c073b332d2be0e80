// All spans as a table that sorts by any of its columns.

import { el, the } from './dom.js';
import { duration } from './format.js';
import { ERROR } from './model.js';
import { VirtualRows } from './virtual.js';

const COLUMNS = [
  { title: 'Service', of: (trace, row) => trace.serviceOf(row).name },
  { title: 'Operation', of: (trace, row) => trace.nameOf(row) },
  { title: 'Start', of: (trace, row) => trace.start[row], number: true },
  { title: 'Duration', of: (trace, row) => trace.length[row], number: true },
  { title: 'Self time', of: (trace, row) => trace.own[row], number: true },
  { title: 'Error', of: (trace, row) => trace.marks[row] & ERROR },
];

/**
 * @param {import('./model.js').State} state
 * @param {(row: number) => void} open
 */
export function table(state, open) {
  const { trace } = state;
  let sorted = { column: 2, down: false };
  let rows = [];
  let found = state.found;
  const head = el('div', { class: 'columns', role: 'row' });
  const body = el('div', { class: 'rows', role: 'rowgroup', tabindex: 0 });
  the('table').setAttribute('role', 'table');
  the('table').replaceChildren(head, body);
  const list = new VirtualRows(body, (place) => line(state, rows[place]));

  const sort = () => {
    const { of } = COLUMNS[sorted.column];
    const order = sorted.down ? -1 : 1;
    // What was looked for is all there is to see here: among 10,000 nobody finds what is not dimmed.
    const shown = found ? [...found] : Array.from({ length: trace.size }, (_, row) => row);
    const keys = shown.map((row) => ({ row, key: of(trace, row) }));
    keys.sort((a, b) => (a.key < b.key ? -order : a.key > b.key ? order : a.row - b.row));
    rows = keys.map(({ row }) => row);
    head.replaceChildren(...COLUMNS.map(({ title }, at) => el('span', {
      role: 'columnheader',
      'aria-sort': at !== sorted.column ? 'none' : sorted.down ? 'descending' : 'ascending',
    }, el('button', { type: 'button', onclick: () => choose(at) }, title))));
    list.resize(rows.length);
  };
  const choose = (column) => {
    const again = column === sorted.column;
    sorted = { column, down: again ? !sorted.down : Boolean(COLUMNS[column].number) };
    sort();
  };

  body.addEventListener('click', (event) => {
    const element = event.target.closest('.row');
    if (!element || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(Number(element.dataset.row));
  });
  state.onChange(() => {
    if (found === state.found) return list.draw();
    found = state.found;
    sort();
  });
  sort();
  return {
    list,
    /** The row beside another. @param {number} row @param {number} by */
    beside: (row, by) => rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + by))] ?? -1,
    reveal: (row) => list.reveal(rows.indexOf(row)),
  };
}

function line(state, row) {
  const { trace } = state;
  const cell = (text, number) => el('span', { role: 'cell', class: number ? 'number' : null }, text);
  return el('a', {
    class: 'row',
    role: 'row',
    href: `?span=${trace.key[row]}`,
    tabindex: -1,
    'data-row': row,
    'aria-selected': String(row === state.selected),
  },
  el('span', { role: 'cell' }, el('i', { class: `dot s${trace.serviceOf(row).color}` }), trace.serviceOf(row).name),
  cell(trace.nameOf(row)),
  cell(duration(trace.start[row]), true),
  cell(duration(trace.length[row]), true),
  cell(duration(trace.own[row]), true),
  el('span', { role: 'cell', class: 'bad' }, trace.marks[row] & ERROR ? 'error' : ''));
}

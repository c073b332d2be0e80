// The page of a trace.

import { Detail } from './detail.js';
import { fetched, settled, the } from './dom.js';
import { find } from './find.js';
import { keys } from './keys.js';
import { minimap } from './minimap.js';
import { ERROR, State, Trace } from './model.js';
import { table } from './table.js';
import { localise } from './times.js';
import { waterfall } from './waterfall.js';

const page = the('trace');
const id = page.dataset.trace;

localise();
const detail = new Detail(id, () => remember(null));

const state = new State(new Trace(await fetched(`/trace/${id}/data`)));
const rows = waterfall(state, open);
let sorted = null;
const isTable = () => !the('table').hidden;

/** The address says which span is open, so that it can be sent to somebody. */
function remember(key) {
  const { view } = page.dataset;
  const said = [key && `span=${key}`, view === 'table' && 'view=table'].filter(Boolean).join('&');
  history.replaceState(null, '', said ? `?${said}` : location.pathname);
}

const showSoon = settled(60, (key) => detail.show(key));

function reveal(row) {
  if (isTable()) sorted?.reveal(row);
  else rows.reveal(state.placeOf.get(row) ?? 0);
}

function open(row) {
  state.select(row);
  detail.show(state.trace.key[row]);
  remember(state.trace.key[row]);
}

/** Goes to a row; the details follow where they are open. */
function go(row) {
  if (row < 0 || row === undefined) return;
  state.select(row);
  reveal(row);
  if (!detail.isOpen) return;
  showSoon(state.trace.key[row]);
  remember(state.trace.key[row]);
}

function move(by) {
  if (state.selected < 0) return go(state.rows[0]);
  if (isTable()) return go(sorted.beside(state.selected, by));
  const place = (state.placeOf.get(state.selected) ?? 0) + by;
  go(state.rows[Math.max(0, Math.min(state.rows.length - 1, place))]);
}

function view(name) {
  page.dataset.view = name;
  the('waterfall').hidden = name === 'table';
  the('table').hidden = name !== 'table';
  if (name === 'table') sorted ??= table(state, open);
  (sorted?.list ?? rows).draw();
  rows.draw();
  for (const button of document.querySelectorAll('[data-view]')) {
    if (button !== page) button.setAttribute('aria-pressed', String(button.dataset.view === name));
  }
  remember(detail.isOpen && state.selected >= 0 ? state.trace.key[state.selected] : null);
}

const nextFound = () => go(state.next((row) => state.found?.has(row)));

function tools() {
  the('tools').hidden = false;
  for (const button of the('tools').querySelectorAll('[data-view]')) {
    button.addEventListener('click', () => view(button.dataset.view));
  }
  const act = {
    collapse: () => state.collapseAll(true),
    expand: () => state.collapseAll(false),
    critical: (button) => {
      state.showCritical = !state.showCritical;
      button.setAttribute('aria-pressed', String(state.showCritical));
      state.changed();
    },
  };
  for (const button of the('tools').querySelectorAll('[data-do]')) {
    button.addEventListener('click', () => act[button.dataset.do](button));
  }
}

tools();
minimap(state);
find(id, state, nextFound);
keys({
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  ArrowLeft: () => state.collapsed.has(state.selected) || !state.trace.below[state.selected]
    ? go(state.trace.parent[state.selected]) : state.toggle(state.selected, true),
  ArrowRight: () => state.toggle(state.selected, false),
  c: () => state.toggle(state.selected),
  p: () => go(state.next((row) => state.trace.waits.has(row))),
  e: () => go(state.next((row) => state.trace.marks[row] & ERROR)),
  n: nextFound,
  0: () => state.zoom(0, state.trace.duration),
  Enter: () => state.selected >= 0 && open(state.selected),
  Escape: () => detail.close(),
}, () => the('find'));

const address = new URLSearchParams(location.search);
const wanted = new URLSearchParams(location.hash.slice(1)).get('span') ?? address.get('span');
if (address.get('view') === 'table') view('table');
if (wanted !== null && state.trace.rowOf.has(wanted.toLowerCase())) {
  const row = state.trace.rowOf.get(wanted.toLowerCase());
  open(row);
  reveal(row);
}
page.dataset.ready = 'true';
// In the browser's own tools, and for whoever measures.
performance.mark('interactive');

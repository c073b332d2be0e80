// All that is known of one span. Without the script the collector makes the same panel.

import { el, fetched, the } from './dom.js';
import { count } from './format.js';
import { localise } from './times.js';

/** Sections that the reader closed or opened stay so for the next span. @type {Map<string, boolean>} */
const kept = new Map();

export class Detail {
  /** @param {string} trace @param {() => void} closed */
  constructor(trace, closed) {
    this.trace = trace;
    this.panel = the('detail');
    this.closed = closed;
    this.asked = 0;
    this.takeOver();
  }

  get isOpen() { return !this.panel.hidden; }

  /** Shows a span. @param {string} key */
  async show(key) {
    const turn = ++this.asked;
    this.panel.hidden = false;
    let parts;
    try {
      const span = await fetched(`/trace/${this.trace}/span/${key}`);
      parts = panel(span);
    } catch (error) {
      parts = [el('header', {}, el('h2', {}, 'No details'), close()), el('p', { class: 'error' }, error.message)];
    }
    if (turn !== this.asked) return;
    this.panel.replaceChildren(...parts);
    localise(this.panel);
    this.panel.scrollTop = 0;
    this.takeOver();
  }

  close() {
    this.asked++;
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.closed();
  }

  takeOver() {
    this.panel.querySelector('.close')?.addEventListener('click', (event) => {
      event.preventDefault();
      this.close();
    });
  }
}

const close = () => el('a', { class: 'close', href: '?', 'aria-label': 'Close' }, '×');

function panel(span) {
  return [
    el('header', {}, el('h2', {}, el('i', { class: `dot s${span.color}` }),
      el('span', { class: 'service' }, span.service), ' ', el('span', { class: 'operation' }, span.name)), close()),
    span.error != null && el('p', { class: 'error', role: 'note' }, el('b', {}, 'Error'), ' ', span.error),
    el('dl', { class: 'facts' }, ...span.facts.map(({ name, text, ms }) => el('div', {},
      el('dt', {}, name), el('dd', { 'data-ms': ms, title: ms == null ? null : text }, text)))),
    ...span.notes.map((note) => el('p', { class: 'note' }, note)),
    ...span.sections.map(section),
  ].filter(Boolean);
}

function section({ title, count: number, open, groups }) {
  return el('details', {
    open: kept.get(title) ?? open,
    ontoggle: (event) => kept.set(title, event.target.open),
  }, el('summary', {}, title, ' ', el('small', {}, number)), ...groups.map(group));
}

function group({ title, aside, href, bad, text, entries, dropped }) {
  return el('div', { class: bad ? 'group bad' : 'group' },
    title && el('h3', {}, href ? el('a', { href }, title) : title, ' ', el('small', {}, aside)),
    text != null && el('pre', {}, text),
    entries.length > 0 && el('table', { class: 'attributes' }, el('tbody', {}, ...entries.map(entry))),
    dropped > 0 && el('p', { class: 'note' }, `The sender left out ${count(dropped, 'attribute')}.`));
}

function entry({ key, kind, value, href }) {
  const name = href ? el('a', { href, title: 'Search for spans with the same' }, key) : key;
  return el('tr', {},
    el('th', { scope: 'row' }, name),
    el('td', { class: 'kind' }, kind),
    el('td', { class: `value ${kind}` }, value));
}

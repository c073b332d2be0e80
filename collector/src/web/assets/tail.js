// Spans as they arrive, the latest first.

import { el } from './dom.js';
import { count } from './format.js';
import { clock } from './times.js';

/** Older ones leave the page. */
const KEPT = 300;

/**
 * @param {HTMLElement} list With `data-watch`, where events come from, and `data-q`, the line.
 * @param {HTMLElement} state
 * @param {HTMLElement} pause
 */
export function tail(list, state, pause) {
  let seen = 0;
  let more = 0;
  let paused = false;
  let waiting = [];
  const source = new EventSource(`${list.dataset.watch}?q=${encodeURIComponent(list.dataset.q ?? '')}`);

  const tell = (text) => { state.textContent = text; };
  const show = (spans) => {
    list.prepend(...spans.reverse().map(line));
    while (list.children.length > KEPT) list.lastElementChild.remove();
  };

  source.onopen = () => tell('Waiting for spans');
  source.onerror = () => tell('The collector does not answer; trying again');
  source.onmessage = (event) => {
    const update = JSON.parse(event.data);
    seen += update.spans.length;
    more += update.more;
    if (paused) waiting = waiting.concat(update.spans).slice(-KEPT);
    else show(update.spans);
    const unseen = more ? `, ${count(more, 'more')}`.replace('mores', 'more') : '';
    const missed = update.missed ? ', some went by unseen' : '';
    tell(`${count(seen, 'span')}${unseen}${missed}${paused ? ` · paused, ${waiting.length} waiting` : ''}`);
  };

  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Go on' : 'Pause';
    if (!paused) show(waiting.splice(0));
  });
}

function line(span) {
  return el('li', {}, el('a', { href: `/trace/${span.trace}?span=${span.span}`, class: span.error ? 'failed' : null },
    el('time', {}, clock(span.start)),
    el('span', { class: 'who' }, el('i', { class: `dot s${span.color}` }), el('b', {}, span.service), ' ', span.name),
    span.error && el('span', { class: 'bad' }, 'error'),
    el('span', { class: 'duration' }, span.duration)));
}

// Completion of the query line: keys, operators and values from what is stored.

import { el, fetched, settled, the } from './dom.js';

/** @param {HTMLInputElement} input One with `data-complete` and a list `#completions` beside it. */
export function complete(input) {
  const list = the('completions');
  let answer = { from: 0, to: 0, items: [] };
  let active = -1;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };

  const mark = (to) => {
    active = to;
    [...list.children].forEach((option, at) => {
      option.setAttribute('aria-selected', String(at === active));
      if (at === active) option.scrollIntoView({ block: 'nearest' });
    });
    if (active >= 0) input.setAttribute('aria-activedescendant', `completion-${active}`);
    else input.removeAttribute('aria-activedescendant');
  };

  const take = (at) => {
    const { text, more } = answer.items[at];
    // Behind a whole key stands an operator; the collector offers those where a space ends the key.
    const isKey = more && /^[\w"]/.test(text);
    const after = input.value.slice(answer.to);
    const gap = more || after.startsWith(' ') ? '' : ' ';
    input.value = input.value.slice(0, answer.from) + text + gap + after;
    const cursor = answer.from + text.length + gap.length;
    input.setSelectionRange(cursor, cursor);
    close();
    ask(isKey);
  };

  const show = () => {
    list.replaceChildren(...answer.items.map((item, at) => el('li', {
      id: `completion-${at}`,
      role: 'option',
      'aria-selected': 'false',
      onmousedown: (event) => { event.preventDefault(); take(at); },
    }, el('code', {}, item.text), el('small', {}, item.about))));
    mark(-1);
    list.hidden = answer.items.length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
  };

  const ask = settled(60, async (space = false) => {
    const turn = ++asked;
    const cursor = input.selectionStart ?? input.value.length;
    const gap = space === true ? ' ' : '';
    const line = input.value.slice(0, cursor) + gap + input.value.slice(cursor);
    const address = `${input.dataset.complete}?q=${encodeURIComponent(line)}&cursor=${cursor + gap.length}`;
    const found = await fetched(address).catch(() => null);
    if (turn !== asked || !found || document.activeElement !== input) return;
    found.from -= gap.length;
    found.to -= gap.length;
    const there = input.value.slice(found.from, found.to);
    found.items = found.items.filter((item) => item.text !== there);
    answer = found;
    show();
  });

  input.addEventListener('input', ask);
  input.addEventListener('click', ask);
  input.addEventListener('blur', () => { asked++; close(); });
  input.addEventListener('keydown', (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && list.hidden) return ask();
    if (list.hidden) return;
    const size = answer.items.length;
    if (move) mark((active + move + size + (active < 0 && move < 0 ? 1 : 0)) % size);
    else if (event.key === 'Tab' || (event.key === 'Enter' && active >= 0)) take(Math.max(active, 0));
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  });
}

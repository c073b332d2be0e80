// Keys that work everywhere, and a way for a page to add its own.

import { the } from './dom.js';

const typing = (target) => target instanceof HTMLElement && target.matches('input, select, textarea');

/**
 * @param {Object<string, (event: KeyboardEvent) => void>} own By `KeyboardEvent.key`; not called while a person types.
 * @param {() => HTMLElement|null} search What `/` leads to.
 */
export function keys(own, search) {
  const help = /** @type {HTMLDialogElement} */ (the('help'));
  const button = the('help-button');
  button.hidden = false;
  button.addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (typing(event.target)) {
      if (event.key === 'Escape' && !event.defaultPrevented) event.target.blur();
      return;
    }
    const act = event.key === '?' ? () => help.showModal() : event.key === '/' ? () => focus(search()) : own[event.key];
    if (!act) return;
    // A button or a link in focus keeps its own Enter.
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('button, a, summary') &&
      !event.target.matches('.row')) return;
    event.preventDefault();
    act(event);
  });
}

function focus(input) {
  input?.focus();
  input?.select?.();
}

/** `j` and `k` through links. @param {string} selector */
export function through(selector) {
  const move = (by) => {
    const links = [...document.querySelectorAll(selector)];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus();
  };
  return { j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) };
}

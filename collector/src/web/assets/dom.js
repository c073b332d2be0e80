// Elements from plain calls. Text only ever becomes text: nothing here reads markup.

/**
 * @param {string} name
 * @param {Object<string, string|number|boolean|null|undefined|EventListener>} [attributes] `on…` takes a listener;
 *   false, null and undefined leave an attribute out.
 * @param {...(Node|string|number|null|false|undefined)} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. @returns {SVGElement} */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (const child of children) {
    if (child != null && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** The element with an id, which the page has. @param {string} id @returns {HTMLElement} */
export function the(id) {
  return document.getElementById(id);
}

/**
 * Calls `late` once nothing has called for so long.
 * @param {number} milliseconds
 * @param {(...args: any[]) => void} late
 */
export function settled(milliseconds, late) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => late(...args), milliseconds);
  };
}

/** JSON from an address; an answer that says what is wrong becomes an error that says so. @param {string} address */
export async function fetched(address, options = {}) {
  const response = await fetch(address, options);
  const data = await response.json();
  if (!response.ok) throw new Error(data.error ?? `the collector answered ${response.status}`);
  return data;
}

// Moments in the reader's own time zone.

const two = (number) => String(number).padStart(2, '0');

/** Date, time and milliseconds of an instant here. @param {number} ms */
export function local(ms) {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${clock(ms)}`;
}

/** Time of day and milliseconds. @param {number} ms */
export function clock(ms) {
  const at = new Date(ms);
  const seconds = `${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${seconds}`;
}

/** Rewrites the page's moments; what stood there becomes the title. */
export function localise(root = document) {
  for (const element of root.querySelectorAll('[data-ms]')) {
    const ms = Number(element.dataset.ms);
    if (Number.isNaN(new Date(ms).getTime())) continue;
    if (element.localName === 'time') element.title = element.textContent;
    element.textContent = local(ms);
  }
}

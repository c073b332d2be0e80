// A long list of which only the rows in view exist.

/** Rows beyond the edges, so that scrolling finds them there. */
const BEYOND = 12;

export class VirtualRows {
  /**
   * @param {HTMLElement} scroller
   * @param {(place: number) => Element} make
   */
  constructor(scroller, make) {
    this.scroller = scroller;
    this.make = make;
    this.size = 0;
    this.height = 24;
    /** Rows that are in the page, by place. @type {Map<number, Element>} */
    this.made = new Map();
    this.sheet = document.createElement('div');
    this.sheet.className = 'sheet';
    this.sheet.setAttribute('role', 'presentation');
    scroller.replaceChildren(this.sheet);
    let due = 0;
    const later = () => { due ||= requestAnimationFrame(() => { due = 0; this.draw(false); }); };
    scroller.addEventListener('scroll', later, { passive: true });
    new ResizeObserver(later).observe(scroller);
  }

  /** Draws again, with so many rows. @param {number} size */
  resize(size) {
    this.size = size;
    this.draw();
  }

  /** @param {boolean} anew Whether rows that are in view may have changed. */
  draw(anew = true) {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / this.height) - BEYOND);
    const last = Math.min(this.size, Math.ceil((scrollTop + clientHeight) / this.height) + BEYOND);
    const rows = new Map();
    for (let place = first; place < last; place++) {
      rows.set(place, (!anew && this.made.get(place)) || this.make(place));
    }
    const focused = this.sheet.contains(document.activeElement);
    this.put(rows);
    if (focused && !this.sheet.contains(document.activeElement)) this.scroller.focus({ preventScroll: true });
    this.sheet.style.height = `${this.size * this.height}px`;
    this.sheet.style.paddingTop = `${first * this.height}px`;
    // The style decides how high a row is: narrow windows have two lines.
    const height = rows.get(first)?.getBoundingClientRect().height;
    if (height && Math.abs(height - this.height) > 0.5) {
      this.height = height;
      this.draw();
    }
  }

  /** Takes out what is gone, and puts in only what is new. @param {Map<number, Element>} rows */
  put(rows) {
    for (const [place, row] of this.made) if (rows.get(place) !== row) row.remove();
    let there = this.sheet.firstElementChild;
    for (const row of rows.values()) {
      if (row === there) there = there.nextElementSibling;
      else this.sheet.insertBefore(row, there);
    }
    this.made = rows;
  }

  /** Brings a row into view. @param {number} place */
  reveal(place) {
    const top = place * this.height;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop + this.height) this.scroller.scrollTop = top - this.height * 3;
    else if (top + this.height * 2 > scrollTop + clientHeight) {
      this.scroller.scrollTop = top - clientHeight + this.height * 4;
    }
  }
}

// A trace's rows, and what of them is shown.

/** Bits of `marks`. */
export const ERROR = 1, ODD = 2, MOVED = 4, EVENTS = 8, LINKS = 16;

/** Columns as the collector sends them, with what follows from them. Rows are numbers from the top. */
export class Trace {
  constructor(columns) {
    Object.assign(this, columns);
    this.size = this.key.length;
    this.rowOf = new Map(this.key.map((key, row) => [key, row]));
    this.parent = parents(this.depth);
    /** Stretches of the critical path, by row. @type {Map<number, [number, number][]>} */
    this.waits = new Map();
    for (const [row, from, to] of this.critical) {
      if (!this.waits.has(row)) this.waits.set(row, []);
      this.waits.get(row).push([from, to]);
    }
  }

  serviceOf(row) { return this.services[this.service[row]]; }

  nameOf(row) { return this.names[this.name[row]]; }
}

function parents(depth) {
  const above = [];
  return depth.map((level, row) => {
    above[level] = row;
    return level ? above[level - 1] : -1;
  });
}

/** What a person sees of a trace, and who must know when that changes. */
export class State {
  /** @param {Trace} trace */
  constructor(trace) {
    this.trace = trace;
    this.collapsed = new Set();
    this.selected = -1;
    /** Nanoseconds from the trace's start. */
    this.from = 0;
    this.to = Math.max(trace.duration, 1);
    this.showCritical = true;
    /** Rows that were found; null when nothing is looked for. @type {Set<number>|null} */
    this.found = null;
    this.listeners = [];
    this.layOut();
  }

  onChange(listener) { this.listeners.push(listener); }

  changed() { for (const listener of this.listeners) listener(); }

  /** Rows that no collapsed one hides. */
  layOut() {
    this.rows = [];
    for (let row = 0; row < this.trace.size; row++) {
      this.rows.push(row);
      if (this.collapsed.has(row)) row += this.trace.below[row];
    }
    this.placeOf = new Map(this.rows.map((row, place) => [row, place]));
  }

  toggle(row, collapse = !this.collapsed.has(row)) {
    if (!this.trace.below[row]) return;
    if (collapse) this.collapsed.add(row); else this.collapsed.delete(row);
    this.layOut();
    this.changed();
  }

  collapseAll(collapse) {
    this.collapsed.clear();
    if (collapse) this.trace.below.forEach((below, row) => below && this.trace.depth[row] > 0 && this.collapsed.add(row));
    this.layOut();
    this.changed();
  }

  /** Selects a row, and opens what hides it. */
  select(row) {
    let hidden = false;
    for (let above = this.trace.parent[row]; above >= 0; above = this.trace.parent[above]) {
      hidden = this.collapsed.delete(above) || hidden;
    }
    if (hidden) this.layOut();
    this.selected = row;
    this.changed();
  }

  zoom(from, to) {
    this.from = Math.max(0, from);
    this.to = Math.min(Math.max(this.trace.duration, 1), Math.max(to, this.from + 1));
    this.changed();
  }

  /** The next row after the selected one, or from the top, that is so. @param {(row: number) => boolean} is */
  next(is) {
    const { size } = this.trace;
    for (let step = 1; step <= size; step++) {
      const row = (this.selected + step + size) % size;
      if (is(row)) return row;
    }
    return -1;
  }
}

/** What moments hold, for a snapshot. */
export interface SavedMoments {
  readonly times: readonly number[];
  readonly marks: readonly number[];
}

/**
 * A hash of an id in 52 bits, which a number holds exactly: tells the ids of one millisecond apart.
 */
function markOf(id: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < id.length; i += 1) {
    const unit = id.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (low >>> 13);
  }
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
}

/**
 * When matches happened that are only counted: times in order, and beside each a mark of its event
 * that tells repeats. Sixteen bytes a match, because the base of a ratio may be every request of a
 * busy service.
 */
export class Moments {
  #times: number[];
  #marks: number[];
  /** Those that came out of order, until `settle`. */
  #late: { readonly time: number; readonly mark: number }[] = [];

  constructor(saved: SavedMoments = { times: [], marks: [] }) {
    this.#times = [...saved.times];
    this.#marks = [...saved.marks];
  }

  get size(): number {
    return this.#times.length + this.#late.length;
  }

  /** Earliest time; undefined when there is none. Late ones count after `settle`. */
  get oldest(): number | undefined {
    return this.#times[0];
  }

  save(): SavedMoments {
    return { times: this.#times, marks: this.#marks };
  }

  /** Takes a moment in; false when it was there already. */
  add(time: number, event: string): boolean {
    const mark = markOf(event);
    const n = this.#times.length;
    if (n === 0 || time > (this.#times[n - 1] as number)) {
      this.#times.push(time);
      this.#marks.push(mark);
      return true;
    }
    for (let i = this.after(time) - 1; i >= 0 && this.#times[i] === time; i -= 1)
      if (this.#marks[i] === mark) return false;
    if (time === this.#times[n - 1]) {
      this.#times.push(time);
      this.#marks.push(mark);
    } else this.#late.push({ time, mark });
    return true;
  }

  /** Puts late moments in their places, all in one pass. */
  settle(): void {
    if (this.#late.length === 0) return;
    const late = this.#late.toSorted((a, b) => a.time - b.time || a.mark - b.mark);
    this.#late = [];
    const fresh = late.filter((one, i) => {
      const before = late[i - 1];
      return before === undefined || before.time !== one.time || before.mark !== one.mark;
    });
    const times = this.#times;
    const marks = this.#marks;
    let end = times.length;
    const places = fresh.map(({ time }) => this.after(time));
    for (const { time, mark } of fresh) {
      times.push(time);
      marks.push(mark);
    }
    for (let e = fresh.length - 1; e >= 0; e -= 1) {
      const at = places[e] as number;
      for (let i = end - 1; i >= at; i -= 1) {
        times[i + e + 1] = times[i] as number;
        marks[i + e + 1] = marks[i] as number;
      }
      const { time, mark } = fresh[e] as { time: number; mark: number };
      times[at + e] = time;
      marks[at + e] = mark;
      end = at;
    }
  }

  /** How many lie in `(from, to]`. */
  count(from: number, to: number): number {
    return this.after(to) - this.after(from);
  }

  /** Whether one lies in `[from, to]`. */
  someIn(from: number, to: number): boolean {
    const next = this.#times[this.#from(from)];
    return next !== undefined && next <= to;
  }

  /** Takes the `count` earliest out. */
  takeFirst(count: number): SavedMoments {
    return { times: this.#times.splice(0, count), marks: this.#marks.splice(0, count) };
  }

  /** Puts moments back that are earlier than all that are here. */
  prepend({ times, marks }: SavedMoments): void {
    this.#times = [...times, ...this.#times];
    this.#marks = [...marks, ...this.#marks];
  }

  /** Drops the `count` earliest. */
  drop(count: number): void {
    this.#times.splice(0, count);
    this.#marks.splice(0, count);
  }

  #from(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) >= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Index of the first later than `time`. */
  after(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

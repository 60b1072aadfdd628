/** What one counted match brings to a key's timeline. */
export interface Entry {
  readonly time: number;
  /** Id of the event that stands for it in evidence. */
  readonly event: string;
  /** What makes it distinct: the event, or the alert of the member correlation. */
  readonly ident: string;
  /** Number of the member rule; 0 where the type does not ask. */
  readonly member: number;
  readonly value: string | bigint | undefined;
  readonly commune: string | undefined;
  /** Values of the entity fields outside the group key. */
  readonly extras: readonly (string | undefined)[] | undefined;
}

/** `at`: where it now stands; `repeat`: it was there already. */
export type Placed = { readonly at: number; readonly repeat: boolean };

/** The value a column holds for entries that came before the column was needed. */
type Column<T> = T[] | undefined;

/** What a timeline holds, without what it does. */
export type Columns = Pick<
  Timeline,
  'times' | 'events' | 'idents' | 'members' | 'values' | 'communes' | 'extras' | 'flags'
>;

/**
 * The matches of one key by time, then event id, ident, member: parallel columns, those that no
 * entry needs left out, because most keys hold few matches and there may be a million of them.
 */
export class Timeline {
  times: number[] = [];
  events: string[] = [];
  idents: Column<string> = undefined;
  members: Column<number> = undefined;
  values: Column<string | bigint | undefined> = undefined;
  communes: Column<string | undefined> = undefined;
  extras: Column<readonly (string | undefined)[] | undefined> = undefined;
  /**
   * What the condition says at the entry's time, `UNSET` before that is known; absent while it
   * never held.
   */
  flags: Uint8Array | undefined = undefined;

  /** The columns as plain values, for a snapshot. */
  columns(): Columns {
    const { times, events, idents, members, values, communes, extras, flags } = this;
    return { times, events, idents, members, values, communes, extras, flags };
  }

  get size(): number {
    return this.times.length;
  }

  ident(i: number): string {
    return (this.idents?.[i] ?? this.events[i]) as string;
  }

  /** Index of the first entry at `time` or later. */
  from(time: number): number {
    const { times } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] as number) >= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Index of the first entry later than `time`. */
  after(time: number): number {
    const { times } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((times[middle] as number) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts an entry in its place; one that is there already changes nothing. */
  place(entry: Entry): Placed {
    const n = this.times.length;
    if (n === 0 || entry.time > (this.times[n - 1] as number)) {
      this.#append(entry);
      return { at: n, repeat: false };
    }
    const found = this.find(entry);
    if (found >= 0) return { at: found, repeat: true };
    const at = -1 - found;
    if (at === n) this.#append(entry);
    else this.#insert(at, entry);
    return { at, repeat: false };
  }

  #compare(i: number, entry: Entry): number {
    const event = this.events[i] as string;
    if (event !== entry.event) return event < entry.event ? -1 : 1;
    const ident = this.ident(i);
    if (ident !== entry.ident) return ident < entry.ident ? -1 : 1;
    return (this.members?.[i] ?? 0) - entry.member;
  }

  #open(entry: Entry): void {
    const n = this.times.length;
    if (entry.ident !== entry.event) this.idents ??= this.events.slice();
    if (entry.member !== 0) this.members ??= Array.from({ length: n }, () => 0);
    if (entry.value !== undefined) this.values ??= Array.from({ length: n }, () => undefined);
    if (entry.commune !== undefined) this.communes ??= Array.from({ length: n }, () => undefined);
    if (entry.extras !== undefined) this.extras ??= Array.from({ length: n }, () => undefined);
  }

  #append(entry: Entry): void {
    this.#open(entry);
    if (this.times.length < SMALL) {
      // A literal has no spare room, where push would reserve seventeen places.
      this.times = [...this.times, entry.time];
      this.events = [...this.events, entry.event];
    } else {
      this.times.push(entry.time);
      this.events.push(entry.event);
    }
    this.idents?.push(entry.ident);
    this.members?.push(entry.member);
    this.values?.push(entry.value);
    this.communes?.push(entry.commune);
    this.extras?.push(entry.extras);
    if (this.flags !== undefined) this.flags = roomFor(this.flags, this.times.length);
  }

  #insert(at: number, entry: Entry): void {
    const old = this.times.length;
    this.#append(entry);
    this.#shift(at, old, 1);
    this.#write(at, entry);
  }

  /** Index of the entry, or where it belongs as `-1 - index`. */
  find(entry: Entry): number {
    let low = this.from(entry.time);
    let high = this.after(entry.time);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle, entry);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  }

  /** Puts entries in that are in order and not there yet, in one pass; they are flagged `UNSET`. */
  merge(entries: readonly Entry[]): void {
    let end = this.times.length;
    const places = entries.map((entry) => -1 - this.find(entry));
    for (const entry of entries) this.#append(entry);
    for (let e = entries.length - 1; e >= 0; e -= 1) {
      const at = places[e] as number;
      this.#shift(at, end, e + 1);
      this.#write(at + e, entries[e] as Entry);
      end = at;
    }
  }

  /** Moves the entries `[from, to)` up by `by` places. */
  #shift(from: number, to: number, by: number): void {
    shift(this.times, from, to, by);
    shift(this.events, from, to, by);
    if (this.idents !== undefined) shift(this.idents, from, to, by);
    if (this.members !== undefined) shift(this.members, from, to, by);
    if (this.values !== undefined) shift(this.values, from, to, by);
    if (this.communes !== undefined) shift(this.communes, from, to, by);
    if (this.extras !== undefined) shift(this.extras, from, to, by);
    this.flags?.copyWithin(from + by, from, to);
  }

  #write(at: number, entry: Entry): void {
    this.times[at] = entry.time;
    this.events[at] = entry.event;
    if (this.idents !== undefined) this.idents[at] = entry.ident;
    if (this.members !== undefined) this.members[at] = entry.member;
    if (this.values !== undefined) this.values[at] = entry.value;
    if (this.communes !== undefined) this.communes[at] = entry.commune;
    if (this.extras !== undefined) this.extras[at] = entry.extras;
    if (this.flags !== undefined) this.flags[at] = UNSET;
  }

  /** Takes `count` entries out from `at` on. */
  remove(at: number, count: number): void {
    this.times.splice(at, count);
    this.events.splice(at, count);
    this.idents?.splice(at, count);
    this.members?.splice(at, count);
    this.values?.splice(at, count);
    this.communes?.splice(at, count);
    this.extras?.splice(at, count);
    this.flags?.copyWithin(at, at + count);
    this.flags?.fill(0, this.times.length);
  }

  /** Takes the first `count` entries out. */
  takeFirst(count: number): Columns {
    const first: Columns = {
      times: this.times.slice(0, count),
      events: this.events.slice(0, count),
      idents: this.idents?.slice(0, count),
      members: this.members?.slice(0, count),
      values: this.values?.slice(0, count),
      communes: this.communes?.slice(0, count),
      extras: this.extras?.slice(0, count),
      flags: this.flags?.slice(0, count),
    };
    this.remove(0, count);
    return first;
  }

  /** Puts entries back that are earlier than all that are here. */
  prepend(first: Columns): void {
    const [a, b] = [first.times.length, this.times.length];
    const events = [...first.events, ...this.events];
    const joined = <T>(before: Column<T>, after: Column<T>, none: (i: number) => T): Column<T> => {
      if (before === undefined && after === undefined) return undefined;
      const gap = (length: number, at: number) => Array.from({ length }, (_, i) => none(at + i));
      return [...(before ?? gap(a, 0)), ...(after ?? gap(b, a))];
    };
    this.idents = joined(first.idents, this.idents, (i) => events[i] as string);
    this.members = joined(first.members, this.members, () => 0);
    this.values = joined(first.values, this.values, () => undefined);
    this.communes = joined(first.communes, this.communes, () => undefined);
    this.extras = joined(first.extras, this.extras, () => undefined);
    this.times = [...first.times, ...this.times];
    this.events = events;
    if (first.flags === undefined && this.flags === undefined) return;
    const flags = new Uint8Array(a + b);
    if (first.flags !== undefined) flags.set(first.flags.subarray(0, a));
    if (this.flags !== undefined) flags.set(this.flags.subarray(0, b), a);
    this.flags = flags;
  }

  /**
   * Sets whether and how the condition holds for the entries `[from, to)`, which are of one time.
   */
  flag(from: number, to: number, verdict: Verdict): void {
    if (this.flags === undefined) {
      if (verdict === NOT_HELD) return;
      this.flags = new Uint8Array(this.times.length);
    }
    this.flags.fill(verdict, from, to);
  }

  /** Whether the condition holds at the entry's time. */
  holdsAt(i: number): boolean {
    const flag = this.flags?.[i];
    return flag === HELD || flag === RISEN;
  }
}

function shift<T>(column: T[], from: number, to: number, by: number): void {
  for (let i = to - 1; i >= from; i -= 1) column[i + by] = column[i] as T;
}

/** The flags with room for `size` entries; those beyond are 0. */
function roomFor(flags: Uint8Array, size: number): Uint8Array {
  if (size <= flags.length) return flags;
  const wider = new Uint8Array(Math.ceil(size * 1.5));
  wider.set(flags);
  return wider;
}

/** Flags of entries: at their time the condition does not hold, holds, or holds and is worse. */
export const NOT_HELD = 0;
export const HELD = 1;
export const RISEN = 3;
export type Verdict = typeof NOT_HELD | typeof HELD | typeof RISEN;

/** Flag of an entry put between others and not evaluated yet. */
export const UNSET = 2;

/** Up to this many entries the columns hold no spare room. */
const SMALL = 4;

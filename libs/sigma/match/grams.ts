import type { Calls } from './calls.ts';
import type { Payloads } from './payloads.ts';

/** A text sought anywhere in others. */
export interface GramEntry {
  readonly text: string;
  readonly payload: number;
}

const LONG = 4;
const SHORT = 2;
const LONG_BITS_MIN = 8;
const LONG_BITS_MAX = 16;
const SHORT_BITS = 12;
/** Texts of one table: its hash table holds numbers of 16 bits. */
const TABLE_TEXTS_MAX = 65_000;

/**
 * Finds which of many texts stand in another: a rolling window of four characters is looked up in a
 * hash table of the
 * rarest window of each text, and only what is found there is compared. Texts of two and three
 * characters have a
 * table of their own; single characters are sought one by one.
 */
export class GramTable {
  readonly #narrow: WindowTables | undefined;
  /** Texts with letters beyond Latin-1, which most texts have none of. */
  readonly #wide: WindowTables | undefined;

  constructor(entries: readonly GramEntry[], payloads: Payloads) {
    const narrow = entries.filter(({ text }) => !WIDE.test(text));
    const wide = entries.filter(({ text }) => WIDE.test(text));
    if (narrow.length > 0) this.#narrow = new WindowTables(narrow, payloads);
    if (wide.length > 0) this.#wide = new WindowTables(wide, payloads);
  }

  /**
   * Calls what stands behind all texts that are in `text`, some several times. Gives all bits of
   * the characters of `text` together, or `NOT_SEEN`.
   */
  collect(text: string, calls: Calls): number {
    const seen = this.#narrow === undefined ? NOT_SEEN : this.#narrow.collect(text, calls);
    if (this.#wide !== undefined && (seen === NOT_SEEN ? WIDE.test(text) : seen >= WIDE_FROM)) {
      this.#wide.collect(text, calls);
    }
    return seen;
  }
}

/** Not every character was looked at. */
export const NOT_SEEN = -1;
const WIDE = /[\u0100-\uffff]/;
const WIDE_FROM = 0x100;

class WindowTables {
  readonly #long: WindowTable | undefined;
  readonly #short: WindowTable | undefined;
  readonly #single: readonly GramEntry[];
  readonly #of: Payloads;
  /** What does not fit into the tables above. */
  readonly #more: WindowTables | undefined;

  constructor(entries: readonly GramEntry[], payloads: Payloads) {
    const here = entries.slice(0, TABLE_TEXTS_MAX);
    const long = here.filter(({ text }) => text.length >= LONG);
    const short = here.filter(({ text }) => text.length >= SHORT && text.length < LONG);
    this.#of = payloads;
    this.#single = here.filter(({ text }) => text.length < SHORT);
    if (long.length > 0) this.#long = new WindowTable(long, LONG, payloads);
    if (short.length > 0) this.#short = new WindowTable(short, SHORT, payloads);
    const rest = entries.slice(TABLE_TEXTS_MAX);
    if (rest.length > 0) this.#more = new WindowTables(rest, payloads);
  }

  collect(text: string, calls: Calls): number {
    const long = this.#long;
    const short = this.#short;
    let seen = NOT_SEEN;
    if (long !== undefined && short !== undefined) seen = collectBoth(long, short, text, calls);
    else if (long !== undefined) seen = long.collect(text, calls);
    else if (short !== undefined) seen = short.collect(text, calls);
    for (const entry of this.#single) {
      if (text.includes(entry.text)) this.#of.call(entry.payload, calls);
    }
    this.#more?.collect(text, calls);
    return seen;
  }
}

/** One pass over the text for two tables. */
function collectBoth(long: WindowTable, short: WindowTable, text: string, calls: Calls): number {
  long.begin();
  short.begin();
  const { heads, shift } = long;
  const { heads: shortHeads, shift: shortShift } = short;
  const { length } = text;
  let window = 0;
  let seen = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    seen |= unit;
    window = (window << 8) | (unit & 0xff);
    const head = heads[Math.imul(window, GOLDEN) >>> shift] as number;
    if (head !== 0 && i >= LONG - 1) long.compare(text, i - (LONG - 1), head, calls);
    const shortHead = shortHeads[Math.imul(window & 0xffff, GOLDEN) >>> shortShift] as number;
    if (shortHead !== 0 && i > 0) short.compare(text, i - 1, shortHead, calls);
  }
  return seen;
}

const GOLDEN = 0x9e3779b1;

class WindowTable {
  readonly #size: number;
  readonly #of: Payloads;
  /** The characters of the window, at most four, a byte each. */
  readonly #mask: number;
  readonly shift: number;
  /** Hash of a window → index of its first entry, or 0. */
  readonly heads: Uint16Array;
  readonly #texts: string[] = [''];
  readonly #payloads: number[] = [0];
  /** Where in its text the window of an entry starts. */
  readonly #offsets: number[] = [0];
  readonly #next: number[] = [0];
  /** A character of the text outside the window and where it stands from the window's start. */
  readonly #checkUnits: number[] = [0];
  readonly #checkOffsets: number[] = [0];
  /** The search in which an entry was last found: once is enough, however often it is there. */
  readonly #foundIn: number[] = [0];
  #search = 0;

  constructor(entries: readonly GramEntry[], size: number, payloads: Payloads) {
    this.#of = payloads;
    const wanted = Math.ceil(Math.log2(entries.length * 8));
    const bits =
      size === LONG ? Math.min(LONG_BITS_MAX, Math.max(LONG_BITS_MIN, wanted)) : SHORT_BITS;
    this.#size = size;
    this.#mask = size === LONG ? -1 : (1 << (8 * size)) - 1;
    this.shift = 32 - bits;
    this.heads = new Uint16Array(2 ** bits);
    const lengths = new Uint16Array(this.heads.length);
    for (const entry of entries) this.#add(entry, lengths);
  }

  /** What is found from now on belongs to another text. */
  begin(): void {
    this.#search++;
  }

  collect(text: string, calls: Calls): number {
    this.begin();
    const heads = this.heads;
    const shift = this.shift;
    const mask = this.#mask;
    const before = this.#size - 1;
    const { length } = text;
    let window = 0;
    let seen = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      seen |= unit;
      window = ((window << 8) | (unit & 0xff)) & mask;
      const head = heads[Math.imul(window, GOLDEN) >>> shift] as number;
      if (head !== 0 && i >= before) this.compare(text, i - before, head, calls);
    }
    return seen;
  }

  compare(text: string, start: number, head: number, calls: Calls): void {
    for (let entry = head; entry !== 0; entry = this.#next[entry] as number) {
      const check = start + (this.#checkOffsets[entry] as number);
      if (this.#foundIn[entry] === this.#search) continue;
      if (text.charCodeAt(check) !== this.#checkUnits[entry]) continue;
      const from = start - (this.#offsets[entry] as number);
      if (from >= 0 && text.startsWith(this.#texts[entry] as string, from)) {
        this.#foundIn[entry] = this.#search;
        this.#of.call(this.#payloads[entry] as number, calls);
      }
    }
  }

  #add({ text, payload }: GramEntry, lengths: Uint16Array): void {
    const { slot, offset } = this.#rarestWindow(text, lengths);
    const check = offset > 0 ? offset - 1 : Math.min(this.#size, text.length - 1);
    lengths[slot] = (lengths[slot] as number) + 1;
    this.#next.push(this.heads[slot] as number);
    this.heads[slot] = this.#texts.length;
    this.#texts.push(text);
    this.#payloads.push(payload);
    this.#offsets.push(offset);
    this.#checkUnits.push(text.charCodeAt(check));
    this.#checkOffsets.push(check - offset);
    this.#foundIn.push(0);
  }

  /**
   * The window of a text whose characters are the least common and whose slot is the least full.
   */
  #rarestWindow(text: string, lengths: Uint16Array): { slot: number; offset: number } {
    const size = this.#size;
    let window = 0;
    let common = 0;
    let least = Infinity;
    let best = { slot: 0, offset: 0 };
    for (let i = 0; i < text.length; i++) {
      window = ((window << 8) | (text.charCodeAt(i) & 0xff)) & this.#mask;
      common += COMMONNESS[text.charCodeAt(i)] ?? 0;
      if (i >= size) common -= COMMONNESS[text.charCodeAt(i - size)] ?? 0;
      if (i < size - 1) continue;
      const slot = Math.imul(window, GOLDEN) >>> this.shift;
      const cost = common + FULLNESS_WEIGHT * (lengths[slot] as number);
      if (cost < least) {
        least = cost;
        best = { slot, offset: i - size + 1 };
      }
    }
    return best;
  }
}

/** How much worse an entry in the same slot makes it, in units of commonness. */
const FULLNESS_WEIGHT = 30;
/** Letters of English, paths and addresses, the most frequent first. */
const COMMON = 'etaoinsrlcdpm.uhg\\/-:wfb0yv12k3 _x45678jqz9="';
const COMMONNESS = Uint8Array.from({ length: 256 }, (_, unit) => {
  const at = COMMON.indexOf(String.fromCharCode(unit));
  return at < 0 ? 0 : COMMON.length - at;
});

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
 * Finds which of many texts stand in another: a rolling window of four characters is looked up in a hash table of the
 * rarest window of each text, and only what is found there is compared. Texts of two and three characters have a
 * table of their own; single characters are sought one by one.
 */
export class GramTable {
  readonly #long: readonly WindowTable[];
  readonly #short: readonly WindowTable[];
  readonly #single: readonly GramEntry[];

  constructor(entries: readonly GramEntry[]) {
    const long = entries.filter(({ text }) => text.length >= LONG);
    const short = entries.filter(({ text }) => text.length >= SHORT && text.length < LONG);
    this.#single = entries.filter(({ text }) => text.length < SHORT);
    this.#long = tables(long, LONG);
    this.#short = tables(short, SHORT);
  }

  /** Adds the payloads of all texts that stand in `text` to `out`; one may be there several times. */
  collect(text: string, out: number[]): void {
    if (text.length >= LONG) for (const table of this.#long) table.collect(text, out);
    if (text.length >= SHORT) for (const table of this.#short) table.collect(text, out);
    for (const entry of this.#single) if (text.includes(entry.text)) out.push(entry.payload);
  }
}

function tables(entries: readonly GramEntry[], size: number): WindowTable[] {
  const made: WindowTable[] = [];
  for (let at = 0; at < entries.length; at += TABLE_TEXTS_MAX) {
    made.push(new WindowTable(entries.slice(at, at + TABLE_TEXTS_MAX), size));
  }
  return made;
}

const GOLDEN = 0x9e3779b1;

class WindowTable {
  readonly #size: number;
  /** The characters of the window, at most four, a byte each. */
  readonly #mask: number;
  readonly #shift: number;
  /** Hash of a window → index of its first entry, or 0. */
  readonly #heads: Uint16Array;
  readonly #texts: string[] = [''];
  readonly #payloads: number[] = [0];
  /** Where in its text the window of an entry starts. */
  readonly #offsets: number[] = [0];
  readonly #next: number[] = [0];
  /** A character of the text outside the window and where it stands from the window's start. */
  readonly #checkUnits: number[] = [0];
  readonly #checkOffsets: number[] = [0];

  constructor(entries: readonly GramEntry[], size: number) {
    const wanted = Math.ceil(Math.log2(entries.length * 8));
    const bits =
      size === LONG ? Math.min(LONG_BITS_MAX, Math.max(LONG_BITS_MIN, wanted)) : SHORT_BITS;
    this.#size = size;
    this.#mask = size === LONG ? -1 : (1 << (8 * size)) - 1;
    this.#shift = 32 - bits;
    this.#heads = new Uint16Array(2 ** bits);
    for (const entry of entries) this.#add(entry);
  }

  collect(text: string, out: number[]): void {
    const heads = this.#heads;
    const shift = this.#shift;
    const mask = this.#mask;
    const before = this.#size - 1;
    const { length } = text;
    let window = 0;
    for (let i = 0; i < before; i++) window = (window << 8) | (text.charCodeAt(i) & 0xff);
    for (let i = before; i < length; i++) {
      window = ((window << 8) | (text.charCodeAt(i) & 0xff)) & mask;
      const head = heads[Math.imul(window, GOLDEN) >>> shift] as number;
      if (head !== 0) this.#compare(text, i - before, head, out);
    }
  }

  #compare(text: string, start: number, head: number, out: number[]): void {
    for (let entry = head; entry !== 0; entry = this.#next[entry] as number) {
      const check = start + (this.#checkOffsets[entry] as number);
      if (text.charCodeAt(check) !== this.#checkUnits[entry]) continue;
      const from = start - (this.#offsets[entry] as number);
      if (from >= 0 && text.startsWith(this.#texts[entry] as string, from)) {
        out.push(this.#payloads[entry] as number);
      }
    }
  }

  #add({ text, payload }: GramEntry): void {
    const size = this.#size;
    const offset = rarestWindow(text, size);
    let window = 0;
    for (let i = 0; i < size; i++) window = (window << 8) | (text.charCodeAt(offset + i) & 0xff);
    const slot = Math.imul(window, GOLDEN) >>> this.#shift;
    const check = offset > 0 ? offset - 1 : Math.min(size, text.length - 1);
    this.#next.push(this.#heads[slot] as number);
    this.#heads[slot] = this.#texts.length;
    this.#texts.push(text);
    this.#payloads.push(payload);
    this.#offsets.push(offset);
    this.#checkUnits.push(text.charCodeAt(check));
    this.#checkOffsets.push(check - offset);
  }
}

/** Letters of English, paths and addresses, the most frequent first. */
const COMMON = 'etaoinsrlcdpm.uhg\\/-:wfb0yv12k3 _x45678jqz9="';
const COMMONNESS = Uint8Array.from({ length: 256 }, (_, unit) => {
  const at = COMMON.indexOf(String.fromCharCode(unit));
  return at < 0 ? 0 : COMMON.length - at;
});

/** Where the window starts whose characters are the least common. */
function rarestWindow(text: string, size: number): number {
  let sum = 0;
  let least = Infinity;
  let best = 0;
  for (let i = 0; i < text.length; i++) {
    sum += COMMONNESS[text.charCodeAt(i)] ?? 0;
    if (i >= size) sum -= COMMONNESS[text.charCodeAt(i - size)] ?? 0;
    if (i >= size - 1 && sum < least) {
      least = sum;
      best = i - size + 1;
    }
  }
  return best;
}

/** Pairs read of one line. */
const PAIRS_MAX = 400;
const KEY_CHARS_MAX = 64;
const KEYS_MAX = 4_096;

const KEY_CHAR = new Uint8Array(65_536);
for (const [from, to] of ['az', 'AZ', '09', '__', '--', '..'] as const) {
  for (let code = from!.charCodeAt(0); code <= to!.charCodeAt(0); code++) KEY_CHAR[code] = 1;
}

/** Keys met so far by length and outer letters, so that a key seen before costs no new string. */
const knownKeys = new Map<number, string[]>();
let keyCount = 0;

function keyAt(text: string, start: number, end: number): string {
  const signature =
    (end - start) * 65_536 + text.charCodeAt(start) * 256 + text.charCodeAt(end - 1);
  const known = knownKeys.get(signature);
  if (known !== undefined) {
    for (const key of known) if (text.startsWith(key, start)) return key;
  }
  const key = text.slice(start, end);
  if (keyCount < KEYS_MAX) {
    keyCount++;
    if (known === undefined) knownKeys.set(signature, [key]);
    else known.push(key);
  }
  return key;
}

/** Places of the keys that decoders ask for; as many as the code names. */
const slotOf = new Map<string, number>();

/**
 * The pairs of one line; reused from line to line, because a Map made anew for each is most of the
 * garbage of a
 * firewall's log.
 */
export class Pairs {
  readonly keys: string[] = [];
  readonly values: string[] = [];
  size = 0;
  readonly #slots: (string | undefined)[] = [];

  clear(): void {
    this.size = 0;
    this.#slots.fill(undefined);
  }

  set(key: string, value: string): void {
    this.keys[this.size] = key;
    this.values[this.size] = value;
    this.size++;
    const slot = slotOf.get(key);
    if (slot !== undefined) this.#slots[slot] = value;
  }

  /** The last value of a key. Meant for keys that stand in the code, never for those of a line. */
  get(key: string): string | undefined {
    const slot = slotOf.get(key);
    if (slot !== undefined) return this.#slots[slot];
    const made = slotOf.size;
    slotOf.set(key, made);
    for (let i = 0; i < this.size; i++)
      if (this.keys[i] === key) this.#slots[made] = this.values[i];
    return this.#slots[made];
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }
}

/** End of a quoted value that begins at `from`; a backslash keeps a quote inside. */
function quoteEnd(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end !== -1 && text.charCodeAt(end - 1) === 92 && text.charCodeAt(end - 2) !== 92) {
    end = text.indexOf('"', end + 1);
  }
  return end === -1 ? text.length : end;
}

/**
 * Reads `key=value key="quoted value"` from `start` into `pairs`; words without `=` are passed
 * over. Linear.
 */
export function readPairs(text: string, start: number, pairs: Pairs): void {
  let at = start;
  const { length } = text;
  while (at < length && pairs.size < PAIRS_MAX) {
    while (at < length && KEY_CHAR[text.charCodeAt(at)] === 0) at++;
    let end = at;
    while (end < length && KEY_CHAR[text.charCodeAt(end)] === 1) end++;
    if (text.charCodeAt(end) !== 61 || end - at > KEY_CHARS_MAX) {
      at = end + 1;
      continue;
    }
    const key = keyAt(text, at, end);
    let from = end + 1;
    if (text.charCodeAt(from) === 34) {
      from++;
      end = quoteEnd(text, from);
    } else {
      end = text.indexOf(' ', from);
      if (end === -1) end = length;
    }
    pairs.set(key, text.slice(from, end));
    at = end + 1;
  }
}

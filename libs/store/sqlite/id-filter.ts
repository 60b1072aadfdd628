/** Words of one block: a look-up touches one line of the processor's cache. */
const BLOCK_WORDS = 16;
const BLOCK_BITS = BLOCK_WORDS * 32;
const BITS_PER_KEY = 12;
const PROBES = 6;

/** Which of many 64-bit keys may be there: about one wrong yes in two hundred, never a wrong no. */
export class IdFilter {
  readonly words: Uint32Array;

  /** For so many keys, or over the words of a filter that was kept. */
  constructor(of: number | Uint32Array) {
    const blocks = (keys: number) => Math.max(1, Math.ceil((keys * BITS_PER_KEY) / BLOCK_BITS));
    this.words = typeof of === 'number' ? new Uint32Array(blocks(of) * BLOCK_WORDS) : of;
  }

  add(high: number, low: number): void {
    const start = this.#blockOf(high);
    let probe = low;
    for (let count = 0; count < PROBES; count++) {
      const bit = probe >>> 23;
      const at = start + (bit >> 5);
      this.words[at] = (this.words[at] ?? 0) | (1 << (bit & 31));
      probe = Math.imul(probe, 0x9e3779b1) + high;
    }
  }

  mayHave(high: number, low: number): boolean {
    const start = this.#blockOf(high);
    let probe = low;
    for (let count = 0; count < PROBES; count++) {
      const bit = probe >>> 23;
      if ((((this.words[start + (bit >> 5)] ?? 0) >>> (bit & 31)) & 1) === 0) return false;
      probe = Math.imul(probe, 0x9e3779b1) + high;
    }
    return true;
  }

  #blockOf(high: number): number {
    const blocks = this.words.length / BLOCK_WORDS;
    return Math.floor((high / 4_294_967_296) * blocks) * BLOCK_WORDS;
  }
}

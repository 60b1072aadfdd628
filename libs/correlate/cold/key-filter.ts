/** Bits per key; three are set for each, so that one absent key in thirty seems to be there. */
const BITS_PER_KEY = 8;
const BITS_SET = 3;

function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) ^ (hash >>> 15);
  return hash >>> 0;
}

/** Says of most keys that are not in a set that they are not (Bloom). */
export class KeyFilter {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  static of(keys: readonly string[]): KeyFilter {
    const filter = new KeyFilter(new Uint8Array(Math.ceil((keys.length * BITS_PER_KEY) / 8) + 1));
    for (const key of keys)
      for (const bit of filter.#bits(key)) {
        filter.bytes[bit >>> 3] = (filter.bytes[bit >>> 3] as number) | (1 << (bit & 7));
      }
    return filter;
  }

  mayHold(key: string): boolean {
    return this.#bits(key).every(
      (bit) => ((this.bytes[bit >>> 3] as number) & (1 << (bit & 7))) > 0,
    );
  }

  #bits(key: string): number[] {
    const bits = this.bytes.length * 8;
    const [a, b] = [hashOf(key, 0x811c9dc5), (hashOf(key, 0x27d4eb2f) | 1) >>> 0];
    return Array.from({ length: BITS_SET }, (_, i) => (a + i * b) % bits);
  }
}

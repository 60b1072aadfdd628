import { CHUNK_EVENTS } from './layout.ts';

/** One bit for each row of a chunk. */
export type Bits = Uint32Array;

export function noBits(): Bits {
  return new Uint32Array(CHUNK_EVENTS / 32);
}

/** The first `n` rows. */
export function firstBits(n: number): Bits {
  const bits = noBits();
  bits.fill(0xffffffff, 0, n >> 5);
  if ((n & 31) !== 0) bits[n >> 5] = (1 << (n & 31)) - 1;
  return bits;
}

export function setBit(bits: Bits, row: number): void {
  bits[row >> 5] = (bits[row >> 5] ?? 0) | (1 << (row & 31));
}

export function isEmpty(bits: Bits): boolean {
  return bits.every((word) => word === 0);
}

export function intersect(a: Bits, b: Bits): Bits {
  return a.map((word, at) => word & (b[at] ?? 0));
}

export function unite(a: Bits, b: Bits): Bits {
  return a.map((word, at) => word | (b[at] ?? 0));
}

/** The rows of `a` that are not in `b`. */
export function without(a: Bits, b: Bits): Bits {
  return a.map((word, at) => word & ~(b[at] ?? 0));
}

/** Calls `use` with each row in ascending order. */
export function eachBit(bits: Bits, use: (row: number) => void): void {
  for (let at = 0; at < bits.length; at++) {
    let word = bits[at] ?? 0;
    while (word !== 0) {
      const bit = 31 - Math.clz32(word & -word);
      use(at * 32 + bit);
      word &= word - 1;
    }
  }
}

/** Puts the rows into `rows` in ascending order and gives their number. */
export function listBits(bits: Bits, rows: Uint16Array): number {
  let n = 0;
  for (let at = 0; at < bits.length; at++) {
    let word = bits[at] ?? 0;
    const base = at * 32;
    if (word === 0xffffffff) {
      for (let bit = 0; bit < 32; bit++) rows[n++] = base + bit;
      continue;
    }
    while (word !== 0) {
      rows[n++] = base + 31 - Math.clz32(word & -word);
      word &= word - 1;
    }
  }
  return n;
}

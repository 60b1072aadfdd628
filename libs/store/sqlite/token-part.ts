import type { TokenPairs } from './token-pairs.ts';

/** Bytes before the pairs: bits of a step's rest, bits of a value, number of pairs, least value. */
const HEAD_BYTES = 10;
/** A step of so many times 2 ** rest bits or more stands as it is. */
const STEPS_MAX = 15;
const PIECE_BITS = 16;
/** A pair takes at most so many bytes: a step that stands as it is, and a value. */
const PAIR_BYTES_MAX = 10;

/** Bits into bytes that are used again and again. */
class BitsOut {
  #bytes = new Uint8Array(65_536);
  #at = 0;
  #held = 0;
  #bits = 0;

  begin(head: Uint8Array, room: number): void {
    if (this.#bytes.length < room) this.#bytes = new Uint8Array(room * 2);
    this.#bytes.set(head);
    this.#at = head.length;
    this.#held = 0;
    this.#bits = 0;
  }

  /** The lowest `bits` bits of a number, at most 32 of them. */
  put(number: number, bits: number): void {
    if (bits > PIECE_BITS) {
      this.put(number & 0xffff, PIECE_BITS);
      this.put(number >>> PIECE_BITS, bits - PIECE_BITS);
      return;
    }
    let held = this.#held | (number << this.#bits);
    let left = this.#bits + bits;
    while (left >= 8) {
      this.#bytes[this.#at++] = held;
      held >>>= 8;
      left -= 8;
    }
    this.#held = held;
    this.#bits = left;
  }

  end(): Uint8Array {
    if (this.#bits > 0) this.#bytes[this.#at++] = this.#held;
    return this.#bytes.slice(0, this.#at);
  }
}

const out = new BitsOut();

class BitsIn {
  readonly #bytes: Uint8Array;
  #at: number;
  #held = 0;
  #bits = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(bits: number): number {
    if (bits > PIECE_BITS) {
      const low = this.take(PIECE_BITS);
      return (low | (this.take(bits - PIECE_BITS) << PIECE_BITS)) >>> 0;
    }
    while (this.#bits < bits) {
      this.#held |= (this.#bytes[this.#at++] ?? 0) << this.#bits;
      this.#bits += 8;
    }
    const number = this.#held & ((1 << bits) - 1);
    this.#held >>>= bits;
    this.#bits -= bits;
    return number;
  }

  /** Ones before the next zero, at most `STEPS_MAX`. */
  ones(): number {
    let count = 0;
    while (count < STEPS_MAX && this.take(1) === 1) count++;
    return count;
  }
}

function bitsFor(number: number): number {
  return 32 - Math.clz32(number);
}

/**
 * Bytes of the pairs `from` to `to`, which are settled and whose hashes lie at `floor` or above.
 */
export function packPart(pairs: TokenPairs, from: number, to: number, floor: number): Uint8Array {
  const { hashes, values } = pairs;
  let least = 0xffffffff;
  let most = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const span = (hashes[to - 1] ?? 0) - floor;
  const restBits = Math.max(0, bitsFor(Math.floor(span / (to - from))) - 1);
  const valueBits = bitsFor(most - least);
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint8(0, restBits);
  head.setUint8(1, valueBits);
  head.setUint32(2, to - from, true);
  head.setUint32(6, least, true);
  out.begin(new Uint8Array(head.buffer), HEAD_BYTES + (to - from) * PAIR_BYTES_MAX);
  const restMask = 2 ** restBits - 1;
  let before = floor;
  for (let at = from; at < to; at++) {
    const hash = hashes[at] ?? 0;
    const step = hash - before;
    const steps = step >>> restBits;
    if (steps >= STEPS_MAX) {
      out.put((1 << STEPS_MAX) - 1, STEPS_MAX);
      out.put(step, 32);
    } else {
      out.put((1 << steps) - 1, steps + 1);
      out.put(step & restMask, restBits);
    }
    out.put((values[at] ?? 0) - least, valueBits);
    before = hash;
  }
  return out.end();
}

/** Calls `use` with the pairs of a part in order until it says that it has seen enough. */
export function readPart(
  bytes: Uint8Array,
  floor: number,
  use: (hash: number, value: number) => boolean | void,
): void {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const restBits = head.getUint8(0);
  const valueBits = head.getUint8(1);
  const count = head.getUint32(2, true);
  const least = head.getUint32(6, true);
  const bits = new BitsIn(bytes, HEAD_BYTES);
  let hash = floor;
  for (let at = 0; at < count; at++) {
    const steps = bits.ones();
    hash += steps === STEPS_MAX ? bits.take(32) : steps * 2 ** restBits + bits.take(restBits);
    if (use(hash, least + bits.take(valueBits)) === true) return;
  }
}

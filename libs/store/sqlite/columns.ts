import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';

/** Codes of one column over the rows of a chunk, or times in ms since the start of the day. */
export type Column = Uint8Array | Uint16Array | Int32Array;

const CONSTANT = 0;
const BITS = 1;
const STEPS = 2;
/** Kind, the number of rows in two bytes, and the bits of a code. */
const HEAD_BYTES = 4;
/** What reading three bytes at the last code may touch beyond the end. */
const TAIL_BYTES = 2;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

function headed(kind: number, n: number, bits: number, bodyBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + bodyBytes);
  bytes[0] = kind;
  bytes[1] = n & 0xff;
  bytes[2] = n >> 8;
  bytes[3] = bits;
  return bytes;
}

/** The first `n` codes as bytes to keep: each in as many bits as the largest needs. */
export function packCodes(codes: Uint16Array, n: number): Uint8Array {
  const first = codes[0] ?? 0;
  let all = 0;
  let same = true;
  for (let row = 0; row < n; row++) {
    const code = codes[row] ?? 0;
    all |= code;
    if (code !== first) same = false;
  }
  if (same) {
    const bytes = headed(CONSTANT, n, 0, 2);
    bytes[HEAD_BYTES] = first & 0xff;
    bytes[HEAD_BYTES + 1] = first >> 8;
    return bytes;
  }
  const bits = 32 - Math.clz32(all);
  const bytes = headed(BITS, n, bits, Math.ceil((n * bits) / 8) + TAIL_BYTES);
  let held = 0;
  let count = 0;
  let at = HEAD_BYTES;
  for (let row = 0; row < n; row++) {
    held |= (codes[row] ?? 0) << count;
    count += bits;
    while (count >= 8) {
      bytes[at++] = held & 0xff;
      held >>>= 8;
      count -= 8;
    }
  }
  bytes[at] = held;
  return bytes;
}

/** The first `n` times as bytes to keep: steps from one to the next, which compress well. */
export function packTimes(times: Int32Array, n: number): Uint8Array {
  // Byte planes: the high bytes of small steps are all alike.
  const planes = new Uint8Array(n * 4);
  let before = 0;
  for (let row = 0; row < n; row++) {
    const time = times[row] ?? 0;
    const step = time - before;
    planes[row] = step;
    planes[n + row] = step >> 8;
    planes[2 * n + row] = step >> 16;
    planes[3 * n + row] = step >> 24;
    before = time;
  }
  const packed = zstdCompressSync(planes, LEVEL);
  const bytes = headed(STEPS, n, 0, packed.byteLength);
  bytes.set(packed, HEAD_BYTES);
  return bytes;
}

/** What `packCodes` or `packTimes` kept, or its first `most` rows. */
export function unpackColumn(bytes: Uint8Array, most: number = Infinity): Column {
  const kept = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8);
  const n = Math.min(kept, most);
  const kind = bytes[0] ?? 0;
  if (kind === STEPS) return sumSteps(zstdDecompressSync(bytes.subarray(HEAD_BYTES)), kept, n);
  if (kind === CONSTANT) {
    const code = (bytes[HEAD_BYTES] ?? 0) | ((bytes[HEAD_BYTES + 1] ?? 0) << 8);
    return code <= 0xff ? new Uint8Array(n).fill(code) : new Uint16Array(n).fill(code);
  }
  const bits = bytes[3] ?? 0;
  return takeBits(bytes, bits, bits <= 8 ? new Uint8Array(n) : new Uint16Array(n));
}

/** One code of what `packCodes` kept. */
export function codeAt(bytes: Uint8Array, row: number): number {
  if (bytes[0] === CONSTANT) {
    return (bytes[HEAD_BYTES] ?? 0) | ((bytes[HEAD_BYTES + 1] ?? 0) << 8);
  }
  const bits = bytes[3] ?? 0;
  const bit = HEAD_BYTES * 8 + row * bits;
  const at = bit >> 3;
  const held = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (held >> (bit & 7)) & ((1 << bits) - 1);
}

function takeBits(bytes: Uint8Array, bits: number, codes: Uint8Array | Uint16Array): Column {
  const mask = (1 << bits) - 1;
  let bit = HEAD_BYTES * 8;
  for (let row = 0; row < codes.length; row++) {
    const at = bit >> 3;
    const held = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    codes[row] = (held >> (bit & 7)) & mask;
    bit += bits;
  }
  return codes;
}

function sumSteps(planes: Uint8Array, kept: number, n: number): Int32Array {
  const times = new Int32Array(n);
  let time = 0;
  for (let at = 0; at < n; at++) {
    const low = (planes[at] ?? 0) | ((planes[kept + at] ?? 0) << 8);
    const high = ((planes[2 * kept + at] ?? 0) << 16) | ((planes[3 * kept + at] ?? 0) << 24);
    time += low | high;
    times[at] = time;
  }
  return times;
}

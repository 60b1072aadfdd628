import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';

/** Codes of one column over the rows of a chunk, or times in ms since the start of the day. */
export type Column = Uint8Array | Uint16Array | Int32Array;

const CONSTANT = 0;
const BYTES = 1;
const WORDS = 2;
const STEPS = 3;
const RAW_MAX = 64;
const STORED = 0x80;
/** Kind, and the number of rows in two bytes. */
const HEAD_BYTES = 3;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

function seal(kind: number, n: number, body: Uint8Array): Uint8Array {
  const stored = body.byteLength <= RAW_MAX;
  const packed = stored ? body : zstdCompressSync(body, LEVEL);
  const bytes = new Uint8Array(HEAD_BYTES + packed.byteLength);
  bytes[0] = kind | (stored ? STORED : 0);
  bytes[1] = n & 0xff;
  bytes[2] = n >> 8;
  bytes.set(packed, HEAD_BYTES);
  return bytes;
}

function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** The first `n` codes as bytes to keep. */
export function packCodes(codes: Uint16Array, n: number): Uint8Array {
  let most = 0;
  let same = true;
  for (let row = 0; row < n; row++) {
    const code = codes[row] ?? 0;
    if (code > most) most = code;
    if (code !== codes[0]) same = false;
  }
  if (same) return seal(CONSTANT, n, bytesOf(Uint16Array.of(codes[0] ?? 0)));
  if (most <= 0xff) return seal(BYTES, n, Uint8Array.from(codes.subarray(0, n)));
  return seal(WORDS, n, bytesOf(codes.subarray(0, n)));
}

/** The first `n` times as bytes to keep: steps from one to the next, which compress well. */
export function packTimes(times: Int32Array, n: number): Uint8Array {
  const steps = new Int32Array(n);
  let before = 0;
  for (let row = 0; row < n; row++) {
    const time = times[row] ?? 0;
    steps[row] = time - before;
    before = time;
  }
  // Byte planes: the high bytes of small steps are all alike.
  const plain = bytesOf(steps);
  const planes = new Uint8Array(plain.length);
  for (let at = 0; at < n; at++) {
    for (let plane = 0; plane < 4; plane++) planes[plane * n + at] = plain[at * 4 + plane] ?? 0;
  }
  return seal(STEPS, n, planes);
}

/** What `packCodes` or `packTimes` kept. */
export function unpackColumn(bytes: Uint8Array): Column {
  const n = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8);
  const kind = (bytes[0] ?? 0) & ~STORED;
  const stored = ((bytes[0] ?? 0) & STORED) !== 0;
  const tail = bytes.subarray(HEAD_BYTES);
  const body = stored ? Uint8Array.from(tail) : new Uint8Array(zstdDecompressSync(tail));
  if (kind === CONSTANT) {
    const code = (body[0] ?? 0) | ((body[1] ?? 0) << 8);
    return code <= 0xff ? new Uint8Array(n).fill(code) : new Uint16Array(n).fill(code);
  }
  if (kind === BYTES) return body;
  if (kind === WORDS) return new Uint16Array(body.buffer, body.byteOffset, n);
  return sumSteps(body, n);
}

function sumSteps(planes: Uint8Array, n: number): Int32Array {
  const times = new Int32Array(n);
  let time = 0;
  for (let at = 0; at < n; at++) {
    const low = (planes[at] ?? 0) | ((planes[n + at] ?? 0) << 8);
    const high = ((planes[2 * n + at] ?? 0) << 16) | ((planes[3 * n + at] ?? 0) << 24);
    time += low | high;
    times[at] = time;
  }
  return times;
}

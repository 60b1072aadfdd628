/** Room of a fresh buffer; it grows with the batches. */
const ROOM = 1_048_576;
/** Most bytes of UTF-8 that one UTF-16 unit takes. */
const BYTES_PER_UNIT = 3;

/** A part of shared bytes. */
export interface Slice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Texts as bytes behind each other, encoded once and kept as one piece. */
export class LineBuffer {
  #bytes = Buffer.allocUnsafe(ROOM);
  #end = 0;

  /** Where the text ends now. */
  add(text: string): number {
    const needed = this.#end + text.length * BYTES_PER_UNIT;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    this.#end += this.#bytes.write(text, this.#end);
    return this.#end;
  }

  /** What was added since the last take, as bytes of their own. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#end));
    this.#end = 0;
    return taken;
  }
}

/** The slices behind each other; neighbours of the same bytes are one piece. */
export function joined(slices: readonly Slice[]): Buffer {
  const pieces: Buffer[] = [];
  let open: { bytes: Buffer; start: number; end: number } | undefined;
  for (const { bytes, start, end } of slices) {
    if (open !== undefined && open.bytes === bytes && open.end === start) {
      open.end = end;
      continue;
    }
    if (open !== undefined) pieces.push(open.bytes.subarray(open.start, open.end));
    open = { bytes, start, end };
  }
  if (open !== undefined) pieces.push(open.bytes.subarray(open.start, open.end));
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

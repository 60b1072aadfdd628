const LF = 10;
const CR = 13;

/** What one pass over a body of lines found. `accepted` leaves out those that are too long. */
export interface LineCount {
  readonly accepted: number;
  /**
   * Numbers of lines over the limit, from 0, blank lines counted; at most `TOO_LONG_MAX` of them.
   */
  readonly tooLong: readonly number[];
  readonly tooLongCount: number;
}

const TOO_LONG_MAX = 1000;

/** Calls for every line that is not blank, with its number from 0 and its bounds; linear. */
export function forEachLine(
  bytes: Buffer,
  take: (number: number, start: number, end: number) => void,
): void {
  let start = 0;
  for (let number = 0; start < bytes.length; number += 1) {
    const found = bytes.indexOf(LF, start);
    const end = found === -1 ? bytes.length : found;
    if (end > start && (end > start + 1 || bytes[start] !== CR)) take(number, start, end);
    start = end + 1;
  }
}

/** Counts the lines of an NDJSON body. */
export function countLines(bytes: Buffer, lineBytesMax: number): LineCount {
  let accepted = 0;
  let tooLongCount = 0;
  const tooLong: number[] = [];
  forEachLine(bytes, (number, start, end) => {
    const length = bytes[end - 1] === CR ? end - start - 1 : end - start;
    if (length <= lineBytesMax) {
      accepted += 1;
      return;
    }
    tooLongCount += 1;
    if (tooLong.length < TOO_LONG_MAX) tooLong.push(number);
  });
  return { accepted, tooLong, tooLongCount };
}

/** First byte that is not blank; -1 for none. */
export function firstByte(bytes: Uint8Array): number {
  for (const byte of bytes) {
    if (byte !== 32 && byte !== LF && byte !== CR && byte !== 9) return byte;
  }
  return -1;
}

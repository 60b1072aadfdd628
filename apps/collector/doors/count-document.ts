import { firstByte, type LineCount } from '#libs/input';
import { splitBody } from '#libs/decode';
import type { Body, BodyHeader } from '#libs/model';

const HEADER: BodyHeader = { input: 'http', format: 'ndjson', received: 0, encoding: 'identity' };
const TOO_LONG_MAX = 1000;
const BRACKET = 0x5b;

function firstLineParses(bytes: Buffer): boolean {
  const end = bytes.indexOf(10);
  try {
    JSON.parse(bytes.toString('utf8', 0, end === -1 ? bytes.length : end));
    return true;
  } catch {
    return false;
  }
}

/**
 * Counts the records of a JSON array, or of one object over several lines, by the decoder's own
 * cutting, so that the reply and the events never disagree; `undefined` when the body is plain
 * lines.
 */
export function countDocument(bytes: Buffer, lineBytesMax: number): LineCount | undefined {
  const array = firstByte(bytes) === BRACKET;
  if (!array && (bytes.length > lineBytesMax || firstLineParses(bytes))) return undefined;
  let accepted = 0;
  let tooLongCount = 0;
  const tooLong: number[] = [];
  const body: Body = { header: HEADER, bytes, position: 0 };
  splitBody(body, ({ ordinal }, oddity) => {
    if (oddity !== 'line_too_long') {
      accepted += 1;
      return;
    }
    tooLongCount += 1;
    if (tooLong.length < TOO_LONG_MAX) tooLong.push(ordinal);
  });
  return { accepted, tooLong, tooLongCount };
}

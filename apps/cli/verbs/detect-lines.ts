import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters of one line; a longer one is given out as undefined. */
const LINE_CHARS_MAX = 16 * 1024 * 1024;

/** Calls for every line of a stream, in order, with its number from 0; undefined for a line over the limit. */
export async function eachLine(
  input: Readable,
  call: (line: string | undefined, number: number) => void,
): Promise<number> {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let rest = '';
  let tooLong = false;
  const take = (text: string) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = text.slice(start, end);
      call(tooLong ? undefined : rest === '' ? line : rest + line, number++);
      rest = '';
      tooLong = false;
      start = end + 1;
    }
    if (start < text.length && !tooLong) rest += text.slice(start);
    if (rest.length > LINE_CHARS_MAX) {
      rest = '';
      tooLong = true;
    }
  };
  for await (const chunk of input) take(decoder.write(chunk as Buffer));
  take(decoder.end());
  if (rest !== '' || tooLong) call(tooLong ? undefined : rest, number++);
  return number;
}

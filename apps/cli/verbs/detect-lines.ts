import { fstatSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters of one line; a longer one is given out as undefined. */
const LINE_CHARS_MAX = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** Some programs begin a file with it. */
const BYTE_ORDER_MARK = '\ufeff';

/** What is called for a line with its number from 0; undefined for a line over the limit. */
export type LineCall = (line: string | undefined, number: number) => void;

/**
 * Calls for every line of a stream, in order, and waits for `between` after each piece that was
 * read. Gives the number
 * of lines.
 */
export async function eachLine(
  input: Readable,
  call: LineCall,
  between: () => Promise<void> = async () => {},
): Promise<number> {
  const splitter = new LineSplitter(call);
  for await (const chunk of chunksOf(input)) {
    splitter.take(chunk);
    await between();
  }
  return splitter.end();
}

/**
 * The pieces of a stream; a file that is standard input is read straight, which a stream takes
 * longer for.
 */
async function* chunksOf(input: Readable): AsyncGenerator<Buffer> {
  const fd: unknown = 'fd' in input ? input.fd : undefined;
  if (typeof fd !== 'number' || !fstatSync(fd).isFile()) {
    for await (const chunk of input) yield chunk as Buffer;
    return;
  }
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const bytes = readSync(fd, buffer, 0, CHUNK_BYTES, null);
    if (bytes === 0) return;
    yield buffer.subarray(0, bytes);
  }
}

class LineSplitter {
  readonly #call: LineCall;
  readonly #decoder = new StringDecoder('utf8');
  #number = 0;
  #rest = '';
  #tooLong = false;

  constructor(call: LineCall) {
    this.#call = call;
  }

  take(chunk: Buffer): void {
    this.#split(this.#decoder.write(chunk));
  }

  end(): number {
    this.#split(this.#decoder.end());
    if (this.#rest !== '' || this.#tooLong) this.#give('');
    return this.#number;
  }

  #split(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#give(text.slice(start, end));
      start = end + 1;
    }
    if (start >= text.length || this.#tooLong) return;
    this.#rest += text.slice(start);
    if (this.#rest.length <= LINE_CHARS_MAX) return;
    this.#rest = '';
    this.#tooLong = true;
  }

  #give(tail: string): void {
    let line = this.#rest === '' ? tail : this.#rest + tail;
    if (this.#number === 0 && line.startsWith(BYTE_ORDER_MARK)) line = line.slice(1);
    const tooLong = this.#tooLong || line.length > LINE_CHARS_MAX;
    this.#call(tooLong ? undefined : line, this.#number);
    this.#number++;
    this.#rest = '';
    this.#tooLong = false;
  }
}

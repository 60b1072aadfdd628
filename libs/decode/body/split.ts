import { isUtf8 } from 'node:buffer';

import type { Body, Charset, Oddity, RawRecord, RecordPiece } from '#libs/model';

import { ACTION_CHARS_MAX, LINE_BYTES_MAX, RECORDS_MAX } from '../limits.ts';
import { readCharset, utf8OfUtf16 } from './charset.ts';
import { jsonElements } from './elements.ts';
import { inflate } from './inflate.ts';

/**
 * Takes the records of a body in order. `piece` is absent where the text is not as it stands in the
 * body.
 */
export type TakeRecord = (
  record: RawRecord,
  oddity: Oddity | undefined,
  piece?: RecordPiece,
) => void;

/**
 * How far a body could be cut: `whole`, or `partly` with the reason of the missing end, or
 * `set_aside` when not one
 * record could be had and its bytes must be kept as they are.
 */
export type SplitOutcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'partly'; readonly reason: Oddity }
  | { readonly kind: 'set_aside'; readonly reason: Oddity };

const LF = 10;
const CR = 13;

/** One pass over the bytes of a body, with what its records share. */
class Cutter {
  readonly bytes: Buffer;
  readonly #take: TakeRecord;
  readonly #valid: boolean;
  readonly #batch: string | undefined;
  readonly #charset: Charset;
  readonly #piece: { bytes: Buffer; start: number; end: number };
  ordinal = 0;

  constructor(bytes: Uint8Array, body: Body, charset: Charset, take: TakeRecord) {
    // A byte order mark is no part of the first record.
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset + mark, bytes.byteLength - mark);
    this.#valid = isUtf8(bytes);
    this.#batch = body.header.batch;
    this.#charset = charset;
    this.#take = take;
    this.#piece = { bytes: this.bytes, start: 0, end: 0 };
  }

  /** End of the line that begins at `start`, without its LF. */
  lineEnd(start: number): number {
    const end = this.bytes.indexOf(LF, start);
    return end === -1 ? this.bytes.length : end;
  }

  /** Text of a stretch of the body, in the sender's charset where the body is not UTF-8. */
  text(start: number, end: number): string {
    if (this.#valid || this.#charset === 'utf-8') return this.bytes.toString('utf8', start, end);
    return readCharset(this.bytes.subarray(start, end), this.#charset);
  }

  /** Hands over the bytes as one record, cut at the line limit; blank ones are no record. */
  record(start: number, end: number, senderId?: string): void {
    let last = end;
    if (last > start && this.bytes[last - 1] === CR) last--;
    if (last === start) return;
    let oddity: Oddity | undefined;
    if (last - start > LINE_BYTES_MAX) {
      last = start + LINE_BYTES_MAX;
      oddity = 'line_too_long';
    }
    if (!this.#valid && !isUtf8(this.bytes.subarray(start, last))) {
      if (this.#charset !== 'utf-8') {
        this.give(readCharset(this.bytes.subarray(start, last), this.#charset), oddity, senderId);
        return;
      }
      oddity ??= 'invalid_utf8';
    }
    this.#piece.start = start;
    this.#piece.end = last;
    this.give(this.bytes.toString('utf8', start, last), oddity, senderId, this.#piece);
  }

  give(
    text: string,
    oddity: Oddity | undefined,
    senderId: string | undefined,
    piece?: RecordPiece,
  ): void {
    const ordinal = this.ordinal++;
    const id = senderId ?? (this.#batch === undefined ? undefined : `${this.#batch}#${ordinal}`);
    const record = id === undefined ? { ordinal, text } : { ordinal, text, senderId: id };
    this.#take(record, oddity, piece);
  }

  /** Keeps everything from `start` in pieces; used where the number of records is at its limit. */
  rest(start: number): SplitOutcome {
    for (let at = start; at < this.bytes.length; at += LINE_BYTES_MAX) {
      this.record(at, Math.min(at + LINE_BYTES_MAX, this.bytes.length));
    }
    return { kind: 'partly', reason: 'broken_framing' };
  }
}

function firstByte(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte !== 32 && byte !== LF && byte !== CR && byte !== 9) return byte;
  }
  return -1;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A JSON array, or one object over several lines; undefined when the body is lines after all. */
function splitDocument(cutter: Cutter): SplitOutcome | undefined {
  const first = firstByte(cutter.bytes);
  if (first !== 0x5b && first !== 0x7b) return undefined;
  const end = cutter.lineEnd(0);
  if (first === 0x7b) {
    const several = end < cutter.bytes.length - 1;
    if (!several || cutter.bytes.length > LINE_BYTES_MAX) return undefined;
    if (parses(cutter.text(0, end))) return undefined;
    const whole = cutter.text(0, cutter.bytes.length);
    if (!parses(whole)) return undefined;
    cutter.give(whole.trim(), undefined, undefined);
    return { kind: 'whole' };
  }
  const text = cutter.text(0, cutter.bytes.length);
  const elements = jsonElements(text, RECORDS_MAX);
  if (elements === undefined) return undefined;
  for (const element of elements) {
    const quoted = element.charCodeAt(0) === 0x22;
    const long = element.length > LINE_BYTES_MAX;
    const line = quoted ? String(JSON.parse(element)) : element;
    cutter.give(
      long ? line.slice(0, LINE_BYTES_MAX) : line,
      long ? 'line_too_long' : undefined,
      undefined,
    );
  }
  return { kind: 'whole' };
}

function splitLines(cutter: Cutter): SplitOutcome {
  let start = 0;
  while (start < cutter.bytes.length) {
    if (cutter.ordinal >= RECORDS_MAX) return cutter.rest(start);
    const end = cutter.lineEnd(start);
    cutter.record(start, end);
    start = end + 1;
  }
  return { kind: 'whole' };
}

interface Action {
  readonly op: 'document' | 'update' | 'delete';
  readonly index: string | undefined;
  readonly id: string | undefined;
}

function parseAction(text: string): Action | undefined {
  if (text.length > ACTION_CHARS_MAX) return undefined;
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof line !== 'object' || line === null) return undefined;
  const names = Object.keys(line);
  const op = names[0];
  if (names.length !== 1 || op === undefined) return undefined;
  if (op !== 'index' && op !== 'create' && op !== 'update' && op !== 'delete') return undefined;
  const target = (line as Record<string, unknown>)[op];
  if (typeof target !== 'object' || target === null) return undefined;
  const { _index: index, _id: id } = target as { _index?: unknown; _id?: unknown };
  return {
    op: op === 'delete' || op === 'update' ? op : 'document',
    index: typeof index === 'string' ? index : undefined,
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
  };
}

// Senders repeat one action line for thousands of documents.
let lastActionText = '';
let lastAction: Action | undefined;

function actionOf(text: string): Action | undefined {
  if (text === lastActionText) return lastAction;
  const action = parseAction(text);
  if (action?.id === undefined) {
    lastActionText = text.length <= ACTION_CHARS_MAX ? text : '';
    lastAction = text.length <= ACTION_CHARS_MAX ? action : undefined;
  }
  return action;
}

/**
 * The document inside `{"doc":{…}}` of an update; undefined when it has another shape and is kept
 * as it is.
 */
function updateDocument(cutter: Cutter, start: number, end: number): string | undefined {
  if (end - start > LINE_BYTES_MAX) return undefined;
  try {
    const source: unknown = JSON.parse(cutter.text(start, end));
    const document = (source as { doc?: unknown } | null)?.doc;
    return typeof document === 'object' && document !== null ? JSON.stringify(document) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Elasticsearch bulk API: an action line, then (but for delete) its document. A line that is no
 * action is kept as a record.
 */
function splitBulk(cutter: Cutter, defaultIndex: string | undefined): SplitOutcome {
  let start = 0;
  let broken = false;
  let pending: Action | undefined;
  while (start < cutter.bytes.length) {
    if (cutter.ordinal >= RECORDS_MAX) return cutter.rest(start);
    const end = cutter.lineEnd(start);
    const begin = start;
    start = end + 1;
    const blank = end === begin || (end === begin + 1 && cutter.bytes[begin] === CR);
    if (blank) continue;
    if (pending !== undefined) {
      const index = pending.index ?? defaultIndex ?? '';
      const senderId = pending.id === undefined ? undefined : `${index}/${pending.id}`;
      const update = pending.op === 'update' ? updateDocument(cutter, begin, end) : undefined;
      if (update === undefined) cutter.record(begin, end, senderId);
      else cutter.give(update, undefined, senderId);
      pending = undefined;
      continue;
    }
    const action =
      end - begin > ACTION_CHARS_MAX * 4 ? undefined : actionOf(cutter.text(begin, end));
    if (action === undefined) {
      broken = true;
      cutter.record(begin, end);
    } else if (action.op !== 'delete') {
      pending = action;
    }
  }
  return broken || pending !== undefined
    ? { kind: 'partly', reason: 'broken_framing' }
    : { kind: 'whole' };
}

/** Messages of syslog as the door framed them: u32 little-endian length, then the bytes. */
function splitFrames(cutter: Cutter): SplitOutcome {
  const { bytes } = cutter;
  let at = 0;
  while (at + 4 <= bytes.length) {
    if (cutter.ordinal >= RECORDS_MAX) return cutter.rest(at);
    const length = bytes.readUInt32LE(at);
    const start = at + 4;
    let end = start + length;
    if (end > bytes.length) {
      cutter.record(start, bytes.length);
      return { kind: 'partly', reason: 'broken_framing' };
    }
    at = end;
    // Senders put the LF or NUL of the other framing inside the frame.
    while (end > start && (bytes[end - 1] === LF || bytes[end - 1] === 0)) end--;
    cutter.record(start, end);
  }
  return at === bytes.length ? { kind: 'whole' } : { kind: 'partly', reason: 'broken_framing' };
}

/** A body of UTF-16 as UTF-8, so that its lines can be cut; frames one by one. */
function utf8Body({ header }: Body, bytes: Uint8Array): Uint8Array {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.format !== 'frames') return utf8OfUtf16(all);
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= all.length;) {
    const end = at + 4 + all.readUInt32LE(at);
    const message = utf8OfUtf16(all.subarray(at + 4, end));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(message.length);
    frames.push(length, message);
    at = end;
  }
  return Buffer.concat(frames);
}

/**
 * Cuts a body into its records, in order, each with the id its sender gave it; never throws, linear
 * in the bytes. `charset` is that of records that are not UTF-8.
 */
export function splitBody(body: Body, take: TakeRecord, charset: Charset = 'utf-8'): SplitOutcome {
  const inflated = inflate(body.bytes, body.header.encoding);
  if ('reason' in inflated) return { kind: 'set_aside', reason: inflated.reason };
  const bytes = charset === 'utf-16le' ? utf8Body(body, inflated.bytes) : inflated.bytes;
  const cutter = new Cutter(bytes, body, charset, take);
  let outcome: SplitOutcome;
  if (body.header.format === 'bulk') outcome = splitBulk(cutter, body.header.index);
  else if (body.header.format === 'frames') outcome = splitFrames(cutter);
  else outcome = splitDocument(cutter) ?? splitLines(cutter);
  return inflated.cut ? { kind: 'partly', reason: 'broken_encoding' } : outcome;
}

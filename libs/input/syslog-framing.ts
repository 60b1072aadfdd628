/*
 * RFC 6587: octet counting (`LEN SP MSG`) and messages ended by LF or NUL, told apart for every
 * message. Senders mix them on one connection, split them anywhere, and put an LF at the end of a
 * counted message too (trimmed here).
 */
const LF = 10;
const CR = 13;
const NUL = 0;
const SPACE = 32;
const LESS = 60;
const ZERO = 48;
const NINE = 57;
/** Digits of a count; a longer number is text. */
const COUNT_DIGITS_MAX = 7;
/** Largest empty buffer that an idle connection keeps. */
const KEPT_BYTES_MAX = 4096;

/** What was unusual about a message; counted by this word. */
export type FramingOddity = 'message_split' | 'message_unfinished';

/** The bytes are only lent: copy what is to be kept. */
export type TakeMessage = (message: Buffer, oddity: FramingOddity | undefined) => void;

/** How the message at hand is framed; `left` is what is still to come of a counted one. */
type Mode = { readonly kind: 'line' } | { readonly kind: 'counted'; left: number };

interface Beginning {
  readonly mode: Mode;
  /** Bytes of the count in front of the message. */
  readonly skip: number;
}

const LINE: Beginning = { mode: { kind: 'line' }, skip: 0 };

/**
 * Cuts the bytes of one connection into messages; takes memory for at most one unfinished message.
 */
export class SyslogFramer {
  readonly #bytesMax: number;
  readonly #take: TakeMessage;
  #buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** Bytes of the message at hand that hold no terminator. */
  #scanned = 0;
  #mode: Mode | undefined;
  #lastCounted: boolean | undefined;
  #split = false;

  constructor(bytesMax: number, take: TakeMessage) {
    this.#bytesMax = bytesMax;
    this.#take = take;
  }

  /** Bytes of an unfinished message that are held. */
  get unfinishedBytes(): number {
    return this.#end - this.#start;
  }

  /** Copies what it keeps of the chunk. */
  push(chunk: Buffer): void {
    if (this.unfinishedBytes === 0) {
      this.#hold(chunk.subarray(this.#cut(chunk, 0, chunk.length)));
      return;
    }
    this.#hold(chunk);
    this.#start += this.#cut(this.#buffer, this.#start, this.#end);
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = 0;
    // A connection that sent one long message must not keep its memory while it idles.
    if (this.#buffer.length > KEPT_BYTES_MAX) this.#buffer = Buffer.alloc(0);
  }

  /** The connection has ended: what is left is a message too. */
  end(): void {
    if (this.unfinishedBytes > 0) {
      const oddity = this.#mode?.kind === 'line' ? undefined : 'message_unfinished';
      this.#emit(this.#buffer.subarray(this.#start, this.#end), oddity);
    }
    this.#start = 0;
    this.#end = 0;
    this.#finish(false);
  }

  #hold(bytes: Buffer): void {
    const needed = this.unfinishedBytes + bytes.length;
    if (this.#end + bytes.length > this.#buffer.length) {
      const room = needed <= this.#buffer.length / 2;
      const target = room ? this.#buffer : Buffer.allocUnsafeSlow(Math.max(256, 2 * needed));
      this.#buffer.copy(target, 0, this.#start, this.#end);
      this.#buffer = target;
      this.#end -= this.#start;
      this.#start = 0;
    }
    bytes.copy(this.#buffer, this.#end);
    this.#end += bytes.length;
  }

  /** Takes every whole message between two offsets; gives how many bytes are used up. */
  #cut(buffer: Buffer, from: number, to: number): number {
    let at = from;
    // Where the next NUL is; looked for once, not once for each line.
    let nul = -2;
    while (at < to) {
      if (this.#mode === undefined) {
        const beginning = this.#beginning(buffer, at, to);
        if (beginning === undefined) break;
        this.#mode = beginning.mode;
        at += beginning.skip;
        continue;
      }
      if (this.#mode.kind === 'counted') {
        const used = this.#counted(this.#mode, buffer, at, to);
        if (used === 0) break;
        at += used;
        continue;
      }
      const search = at + this.#scanned;
      if (nul !== -1 && nul < search) nul = indexWithin(buffer, NUL, search, to);
      const lf = indexWithin(buffer, LF, search, nul === -1 ? to : nul);
      const end = lf === -1 ? nul : lf;
      if (end === -1 && to - at <= this.#bytesMax) {
        this.#scanned = to - at;
        break;
      }
      at = this.#line(buffer, at, end === -1 ? to : end);
    }
    return at - from;
  }

  /** One line, or the first piece of one that is too long; gives where the next begins. */
  #line(buffer: Buffer, at: number, end: number): number {
    this.#scanned = 0;
    if (end - at > this.#bytesMax) {
      this.#emit(buffer.subarray(at, at + this.#bytesMax), 'message_split');
      this.#split = true;
      return at + this.#bytesMax;
    }
    this.#emit(buffer.subarray(at, end), this.#split ? 'message_split' : undefined);
    this.#finish(false);
    return end + 1;
  }

  /** A counted message, or a piece of one that is too long; 0 when more bytes are needed. */
  #counted(mode: { left: number }, buffer: Buffer, at: number, to: number): number {
    const want = Math.min(mode.left, this.#bytesMax);
    if (to - at < want) return 0;
    const last = want === mode.left;
    const odd = !last || this.#split;
    this.#emit(buffer.subarray(at, at + want), odd ? 'message_split' : undefined);
    mode.left -= want;
    this.#split = true;
    if (last) this.#finish(true);
    return want;
  }

  #finish(counted: boolean): void {
    this.#mode = undefined;
    this.#lastCounted = counted;
    this.#split = false;
    this.#scanned = 0;
  }

  /** How the message that begins here is framed; `undefined`: more bytes are needed to tell. */
  #beginning(buffer: Buffer, at: number, to: number): Beginning | undefined {
    const first = buffer[at] ?? 0;
    if (first <= ZERO || first > NINE) return LINE;
    let count = 0;
    for (let i = at; i < to; i += 1) {
      const byte = buffer[i] ?? 0;
      if (byte >= ZERO && byte <= NINE) {
        if (i - at >= COUNT_DIGITS_MAX) return LINE;
        count = count * 10 + byte - ZERO;
        continue;
      }
      if (byte !== SPACE) return LINE;
      if (i + 1 >= to) return undefined;
      // Text may begin with a number too; without the `<` the message before it decides.
      if (buffer[i + 1] !== LESS && this.#lastCounted === false) return LINE;
      return { mode: { kind: 'counted', left: count }, skip: i + 1 - at };
    }
    return undefined;
  }

  #emit(bytes: Buffer, oddity: FramingOddity | undefined): void {
    let end = bytes.length;
    while (end > 0) {
      const last = bytes[end - 1];
      if (last !== LF && last !== CR && last !== NUL) break;
      end -= 1;
    }
    if (end > 0) this.#take(bytes.subarray(0, end), oddity);
  }
}

function indexWithin(buffer: Buffer, byte: number, from: number, to: number): number {
  const at = buffer.subarray(from, to).indexOf(byte);
  return at === -1 ? -1 : from + at;
}

import {
  isDigit,
  isEmailChar,
  isInDigest,
  isInUuid,
  isNameChar,
  isTokenChar,
  named,
  nameBefore,
  nameEndBefore,
  nameOfNumber,
} from './surroundings.ts';
import { folded, isCounterName, isMeasureName, isPublicName } from './words.ts';

/**
 * What was found: numbers of citizens and phones, one-time codes, addresses, and whatever stands
 * under a secret name.
 */
export type SecretKind = 'cccd' | 'cmnd' | 'phone' | 'otp' | 'email' | 'secret' | 'token';

/**
 * A span of a text that must not leave the collector. `whole` is the span that the value's hash is
 * made of.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: SecretKind;
  readonly wholeEnd: number;
}

/** Characters between a one-time code and the word that tells it is one. */
const CODE_NEAR_CHARS = 30;
/** The same where "là" or "is" stands right before the code. */
const CODE_STATED_CHARS = 100;
const DOCUMENT_NEAR_CHARS = 40;

const DIGIT = 1;
const AT = 2;
const DELIMITER = 3;
const LETTER_P = 4;
const LETTER_X = 5;
const LETTER_B = 6;
const LETTER_J = 7;

const CLASS = new Uint8Array(65_536);
for (let code = 48; code <= 57; code++) CLASS[code] = DIGIT;
CLASS[64] = AT;
CLASS[58] = DELIMITER;
CLASS[61] = DELIMITER;
CLASS[80] = CLASS[112] = LETTER_P;
CLASS[88] = CLASS[120] = LETTER_X;
CLASS[66] = CLASS[98] = LETTER_B;
CLASS[74] = LETTER_J;

/**
 * Last two letters of the names in `words.ts`; a delimiter after any others needs no second look.
 */
const NAME_ENDS = new Uint8Array(32 * 32);
for (const end of 'rd wd pw mk ss se au cu oi on ie id ey ls en et de tp in uc'.split(' ')) {
  NAME_ENDS[(end.charCodeAt(0) & 31) * 32 + (end.charCodeAt(1) & 31)] = 1;
}

function isMobilePrefix(code: number): boolean {
  return code === 51 || code === 53 || code === 55 || code === 56 || code === 57;
}

/**
 * One pass over a text; finds every span in time linear in the text. One instance serves all texts
 * in turn.
 */
class Scan {
  #text = '';
  spans: Span[] = [];
  /** Runs of 4 to 8 digits and the words that make them codes, as pairs of start and end. */
  readonly #runs: number[] = [];
  readonly #words: number[] = [];

  run(text: string): void {
    this.#text = text;
    if (this.spans.length > 0) this.spans = [];
    this.#runs.length = 0;
    this.#words.length = 0;
    const { length } = text;
    let i = 0;
    while (i < length) {
      const kind = CLASS[text.charCodeAt(i)]!;
      if (kind === 0) i++;
      else if (kind === DIGIT) i = this.#digits(i);
      else if (kind === DELIMITER) i = this.#delimiter(i);
      else if (kind === LETTER_P) {
        const said = (text.charCodeAt(i - 1) | 32) === 116 && (text.charCodeAt(i - 2) | 32) === 111;
        if (said) this.#words.push(i - 2, i + 1);
        i++;
      } else i = this.#other(kind, i);
    }
    if (this.#words.length > 0 && this.#runs.length > 0) this.#codes();
  }

  #add(start: number, end: number, kind: SecretKind, wholeEnd = end): void {
    this.spans.push({ start, end, kind, wholeEnd });
  }

  #digits(start: number): number {
    const text = this.#text;
    let end = start + 1;
    while (end < text.length && isDigit(text.charCodeAt(end))) end++;
    let from = start;
    // In "%22" and "%2522" the digits belong to the escape, not to what follows it.
    if (start > 0 && text.charCodeAt(start - 1) === 37 && end - start > 2) {
      from += text.startsWith('25', start) && end - start > 4 ? 4 : 2;
    }
    const length = end - from;
    if (length >= 9) {
      if (length <= 13) this.#longRun(from, end, length);
    } else if (length >= 4) {
      this.#runs.push(from, end);
    }
    if (length <= 4 && length >= 2) {
      const code = text.charCodeAt(from);
      if (code === 48 || (code === 56 && text.charCodeAt(from + 1) === 52)) {
        const stop = this.#separated(from, end);
        if (stop > end) return stop;
      }
    }
    return end;
  }

  #longRun(start: number, end: number, length: number): void {
    const text = this.#text;
    const first = text.charCodeAt(start);
    const second = text.charCodeAt(start + 1);
    let kind: SecretKind | undefined;
    if (length === 12 && first === 48) kind = 'cccd';
    else if (length === 10 && first === 48 && isMobilePrefix(second)) kind = 'phone';
    else if (length === 11 && first === 56 && second === 52) {
      if (isMobilePrefix(text.charCodeAt(start + 2))) kind = 'phone';
    } else if (length === 13 && text.startsWith('0084', start)) {
      if (isMobilePrefix(text.charCodeAt(start + 4))) kind = 'phone';
    } else if (length === 9) {
      const name = nameOfNumber(text, start);
      if (name !== '' && isCounterName(name)) return;
      const before = folded(text.slice(Math.max(0, start - DOCUMENT_NEAR_CHARS), start));
      if (/cmnd|cmt|giay ?to|cccd|can cuoc|dinh danh|chung minh/.test(before)) kind = 'cmnd';
    }
    if (kind === undefined || this.#isPublic(start, end, length, first)) return;
    if (isInUuid(text, start, length) || isInDigest(text, start, end)) return;
    this.#add(start, end, kind);
  }

  /** Tax codes and log ids are public and look like phone numbers; counters may begin with 84. */
  #isPublic(start: number, end: number, length: number, first: number): boolean {
    const text = this.#text;
    const name = nameOfNumber(text, start);
    if (name !== '' && (isPublicName(name) || (first !== 48 && isCounterName(name)))) return true;
    if (length !== 10) return false;
    const branch = text.charCodeAt(end) === 45 && isDigit(text.charCodeAt(end + 3));
    if (branch && isDigit(text.charCodeAt(end + 1)) && isDigit(text.charCodeAt(end + 2))) {
      return !isDigit(text.charCodeAt(end + 4));
    }
    const before = folded(text.slice(Math.max(0, start - 16), start));
    return /\bmst\W*$|ma so thue\W*$/.test(before);
  }

  /**
   * `0912 345 678`, `+84 912.345.678`, `001 099 012 345`: groups of 2 to 4 digits with one sign
   * between them.
   */
  #separated(start: number, firstEnd: number): number {
    const text = this.#text;
    const divider = text.charCodeAt(firstEnd);
    if (divider !== 32 && divider !== 46 && divider !== 45) return firstEnd;
    if (start > 0 && isNameChar(text.charCodeAt(start - 1))) return firstEnd;
    let end = firstEnd;
    let digits = firstEnd - start;
    while (text.charCodeAt(end) === divider && digits < 12) {
      let group = 0;
      while (group < 5 && isDigit(text.charCodeAt(end + 1 + group))) group++;
      if (group < 2 || group > 4) break;
      digits += group;
      end += 1 + group;
    }
    if (isDigit(text.charCodeAt(end))) return firstEnd;
    const plain = text.slice(start, end).replaceAll(/\D/g, '');
    if (/^0[35789]\d{8}$|^84[35789]\d{8}$/.test(plain)) this.#add(start, end, 'phone');
    else if (/^0\d{11}$/.test(plain)) this.#add(start, end, 'cccd');
    else return firstEnd;
    return end;
  }

  #delimiter(at: number): number {
    const text = this.#text;
    const end = nameEndBefore(text, at);
    const last = text.charCodeAt(end - 1);
    if (!(last > 64 && last < 128)) return at + 1;
    const before = text.charCodeAt(end - 2);
    // "khẩu" has a letter beyond ASCII, or a tone mark, before its last one.
    const accented = (last | 32) === 117 && before > 127;
    if (!accented && NAME_ENDS[(before & 31) * 32 + (last & 31)] === 0) return at + 1;
    const { bare, kind } = named(nameBefore(text, end));
    if (kind === 'secret' || kind === 'code') return this.#value(at + 1, bare, kind);
    if (
      (last | 32) === 117 &&
      folded(text.slice(Math.max(0, end - 12), end)).endsWith('mat khau')
    ) {
      return this.#value(at + 1, 'matkhau', 'secret');
    }
    return at + 1;
  }

  /** The value after `name=`, quoted or not; returns where scanning goes on. */
  #value(from: number, bare: string, kind: 'secret' | 'code'): number {
    const text = this.#text;
    let start = from;
    while (start < from + 2 && text.charCodeAt(start) === 32) start++;
    const escaped = text.charCodeAt(start) === 92;
    while (start < from + 6 && text.charCodeAt(start) === 92) start++;
    const quote = text.charCodeAt(start);
    let end: number;
    if (quote === 34 || quote === 39) {
      start++;
      end = this.#quoteEnd(start, quote, escaped);
    } else end = this.#bareEnd(start, bare);
    if (end <= start) return from;
    const value = text.slice(start, Math.min(end, start + 16));
    if (value === '-' || /^\*+$/.test(value)) return from;
    if (kind === 'code' && !/^[A-Za-z]*\d[\dA-Za-z-]{2,}$/.test(value)) return from;
    // sudo and the shell call the working directory PWD.
    if (bare === 'pwd' && value.charCodeAt(0) === 47) return from;
    this.#add(start, end, kind === 'code' ? 'otp' : 'secret');
    return end;
  }

  #quoteEnd(start: number, quote: number, escaped: boolean): number {
    const text = this.#text;
    let end = start;
    while (end < text.length) {
      const code = text.charCodeAt(end);
      if (code === quote) break;
      if (code === 92) {
        if (escaped) break;
        end++;
      }
      end++;
    }
    return Math.min(end, text.length);
  }

  #bareEnd(start: number, bare: string): number {
    const text = this.#text;
    const cookie = bare === 'cookie' || bare === 'setcookie';
    let end = start;
    let scheme = bare.endsWith('authorization');
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === 10 || code === 13 || code === 34) break;
      if (cookie) continue;
      if (code === 32 && scheme) {
        scheme = false;
        continue;
      }
      if (code === 32 || code === 9 || code === 38 || code === 59 || code === 44) break;
      if (code === 39 || code === 41 || code === 125 || code === 93 || code === 60) break;
    }
    return end;
  }

  #other(kind: number, at: number): number {
    const text = this.#text;
    if (kind === AT) return this.#email(at);
    if (kind === LETTER_X) {
      const next = text.charCodeAt(at + 1);
      const third = text.charCodeAt(at + 2);
      if (
        ((next | 32) === 97 || next === 0xe1 || next === 0xc1) &&
        ((third | 32) === 99 || third === 0x301)
      ) {
        const word = folded(text.slice(Math.max(0, at - 4), at + 12));
        if (/ma ?xac ?thuc/.test(word)) this.#words.push(at, at + 8);
      }
      return at + 1;
    }
    if (kind === LETTER_J) return this.#jwt(at);
    return this.#bearer(at);
  }

  #email(at: number): number {
    const text = this.#text;
    let start = at;
    while (start > 0 && isEmailChar(text.charCodeAt(start - 1))) start--;
    if (start === at) return at + 1;
    let end = at + 1;
    let dot = -1;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (!isNameChar(code) || code === 95) break;
      if (code === 46 && dot === -1) dot = end;
    }
    while (end > at + 1 && text.charCodeAt(end - 1) === 46) end--;
    if (dot <= at + 1 || dot >= end - 1) return at + 1;
    this.#add(start, at, 'email', end);
    return at + 1;
  }

  #jwt(at: number): number {
    const text = this.#text;
    if (text.charCodeAt(at - 1) !== 121 || text.charCodeAt(at - 2) !== 101) return at + 1;
    let end = at + 1;
    let dots = 0;
    while (end < text.length) {
      const code = text.charCodeAt(end);
      if (code === 46) dots++;
      else if (!isNameChar(code)) break;
      end++;
    }
    if (dots === 0 || end - at < 16) return end;
    this.#add(at - 2, end, 'token');
    return end;
  }

  #bearer(at: number): number {
    const text = this.#text;
    if ((text.charCodeAt(at + 1) | 32) !== 101) return at + 1;
    if (text.slice(at + 1, at + 7).toLowerCase() !== 'earer ') return at + 1;
    const start = at + 7;
    let end = start;
    while (end < text.length && isTokenChar(text.charCodeAt(end))) end++;
    if (end - start < 8) return at + 1;
    this.#add(start, end, 'token');
    return end;
  }

  /**
   * Which of the short runs stand near a word that makes them one-time codes; both lists are in
   * order.
   */
  #codes(): void {
    const runs = this.#runs;
    const words = this.#words;
    let before = -2;
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r]!;
      const end = runs[r + 1]!;
      while (before + 2 < words.length && words[before + 2]! < start) before += 2;
      const after = before + 2;
      const gap = before >= 0 ? start - words[before + 1]! : Number.POSITIVE_INFINITY;
      const near =
        gap <= CODE_NEAR_CHARS ||
        (after < words.length && words[after]! - end <= CODE_NEAR_CHARS) ||
        (gap <= CODE_STATED_CHARS && this.#isStated(start));
      if (!near || this.#isPartOfDate(start, end)) continue;
      // "otp":"sent", … "latency_ms":94210 is a measure beside the word, no code.
      const name = nameOfNumber(this.#text, start);
      if (name === '' || !isMeasureName(name)) this.#add(start, end, 'otp');
    }
  }

  #isStated(start: number): boolean {
    return /(?:\bla|là|là|\bis)\s["']?$/i.test(this.#text.slice(Math.max(0, start - 6), start));
  }

  #isPartOfDate(start: number, end: number): boolean {
    const text = this.#text;
    const joins = (code: number): boolean =>
      code === 45 || code === 47 || code === 58 || code === 46 || code === 44;
    const left = joins(text.charCodeAt(start - 1)) && isDigit(text.charCodeAt(start - 2));
    const right = joins(text.charCodeAt(end)) && isDigit(text.charCodeAt(end + 1));
    return left || right;
  }
}

const NOTHING: readonly Span[] = [];
const scan = new Scan();

/**
 * Every span of the text that must be masked, in order and without overlaps; linear in the text.
 */
export function findSecrets(text: string): readonly Span[] {
  if (text.length < 4) return NOTHING;
  scan.run(text);
  const { spans } = scan;
  if (spans.length === 0) return NOTHING;
  if (spans.length === 1) return spans;
  const sorted = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const apart: Span[] = [];
  let end = 0;
  for (const span of sorted) {
    if (span.end <= end) continue;
    // The uncovered rest of an overlapping span is masked as well.
    apart.push(span.start >= end ? span : { ...span, start: end });
    end = span.end;
  }
  return apart;
}

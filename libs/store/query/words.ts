import { MESSAGE_CHARS_SEARCHED, WORD_CHARS_MAX } from './limits.ts';

const PLAIN = /^[ -~]*$/;
const CONTROLS = /\p{Cc}/gu;
const MARKS = /\p{M}/gu;
const BARRED_D = /đ/g;

/**
 * What two values have in common that count as the same: lower case, composed, control characters
 * as spaces.
 */
export function fold(value: string): string {
  if (PLAIN.test(value)) return value.toLowerCase();
  return value.toWellFormed().toLowerCase().normalize('NFC').replace(CONTROLS, ' ');
}

/** Words are compared without marks, so that `dang nhap` finds `đăng nhập`. */
function foldWords(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const lower = text.toWellFormed().toLowerCase().normalize('NFD');
  return lower.replace(MARKS, '').replace(BARRED_D, 'd').normalize('NFC');
}

const DOT = 46;
const STAR = 42;
const QUESTION = 63;
const WORD_CHARACTER = Uint8Array.from({ length: 128 }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? 1 : 0,
);
const BEYOND_ASCII = /[\p{L}\p{N}]/u;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordAt(text: string, at: number, jokers: boolean): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) {
    if (WORD_CHARACTER[code] === 1) return true;
    if (code === DOT) return isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1));
    return jokers && (code === STAR || code === QUESTION);
  }
  // A letter of two units is judged as a whole, from either of them.
  if (code >= 0xdc00 && code <= 0xdfff) return BEYOND_ASCII.test(text.slice(at - 1, at + 1));
  if (code >= 0xd800 && code <= 0xdbff) return BEYOND_ASCII.test(text.slice(at, at + 2));
  return BEYOND_ASCII.test(text.charAt(at));
}

function split(folded: string, jokers: boolean): string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at <= folded.length; at++) {
    if (at < folded.length && isWordAt(folded, at, jokers)) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      words.push(cut(folded.slice(start, at)));
      start = -1;
    }
  }
  return words;
}

function cut(word: string): string {
  return word.length <= WORD_CHARS_MAX ? word : word.slice(0, WORD_CHARS_MAX).toWellFormed();
}

/**
 * The words of a message in order: runs of letters, digits and `_`, with a dot between two digits
 * inside (`10.1.2.3` is one word); lower case, without marks.
 */
export function wordsOf(message: string): string[] {
  return split(foldWords(message.slice(0, MESSAGE_CHARS_SEARCHED)), false);
}

/** The words of a query's text, in which `*` and `?` stand for other characters. */
export function wordPatternsOf(text: string): string[] {
  return split(foldWords(text), true).filter((word) => /[^*?]/.test(word));
}

/** Whether a word of a query is a pattern; words of messages never hold these characters. */
export function isPattern(word: string): boolean {
  return word.includes('*') || word.includes('?');
}

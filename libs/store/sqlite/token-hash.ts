import type { Scalar } from '#libs/model';

import { MESSAGE_CHARS_SEARCHED, WORD_CHARS_MAX } from '../query/limits.ts';
import { fold, wordsOf } from '../query/words.ts';

/** Folded values up to this length are hashed whole; of longer ones the two ends and the length. */
const WHOLE_CHARS = 128;
const HEAD_CHARS = 96;
const TAIL_CHARS = 32;

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const DOT = 46;

/** By byte: the lower-case code of a character of words, 0 for what parts words. */
const WORD_CODE = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /\w/.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code <= 57;
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function addUnits(hash: number, text: string, from: number, to: number): number {
  let mixed = hash;
  for (let at = from; at < to; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), PRIME);
  return mixed;
}

/** Where the hashes of a field's values begin. */
export function seedOf(field: string): number {
  return finish(addUnits(BASIS, field, 0, field.length));
}

/** Where the hashes of words begin. */
const WORD_SEED = seedOf('\0words');

function hashFolded(seed: number, folded: string): number {
  const { length } = folded;
  if (length <= WHOLE_CHARS) return finish(addUnits(seed, folded, 0, length));
  const head = addUnits(seed ^ length, folded, 0, HEAD_CHARS);
  return finish(addUnits(head, folded, length - TAIL_CHARS, length));
}

/** The digits of a whole number, without making a text of it. */
function addDigits(hash: number, number: number): number {
  const rest = number < 10 ? hash : addDigits(hash, Math.floor(number / 10));
  return Math.imul(rest ^ (48 + (number % 10)), PRIME);
}

/** The hash of a value under its field's seed; values that count as the same have the same. */
export function hashValue(seed: number, value: Exclude<Scalar, null>): number {
  if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff && (value | 0) === value) {
    return finish(addDigits(seed, value));
  }
  const text = typeof value === 'string' ? value : String(value);
  const { length } = text;
  if (length > WHOLE_CHARS) return hashFolded(seed, fold(text));
  let hash = seed;
  for (let at = 0; at < length; at++) {
    let code = text.charCodeAt(at);
    if (code < 32 || code > 126) return hashFolded(seed, fold(text));
    if (code >= 65 && code <= 90) code |= 32;
    hash = Math.imul(hash ^ code, PRIME);
  }
  return finish(hash);
}

/** The hash of one word as `wordsOf` gives it. */
export function hashWord(word: string): number {
  return finish(addUnits(WORD_SEED, word, 0, word.length));
}

/** What takes hashes. */
export interface HashTaker {
  add(hash: number): void;
}

/** A message's bytes and one more; messages are often slices of a body, slow to read one by one. */
const bytes = Buffer.alloc(MESSAGE_CHARS_SEARCHED + 1);

/** Gives the hash of each word of a message, without making the words where it is ASCII. */
export function hashWords(message: string, taker: HashTaker): void {
  const end = bytes.write(message, 0, MESSAGE_CHARS_SEARCHED, 'utf8');
  bytes[end] = 0;
  let at = 0;
  while (at < end) {
    const code = bytes[at] ?? 0;
    let unit = WORD_CODE[code] ?? 0;
    if (unit === 0) {
      if (code >= 128) {
        for (const word of wordsOf(message)) taker.add(hashWord(word));
        return;
      }
      at++;
      continue;
    }
    const longest = at + WORD_CHARS_MAX;
    let hash = WORD_SEED;
    for (;;) {
      if (at < longest) hash = Math.imul(hash ^ unit, PRIME);
      unit = WORD_CODE[bytes[++at] ?? 0] ?? 0;
      if (unit !== 0) continue;
      if (bytes[at] !== DOT || !isDigit(bytes[at - 1]) || !isDigit(bytes[at + 1])) break;
      unit = DOT;
    }
    taker.add(finish(hash));
  }
}

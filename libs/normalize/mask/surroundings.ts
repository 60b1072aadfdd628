import { bareName, kindOfName, type NameKind } from './words.ts';

const NAME_CHARS_MAX = 40;
const HASH_CHARS_MIN = 32;

/** Kinds of the names met so far, as they were spelled. */
const NAMES_MAX = 20_000;
const names = new Map<string, { readonly bare: string; readonly kind: NameKind }>();

/** What a name says, as it was spelled; remembered. */
export function named(name: string): { readonly bare: string; readonly kind: NameKind } {
  const known = names.get(name);
  if (known !== undefined) return known;
  const bare = bareName(name.slice(name.lastIndexOf('.') + 1));
  const entry = { bare, kind: kindOfName(bare) };
  if (names.size < NAMES_MAX) names.set(name, entry);
  return entry;
}

/** True for an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** True for a hexadecimal digit. */
export function isHex(code: number): boolean {
  return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
}

/** True for an ASCII letter or digit. */
function isAlphanumeric(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 122);
}

/** True for what names of fields and hosts are made of. */
export function isNameChar(code: number): boolean {
  const lower = code | 32;
  return (
    isDigit(code) || (lower >= 97 && lower <= 122) || code === 95 || code === 45 || code === 46
  );
}

/** True for what stands before the `@` of an address. */
export function isEmailChar(code: number): boolean {
  return isNameChar(code) || code === 43 || code === 37;
}

/** True for what bearer tokens are made of. */
export function isTokenChar(code: number): boolean {
  return isNameChar(code) || code === 61 || code === 43 || code === 47 || code === 126;
}

/**
 * End (exclusive) of the name that stands before a delimiter at `at`, past quotes, backslashes and
 * one blank.
 */
export function nameEndBefore(text: string, at: number): number {
  let end = at;
  for (let i = 0; i < 4 && end > 0; i++) {
    const code = text.charCodeAt(end - 1);
    if (code !== 34 && code !== 39 && code !== 92 && code !== 32) break;
    end--;
  }
  return end;
}

/** The name that ends at `end`. */
export function nameBefore(text: string, end: number): string {
  let start = end;
  const least = Math.max(0, end - NAME_CHARS_MAX);
  while (start > least && isNameChar(text.charCodeAt(start - 1))) start--;
  return text.slice(start, end);
}

/**
 * The bare name that the number at `start` is the value of (`logid="0316…`), or the end of its
 * value; else empty.
 */
export function nameOfNumber(text: string, start: number): string {
  let at = start;
  while (at > 0 && start - at < 16 && isAlphanumeric(text.charCodeAt(at - 1))) at--;
  const first = at;
  while (at > 0 && at > first - 3) {
    const code = text.charCodeAt(at - 1);
    if (code !== 34 && code !== 39 && code !== 92 && code !== 32) break;
    at--;
  }
  const code = text.charCodeAt(at - 1);
  if (code !== 58 && code !== 61) return '';
  return named(nameBefore(text, nameEndBefore(text, at - 1))).bare;
}

/**
 * True when the digits are a part of a hexadecimal digest, as in file hashes that investigators
 * compare.
 */
export function isInDigest(text: string, start: number, end: number): boolean {
  let from = start;
  let to = end;
  while (from > 0 && start - from < 128 && isHex(text.charCodeAt(from - 1))) from--;
  while (to < text.length && to - end < 128 && isHex(text.charCodeAt(to))) to++;
  return to - from >= HASH_CHARS_MIN;
}

/**
 * True when twelve digits are the end of a UUID: four hexadecimal digits between dashes stand
 * before them.
 */
export function isInUuid(text: string, start: number, length: number): boolean {
  if (length !== 12 || text.charCodeAt(start - 1) !== 45 || text.charCodeAt(start - 6) !== 45) {
    return false;
  }
  for (let i = start - 5; i < start - 1; i++) if (!isHex(text.charCodeAt(i))) return false;
  return true;
}

import { fold } from '../query/words.ts';
import { TOKEN_HASHED, TOKEN_HEAD_CHARS, TOKEN_VALUE_CHARS } from './layout.ts';

/** Beginning of the tokens of field number `field` of a day; no word begins so. */
export function fieldPrefix(field: number): string {
  return `:${field.toString(36)}=`;
}

/** The part of a token that stands for a folded value. Equal tokens mean equal values. */
export function valueToken(folded: string): string {
  if (folded.length <= TOKEN_VALUE_CHARS) return folded;
  return folded.slice(0, TOKEN_HEAD_CHARS).toWellFormed() + TOKEN_HASHED + hash64(folded);
}

/** The same for a value as it stands in an event. */
export function tokenOf(value: string | number | boolean): string {
  return valueToken(fold(String(value)));
}

/** Two independent 32-bit hashes of a text, in base 36. */
function hash64(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ (unit + at), 0x85ebca6b);
    two ^= two >>> 13;
  }
  two = Math.imul(two ^ text.length, 0xc2b2ae35);
  return `${(one >>> 0).toString(36)}.${((two ^ (two >>> 16)) >>> 0).toString(36)}`;
}

import { compose, fold } from './fold.ts';

/** Any number of characters. */
export const STAR = 0;
/** Exactly one character. */
export const ONE = 1;
/** One of the five dashes of `windash`. */
export const DASH = 2;

/** A piece of a Sigma string: literal text, or one of `STAR`, `ONE`, `DASH`. */
export type Token = string | typeof STAR | typeof ONE | typeof DASH;

/** What stands for a dash or slash before an option (Sigma 2.1, appendix modifiers, windash). */
export const DASHES: ReadonlySet<string> = new Set(['-', '/', '–', '—', '―']);

/** A Sigma string: literals are never empty nor adjacent, nor are two `STAR`s adjacent. */
export type Pattern = readonly Token[];

const SPECIAL = /[*?]|\\\\/;

/** True when the text holds a wildcard or an escape; a backslash before anything else is itself. */
export function hasSpecial(text: string): boolean {
  return SPECIAL.test(text);
}

/**
 * Reads a Sigma string (Sigma 2.1, rules, "Escaping"): `\*`, `\?` and `\\` are literal characters,
 * a
 * single backslash before anything else is a backslash.
 */
export function parsePattern(text: string): Token[] {
  if (!hasSpecial(text)) return text === '' ? [] : [text];
  const tokens: Token[] = [];
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && i + 1 < text.length) {
      const next = text.charAt(i + 1);
      if (next === '*' || next === '?' || next === '\\') {
        literal += next;
        i++;
        continue;
      }
    }
    if (char === '*' || char === '?') {
      tokens.push(literal, char === '*' ? STAR : ONE);
      literal = '';
    } else literal += char;
  }
  tokens.push(literal);
  return tidy(tokens);
}

/** Joins literals, drops empty ones and joins stars. */
export function tidy(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if (token === '' || (token === STAR && last === STAR)) continue;
    if (typeof token === 'string' && typeof last === 'string') out[out.length - 1] = last + token;
    else out.push(token);
  }
  return out;
}

/** The text of a pattern without wildcards, else undefined. */
export function plainText(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return '';
  const [only] = pattern;
  return pattern.length === 1 && typeof only === 'string' ? only : undefined;
}

/** The pattern as events are compared with it: composed, and in lower case unless `cased`. */
export function prepare(pattern: Pattern, cased: boolean): Token[] {
  const change = cased ? compose : fold;
  // Half a character is no character: no rule finds it inside a whole one.
  return pattern.map((token) => (typeof token === 'string' ? change(token.toWellFormed()) : token));
}

/** The pattern as one would write it in a rule. */
export function writePattern(pattern: Pattern): string {
  const marks = ['*', '?', '{dash}'];
  return pattern
    .map((token) =>
      typeof token === 'string' ? token.replaceAll(/[*?]/g, String.raw`\$&`) : marks[token],
    )
    .join('');
}

/** How a pattern is best compared; `glob` is everything that is not one of the simple shapes. */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains'; readonly text: string }
  | { readonly kind: 'glob'; readonly pattern: Pattern };

/** The shape of a prepared pattern. */
export function shapeOf(pattern: Pattern): Shape {
  const kind = kindOf(pattern);
  if (kind === 'any') return { kind };
  return kind === 'glob' ? { kind, pattern } : { kind, text: literalOf(pattern) };
}

/** The kind of a pattern's shape by itself. */
export function kindOf(pattern: Pattern): Shape['kind'] {
  const first = pattern[0];
  if (pattern.length === 0) return 'exact';
  if (pattern.length === 1) {
    if (typeof first === 'string') return 'exact';
    return first === STAR ? 'any' : 'glob';
  }
  const second = pattern[1];
  if (pattern.length === 2) {
    if (typeof first === 'string' && second === STAR) return 'prefix';
    return first === STAR && typeof second === 'string' ? 'suffix' : 'glob';
  }
  const placed = pattern.length === 3 && first === STAR && pattern[2] === STAR;
  return placed && typeof second === 'string' ? 'contains' : 'glob';
}

/** The text of a pattern of a simple shape. */
export function literalOf(pattern: Pattern): string {
  const first = pattern[0];
  if (typeof first === 'string') return first;
  const second = pattern[1];
  return typeof second === 'string' ? second : '';
}

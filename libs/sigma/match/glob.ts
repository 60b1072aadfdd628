import { DASHES, ONE, STAR, shapeOf, type Pattern, type Token } from '../pattern.ts';

/** Tells whether a prepared text is what was asked for. */
export type TextTest = (text: string) => boolean;

/** A prepared pattern as a test; time grows with text × pattern at most, never faster. */
export function compilePattern(pattern: Pattern): TextTest {
  const shape = shapeOf(pattern);
  if (shape.kind === 'any') return () => true;
  if (shape.kind === 'glob') return compileGlob(shape.pattern);
  const wanted = shape.text;
  if (shape.kind === 'exact') return (text) => text === wanted;
  if (shape.kind === 'prefix') return (text) => text.startsWith(wanted);
  if (shape.kind === 'suffix') return (text) => text.endsWith(wanted);
  return (text) => text.includes(wanted);
}

type Piece = readonly Exclude<Token, typeof STAR>[];

function compileGlob(pattern: Pattern): TextTest {
  const pieces: Piece[] = [];
  let piece: Exclude<Token, typeof STAR>[] = [];
  for (const token of pattern) {
    if (token === STAR) {
      pieces.push(piece);
      piece = [];
    } else piece.push(token);
  }
  pieces.push(piece);
  const [head = [], ...rest] = pieces;
  const tail = rest.pop();
  return (text) => {
    let at = matchAt(text, 0, head);
    if (at < 0) return false;
    if (tail === undefined) return at === text.length;
    const end = matchBack(text, tail);
    if (end < at) return false;
    for (const middle of rest) {
      at = find(text, at, end, middle);
      if (at < 0) return false;
    }
    return true;
  };
}

/** Where the piece that starts at `at` ends, or -1. */
function matchAt(text: string, at: number, piece: Piece): number {
  let i = at;
  for (const token of piece) {
    if (typeof token === 'string') {
      if (!text.startsWith(token, i)) return -1;
      i += token.length;
    } else {
      if (i >= text.length) return -1;
      if (token === ONE) i += isPair(text, i) ? 2 : 1;
      else if (DASHES.has(text.charAt(i))) i++;
      else return -1;
    }
  }
  return i;
}

/** Where the piece that ends with the text starts, or -1. */
function matchBack(text: string, piece: Piece): number {
  let i = text.length;
  for (const token of piece.toReversed()) {
    if (typeof token === 'string') {
      if (!text.endsWith(token, i)) return -1;
      i -= token.length;
    } else {
      if (i <= 0) return -1;
      if (token === ONE) i -= i >= 2 && isPair(text, i - 2) ? 2 : 1;
      else if (DASHES.has(text.charAt(i - 1))) i--;
      else return -1;
    }
    if (i < 0) return -1;
  }
  return i;
}

/** The end of the first place of the piece in `[from, to)`, or -1. */
function find(text: string, from: number, to: number, piece: Piece): number {
  const [first] = piece;
  for (let at = from; at <= to; at++) {
    if (typeof first === 'string') {
      at = text.indexOf(first, at);
      if (at < 0) return -1;
    }
    const end = matchAt(text, at, piece);
    if (end >= 0) return end <= to ? end : -1;
  }
  return -1;
}

// One character that takes two UTF-16 units is one character.
function isPair(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  if (unit < 0xd800 || unit > 0xdbff || i + 1 >= text.length) return false;
  const low = text.charCodeAt(i + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Index of the quote that ends the string whose opening quote is at `start`; -1 when it never ends.
 */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/**
 * End (exclusive) of the JSON value that begins at `start`: the comma or bracket that follows it at
 * its own level.
 */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = stringEnd(text, i);
      if (i === -1) return -1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return i;
      depth--;
    } else if (code === 0x2c && depth === 0) return i;
  }
  return -1;
}

/**
 * The texts of the elements of a JSON array, cut by one pass without building the values; undefined
 * when the text is
 * no array that `JSON.parse` would take at its outermost level, or has more than `most` elements.
 */
export function jsonElements(text: string, most: number): string[] | undefined {
  let at = text.indexOf('[') + 1;
  const found: string[] = [];
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++;
    if (at >= text.length) return undefined;
    if (text.charCodeAt(at) === 0x5d && found.length === 0) break;
    const end = valueEnd(text, at);
    if (end === -1 || found.length >= most) return undefined;
    let last = end;
    while (last > at && isBlank(text.charCodeAt(last - 1))) last--;
    const first = text.charCodeAt(at);
    const plain = first !== 0x7b && first !== 0x5b;
    if (last === at || (plain && !isScalar(text.slice(at, last)))) return undefined;
    found.push(text.slice(at, last));
    at = end;
    if (text.charCodeAt(at) === 0x5d) break;
    at++;
  }
  for (let i = at + 1; i < text.length; i++) if (!isBlank(text.charCodeAt(i))) return undefined;
  return found;
}

function isScalar(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

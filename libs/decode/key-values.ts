/** Pairs read of one line. */
const PAIRS_MAX = 400;
const KEY_CHARS_MAX = 64;

function isKeyChar(code: number): boolean {
  const lower = code | 32;
  return (
    (lower >= 97 && lower <= 122) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  );
}

/**
 * Reads `key=value key="quoted value"` from `start` into `pairs`; words without `=` are passed over. Linear; a
 * backslash keeps a quote inside its value.
 */
export function readPairs(text: string, start: number, pairs: Map<string, string>): void {
  let at = start;
  const { length } = text;
  while (at < length && pairs.size < PAIRS_MAX) {
    while (at < length && !isKeyChar(text.charCodeAt(at))) at++;
    let end = at;
    while (end < length && isKeyChar(text.charCodeAt(end))) end++;
    if (text.charCodeAt(end) !== 61) {
      at = end + 1;
      continue;
    }
    const key = text.slice(at, Math.min(end, at + KEY_CHARS_MAX));
    let from = end + 1;
    if (text.charCodeAt(from) === 34) {
      from++;
      end = text.indexOf('"', from);
      while (end !== -1 && text.charCodeAt(end - 1) === 92 && text.charCodeAt(end - 2) !== 92) {
        end = text.indexOf('"', end + 1);
      }
      if (end === -1) end = length;
    } else {
      end = from;
      while (end < length && text.charCodeAt(end) !== 32) end++;
    }
    pairs.set(key, text.slice(from, end));
    at = end + 1;
  }
}

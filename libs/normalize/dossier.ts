/** Dossier codes kept of one record. */
const CODES_MAX = 16;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function digitsFrom(text: string, at: number): number {
  let end = at;
  while (end < at + 12 && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** End of `H49.12-250715-0003` whose `H` is at `at`; -1 when no dossier code stands there. */
function codeEnd(text: string, at: number): number {
  let end = at + 3;
  while (text.charCodeAt(end) === 46 && isDigit(text.charCodeAt(end + 1)))
    end = digitsFrom(text, end + 1);
  if (text.charCodeAt(end) !== 45) return -1;
  const date = end + 1;
  end = digitsFrom(text, date);
  if (end - date !== 6 || text.charCodeAt(end) !== 45) return -1;
  const number = end + 1;
  end = digitsFrom(text, number);
  return end - number >= 3 ? end : -1;
}

/** Start of the long form `000.12.34.H49-…` when it stands before the `H` at `at`. */
function codeStart(text: string, at: number): number {
  let start = at;
  while (start > 1 && at - start < 16) {
    if (text.charCodeAt(start - 1) !== 46 || !isDigit(text.charCodeAt(start - 2))) break;
    let from = start - 1;
    while (from > 0 && isDigit(text.charCodeAt(from - 1))) from--;
    start = from;
  }
  return start;
}

/**
 * The dossier codes in a text (Circular 01/2018/TT-VPCP Art. 19 and the short form); linear, at
 * most `CODES_MAX`.
 */
export function findDossierCodes(text: string): readonly string[] {
  let codes: string[] | undefined;
  for (let at = text.indexOf('H'); at !== -1; at = text.indexOf('H', at + 1)) {
    if (!isDigit(text.charCodeAt(at + 1)) || !isDigit(text.charCodeAt(at + 2))) continue;
    const end = codeEnd(text, at);
    if (end === -1) continue;
    const code = text.slice(codeStart(text, at), end);
    codes ??= [];
    if (!codes.includes(code)) codes.push(code);
    if (codes.length >= CODES_MAX) break;
  }
  return codes ?? NONE;
}

const NONE: readonly string[] = [];

/** `H49` of a dossier code of either form. */
export function dossierPrefix(code: string): string {
  const at = code.indexOf('H');
  return code.slice(at, at + 3);
}

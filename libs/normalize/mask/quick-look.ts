import { isEmailChar, isHex, isNameChar } from './surroundings.ts';
import { SECRET_NAMES_WHOLE, SECRET_NAME_ENDS } from './words.ts';

/*
 * A first look at the bytes of a record, several times as quick as the scan of its text. It may
 * call a clean record suspicious, never the other way round: every start of a span in scan.ts has
 * its sign here, in a wider form.
 */

const DIGIT = 1;
const DELIMITER = 2;
const AT = 3;
const LETTER_P = 4;
const LETTER_X = 5;
const LETTER_B = 6;
const LETTER_J = 7;

const KIND = new Uint8Array(256);
for (let code = 48; code <= 57; code++) KIND[code] = DIGIT;
KIND[58] = KIND[61] = DELIMITER;
KIND[64] = AT;
KIND[80] = KIND[112] = LETTER_P;
KIND[88] = KIND[120] = LETTER_X;
KIND[66] = KIND[98] = LETTER_B;
KIND[74] = LETTER_J;

/** Digits, and what stands between their groups. */
const IN_NUMBER = new Uint8Array(256);
IN_NUMBER.fill(1, 48, 58);
IN_NUMBER[32] = IN_NUMBER[45] = IN_NUMBER[46] = 1;
const NUMBER_BYTES_MIN = 9;

/** UTF-8 of the characters before a nine-digit number among which papers are named. */
const PAPER_NEAR_BYTES = 40 * 3;
/** As far back as a name is read. */
const NAME_BYTES_MAX = 40;

/*
 * The names of secrets backwards, letter by letter: one row of 32 places for each beginning of
 * such a reversed name, the next row's number under the letter's low five bits.
 */
const ROW = 32;
/** Place in a row: set when a name may end here whatever stands before. */
const ANYWHERE = 0;
/** Place in a row: set when it may end here where the name begins. */
const WHOLE = 31;
const ROWS_MAX = 512;
const rows = new Uint16Array(ROWS_MAX * ROW);
let rowCount = 1;

function enter(name: string, how: typeof ANYWHERE | typeof WHOLE): void {
  let row = 0;
  for (let i = name.length - 1; i >= 0; i--) {
    const place = row * ROW + (name.charCodeAt(i) & 31);
    if (rows[place] === 0) rows[place] = rowCount++;
    row = rows[place]!;
  }
  rows[row * ROW + how] = 1;
}

for (const name of SECRET_NAMES_WHOLE) enter(name, WHOLE);
for (const end of SECRET_NAME_ENDS) enter(end, ANYWHERE);
// "mat khau" is a name of two words.
enter('khau', ANYWHERE);

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

function isMobilePrefix(code: number): boolean {
  return code === 51 || code === 53 || code === 55 || code === 56 || code === 57;
}

function isDigitByte(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** True when what stands before twelve digits is the fourth group of a UUID. */
function endsUuid(bytes: Buffer, least: number, start: number): boolean {
  if (start - 6 < least || bytes[start - 1] !== 45 || bytes[start - 6] !== 45) return false;
  for (let i = start - 5; i < start - 1; i++) if (!isHex(bytes[i]!)) return false;
  return true;
}

/** True when some part of a word for identity papers, with marks or without, stands before. */
function paperIsNamed(bytes: Buffer, least: number, start: number): boolean {
  for (let i = Math.max(least, start - PAPER_NEAR_BYTES); i + 2 < start; i++) {
    const code = bytes[i]! | 32;
    if (code !== 99 && code !== 110 && code !== 121) continue;
    const before = i > least ? bytes[i - 1]! : 0;
    const next = bytes[i + 1]!;
    const third = bytes[i + 2]! | 32;
    const blank = next === 32 || next === 95;
    if (code === 99) {
      // cmnd, cmt, cccd
      if ((next | 32) === 109 && (third === 110 || third === 116)) return true;
      if ((next | 32) === 99 && (third === 99 || third === 100)) return true;
    } else if (code === 110) {
      // dinh danh, chung minh, can cuoc
      if ((next | 32) === 104 && (before > 127 || (before | 32) === 105)) return true;
      if (blank && third === 99) return true;
    } else if (before > 127 || (before | 32) === 97) {
      // giay to
      if ((next | 32) === 116 || (blank && third === 116)) return true;
    }
  }
  return false;
}

function isLongNumber(bytes: Buffer, least: number, start: number, length: number): boolean {
  const first = bytes[start];
  if (length === 9) return paperIsNamed(bytes, least, start);
  if (first === 48) {
    if (length === 12) return !endsUuid(bytes, least, start);
    if (length === 10) return isMobilePrefix(bytes[start + 1]!);
    return length === 13 && bytes[start + 1] === 48;
  }
  return length === 11 && first === 56 && bytes[start + 1] === 52;
}

/** Groups of digits with one sign between them, enough of them for a phone. */
function isSeparated(bytes: Buffer, least: number, start: number, firstEnd: number): boolean {
  const divider = bytes[firstEnd];
  if (divider !== 32 && divider !== 46 && divider !== 45) return false;
  if (bytes[start] === 56 && bytes[start + 1] !== 52) return false;
  if (start > least && isNameChar(bytes[start - 1]!)) return false;
  let end = firstEnd;
  let digits = firstEnd - start;
  while (bytes[end] === divider && digits < 12) {
    let group = 0;
    while (group < 5 && isDigitByte(bytes[end + 1 + group])) group++;
    if (group < 2 || group > 4) break;
    digits += group;
    end += 1 + group;
  }
  return digits >= 10;
}

/** A run of two digits or more that may be a part of a number of a person. */
function isNumber(bytes: Buffer, least: number, start: number, end: number): boolean {
  const length = end - start;
  // "%22" takes two digits away from the number behind it, "%2522" four.
  if (length > 3 && start > least && bytes[start - 1] === 37) return true;
  if (length >= 9) return length <= 13 && isLongNumber(bytes, least, start, length);
  return length <= 4 && isSeparated(bytes, least, start, end);
}

/** True when the name that ends before `at` says that its value is secret. */
function isSecretName(bytes: Buffer, least: number, at: number): boolean {
  let i = at - 1;
  for (let past = 0; past < 4 && i >= least; past++, i--) {
    const code = bytes[i]!;
    if (code !== 34 && code !== 39 && code !== 92 && code !== 32) break;
  }
  if (i <= least) return false;
  // "khẩu" has a letter beyond ASCII, or a tone mark, before its last one.
  if (bytes[i - 1]! > 127) return (bytes[i]! | 32) === 117;
  const furthest = Math.max(least, i - NAME_BYTES_MAX + 1);
  let row = 0;
  for (; i >= furthest; i--) {
    const code = bytes[i]!;
    if (isLetter(code)) {
      row = rows[row * ROW + (code & 31)]!;
      if (row === 0) return false;
      if (rows[row * ROW + ANYWHERE] === 1) return true;
    } else if (code !== 45 && code !== 95) break;
  }
  // A digit before the name is a part of it; no secret's name has one.
  if (i >= furthest && isDigitByte(bytes[i])) return false;
  return rows[row * ROW + WHOLE] === 1;
}

/** True for the middle of "otp" and the start of "xac", "xác" in either form of Unicode. */
function isCodeWord(bytes: Buffer, kind: number, at: number): boolean {
  if (kind === LETTER_P) return (bytes[at - 1]! | 32) === 116 && (bytes[at - 2]! | 32) === 111;
  const next = bytes[at + 1]! | 32;
  const third = bytes[at + 2]!;
  return next === 0xe3 || (next === 97 && ((third | 32) === 99 || third === 0xcc));
}

/** An address, a bearer token or a JWT may stand here. */
function isToken(bytes: Buffer, least: number, kind: number, at: number): boolean {
  const before = at > least ? bytes[at - 1]! : 0;
  if (kind === AT) return isEmailChar(before);
  if (kind === LETTER_J) return before === 121;
  // What stands behind the end is another record of the body: that is wider, never narrower.
  return (
    (bytes[at + 1]! | 32) === 101 && (bytes[at + 2]! | 32) === 97 && (bytes[at + 3]! | 32) === 114
  );
}

/** Looks at the runs of digits in a stretch of digits and dividers. */
function isNumberIn(bytes: Buffer, least: number, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    if (KIND[bytes[i]!] !== DIGIT) {
      i++;
      continue;
    }
    const from = i++;
    while (i < end && KIND[bytes[i]!] === DIGIT) i++;
    const first = bytes[from];
    const may = first === 48 || first === 56 || i - from > 3;
    if (may && i - from > 1 && isNumber(bytes, least, from, i)) return true;
  }
  return false;
}

/**
 * Numbers of persons have nine digits and more, in one run or in groups: one of every nine bytes is
 * enough to meet them all.
 */
function mayNumbersStand(bytes: Buffer, start: number, end: number): boolean {
  let probe = start + NUMBER_BYTES_MIN - 1;
  while (probe < end) {
    if (IN_NUMBER[bytes[probe]!] === 0) {
      probe += NUMBER_BYTES_MIN;
      continue;
    }
    let from = probe;
    while (from > start && IN_NUMBER[bytes[from - 1]!] === 1) from--;
    let to = probe + 1;
    while (to < end && IN_NUMBER[bytes[to]!] === 1) to++;
    if (to - from >= NUMBER_BYTES_MIN && isNumberIn(bytes, start, from, to)) return true;
    probe = to + NUMBER_BYTES_MIN;
  }
  return false;
}

function mayWordsStand(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const kind = KIND[bytes[i]!]!;
    if (kind <= DIGIT) continue;
    if (kind === DELIMITER) {
      if (isSecretName(bytes, start, i)) return true;
    } else if (kind === LETTER_P || kind === LETTER_X) {
      if (isCodeWord(bytes, kind, i)) return true;
    } else if (isToken(bytes, start, kind, i)) return true;
  }
  return false;
}

/**
 * False when `findSecrets` would find nothing in the text of these bytes; true when it is worth
 * asking.
 */
export function maySecretsStand(bytes: Buffer, start: number, end: number): boolean {
  return mayNumbersStand(bytes, start, end) || mayWordsStand(bytes, start, end);
}

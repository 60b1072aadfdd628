import type { FieldValue, Scalar } from '#libs/model';

import {
  CODE_BEYOND,
  COLUMN_FIELDS,
  DICTIONARY_OF_SLOT,
  DICTIONARY_VALUES_MAX,
  isShared,
  SLOT_OF_FIELD,
} from './layout.ts';
import { lookOf } from './text-look.ts';
import { hashValue, seedOf } from './token-hash.ts';
import { TokenPairs } from './token-pairs.ts';

/** Values of one row of the file: few enough to read all for the sake of one. */
const ROW_VALUES = 256;
const RECENT_VALUES = 256;
const RECENT_SIZE = (SLOT_OF_FIELD.size + 2) * RECENT_VALUES;
/** Longer values are no column values; they are found by tokens. */
const COLUMN_VALUE_CHARS_MAX = 256;

/** Values of a dictionary from a code on, as the file keeps them. */
export interface DictionaryRow {
  readonly slot: number;
  readonly code: number;
  readonly v: string;
}

interface Codes {
  readonly byValue: Map<FieldValue, number>;
  last: number;
  /** Values from this code on are not in the file yet. */
  kept: number;
  fresh: FieldValue[];
  readonly seed: number;
}

/** Codes of the values of columns over one day; some columns share theirs. */
export class Dictionaries {
  /** Where the tokens of new values lead: to their codes. */
  readonly pairs = new TokenPairs();
  /** By the number of the column that stands for all that share it. */
  readonly #codes: (Codes | undefined)[] = [];
  /** Texts that were asked last, by dictionary and the end of the look of the text. */
  readonly #recentLooks = new Uint16Array(RECENT_SIZE);
  readonly #recentTexts: string[] = Array.from({ length: RECENT_SIZE }, () => '');
  readonly #recentCodes = new Uint16Array(RECENT_SIZE);

  /** Remembers what the file has. */
  load({ slot, code, v }: DictionaryRow): void {
    const codes = this.#codesOf(slot);
    for (const [index, value] of (JSON.parse(v) as FieldValue[]).entries()) {
      codes.byValue.set(keyOf(value), code + index);
      codes.last = Math.max(codes.last, code + index);
    }
    codes.kept = codes.last;
  }

  /**
   * The code of a value that is not empty; `CODE_BEYOND` when there is no room for another.
   */
  codeOf(slot: number, value: FieldValue): number {
    const dictionary = DICTIONARY_OF_SLOT[slot] ?? slot;
    if (typeof value !== 'string' || value === '') return this.#lookUp(dictionary, value);
    const look = lookOf(value);
    const at = dictionary * RECENT_VALUES + ((look >> 1) & (RECENT_VALUES - 1));
    if (this.#recentLooks[at] === look && this.#recentTexts[at] === value) {
      return this.#recentCodes[at] ?? 0;
    }
    const code = this.#lookUp(dictionary, value);
    this.#recentLooks[at] = look;
    this.#recentTexts[at] = value;
    this.#recentCodes[at] = code;
    return code;
  }

  /** What is new since `settle`, as rows of the file. */
  rows(): DictionaryRow[] {
    const rows: DictionaryRow[] = [];
    this.#codes.forEach((codes, slot) => {
      if (codes === undefined) return;
      const { fresh, kept } = codes;
      for (let at = 0; at < fresh.length; at += ROW_VALUES) {
        const v = JSON.stringify(fresh.slice(at, at + ROW_VALUES));
        rows.push({ slot, code: kept + 1 + at, v });
      }
    });
    return rows;
  }

  /** Once the file has what was new. */
  settle(): void {
    for (const codes of this.#codes) {
      if (codes === undefined) continue;
      codes.kept = codes.last;
      codes.fresh = [];
    }
    this.pairs.clear();
  }

  #lookUp(dictionary: number, value: FieldValue): number {
    const codes = this.#codesOf(dictionary);
    // Several addresses or names together rarely come again.
    if (Array.isArray(value) && isShared(dictionary)) return CODE_BEYOND;
    const key = keyOf(value);
    if (typeof key === 'string' && key.length > COLUMN_VALUE_CHARS_MAX) return CODE_BEYOND;
    const known = codes.byValue.get(key);
    if (known !== undefined) return known;
    if (codes.last >= DICTIONARY_VALUES_MAX) return CODE_BEYOND;
    const code = ++codes.last;
    codes.byValue.set(key, code);
    codes.fresh.push(value);
    for (const one of Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar]) {
      if (one !== null) this.pairs.push(hashValue(codes.seed, one), code);
    }
    return code;
  }

  #codesOf(dictionary: number): Codes {
    return (this.#codes[dictionary] ??= {
      byValue: new Map(),
      last: 0,
      kept: 0,
      fresh: [],
      seed: dictionarySeed(dictionary),
    });
  }
}

/** Where the hashes of a dictionary's values begin. */
export function dictionarySeed(slot: number): number {
  const dictionary = DICTIONARY_OF_SLOT[slot] ?? slot;
  return seedOf(COLUMN_FIELDS.find((field) => SLOT_OF_FIELD.get(field) === dictionary) ?? '');
}

/** A key that no value of another kind has: lists and what looks like one begin with NUL. */
function keyOf(value: FieldValue): FieldValue {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
  return Array.isArray(value) ? `\0l${JSON.stringify(value)}` : value;
}

import type { FieldValue, Scalar } from '#libs/model';

import { BLOCK_EVENTS } from './layout.ts';

/** One bit for each row of a block. */
export type BlockBits = Uint32Array;
export const BLOCK_WORDS = BLOCK_EVENTS / 32;

/**
 * How the values of a section stand: as they are; as ms after the event's time, or after its
 * receipt, of an ISO time; or not at all, because they are the same as `message`.
 */
export const PLAIN = 0;
export const AFTER_TIME = 1;
export const AFTER_RECEIPT = 2;
export const AS_MESSAGE = 3;
export type SectionKind =
  | typeof PLAIN
  | typeof AFTER_TIME
  | typeof AFTER_RECEIPT
  | typeof AS_MESSAGE;

/** Numbers of sections that are no fields: the ms from time to receipt, and whole field records. */
export const DELAY_SECTION = 0;
export const UNSHAPED_SECTION = 0xff_ff;

/** A section's value: a field's, or the fields of an event whose names have no numbers. */
export type SectionValue = FieldValue | Readonly<Record<string, FieldValue>>;

/** Number of rows and of sections. */
export const BLOCK_HEAD_BYTES = 4;
/** Field number, kind, which bitmaps follow, and the bytes of the values. */
export const SECTION_HEAD_BYTES = 8;
export const ALL_PRESENT = 1;
export const ALL_FRESH = 2;
/** All rows that are there have the one value. */
export const ONE_FRESH = 4;

/** Gathers the values of one field in one block; a value like the one before is not kept again. */
export class SectionText {
  readonly id: number;
  readonly kind: SectionKind;
  readonly present: BlockBits = new Uint32Array(BLOCK_WORDS);
  readonly fresh: BlockBits = new Uint32Array(BLOCK_WORDS);
  values: SectionValue[] = [];
  rows = 0;
  #last: SectionValue | undefined;

  constructor(id: number, kind: SectionKind) {
    this.id = id;
    this.kind = kind;
  }

  /** False when the value is the same as that of the row before it. */
  put(row: number, value: SectionValue): boolean {
    const word = row >> 5;
    const bit = 1 << (row & 31);
    this.present[word] = (this.present[word] ?? 0) | bit;
    this.rows++;
    if (isSame(value, this.#last)) return false;
    this.fresh[word] = (this.fresh[word] ?? 0) | bit;
    this.#last = value;
    this.values.push(value);
    return true;
  }

  clear(): void {
    this.present.fill(0);
    this.fresh.fill(0);
    this.values = [];
    this.rows = 0;
    this.#last = undefined;
  }
}

/** Whether two values are certainly the same: plain ones, and lists of one text. */
function isSame(one: SectionValue, other: SectionValue | undefined): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other)) return false;
  const [first] = one as readonly Scalar[];
  return one.length === 1 && other.length === 1 && first === other[0];
}

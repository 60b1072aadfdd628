import type { FieldValue } from '#libs/model';

import { BLOCK_EVENTS } from './layout.ts';
import { lookOf } from './text-look.ts';

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
/** Field number, kind, flags, and the bytes of the values. */
export const SECTION_HEAD_BYTES = 8;
/** Every row of the block is there; else a bitmap of those that are follows. */
export const ALL_PRESENT = 1;
/** Every row that is there has a value of its own, in order. */
export const ALL_FRESH = 2;
/** All rows that are there have the one value; without either flag a byte for each row follows. */
export const ONE_FRESH = 4;

/** All values are texts of one line: they stand each on a line, else as JSON. */
export const LINES = 8;

const LOOKS = 32;

/** Gathers the values of one field in one block; a value that was met lately is not kept again. */
export class SectionText {
  readonly id: number;
  readonly kind: SectionKind;
  readonly present: BlockBits = new Uint32Array(BLOCK_WORDS);
  /** For each row that is there, in order, which of the values it has. */
  readonly indexes = new Uint8Array(BLOCK_EVENTS);
  values: SectionValue[] = [];
  rows = 0;
  /** Whether all values are texts of one line. */
  isLines = true;
  /** By the end of the look of a value: the look, and where such a one stood last. */
  readonly #looks = new Uint16Array(LOOKS);
  readonly #lately = new Uint8Array(LOOKS);

  constructor(id: number, kind: SectionKind) {
    this.id = id;
    this.kind = kind;
  }

  /** False when the value was met lately. */
  put(row: number, value: SectionValue): boolean {
    const word = row >> 5;
    this.present[word] = (this.present[word] ?? 0) | (1 << (row & 31));
    const { values } = this;
    const look = lookOfValue(value);
    const at = (look >> 1) & (LOOKS - 1);
    const known = this.#lately[at] ?? 0;
    if (this.#looks[at] === look && known < values.length && values[known] === value) {
      this.indexes[this.rows++] = known;
      return false;
    }
    this.#looks[at] = look;
    this.#lately[at] = values.length;
    this.indexes[this.rows++] = values.length;
    values.push(value);
    this.isLines &&= typeof value === 'string' && !value.includes('\n');
    return true;
  }

  clear(): void {
    this.present.fill(0);
    this.values = [];
    this.rows = 0;
    this.isLines = true;
  }
}

function lookOfValue(value: SectionValue): number {
  if (typeof value === 'string') return lookOf(value);
  return typeof value === 'number' ? value & 0xffff : 0;
}

import { zstdDecompressSync } from 'node:zlib';

import {
  ALL_FRESH,
  ALL_PRESENT,
  AS_MESSAGE,
  BLOCK_HEAD_BYTES,
  BLOCK_WORDS,
  DELAY_SECTION,
  ONE_FRESH,
  SECTION_HEAD_BYTES,
  type BlockBits,
  type SectionKind,
  type SectionValue,
} from './block-section.ts';

/** Where a section of a block lies; its values are read when they are asked for. */
export interface Section {
  readonly kind: SectionKind;
  readonly present: BlockBits;
  /** Rows whose value is not that of the row before them. */
  readonly fresh: BlockBits;
  readonly start: number;
  readonly end: number;
  values: readonly SectionValue[] | undefined;
}

/** One row of a section. */
export interface SectionRow {
  readonly row: number;
  readonly fresh: boolean;
  readonly value: SectionValue;
}

const NO_SECTIONS: readonly Section[] = [];

/** The texts of the events of one block, as they were kept. */
export class Block {
  readonly rows: number;
  readonly #bytes: Buffer;
  readonly #sections = new Map<number, Section[]>();

  constructor(packed: Uint8Array) {
    const bytes = zstdDecompressSync(packed);
    this.#bytes = bytes;
    this.rows = bytes.readUInt16LE(0);
    let at = BLOCK_HEAD_BYTES;
    for (let left = bytes.readUInt16LE(2); left > 0; left--) {
      const id = bytes.readUInt16LE(at);
      const flags = bytes.readUInt8(at + 3);
      const length = bytes.readUInt32LE(at + 4);
      const kind = bytes.readUInt8(at + 2) as SectionKind;
      at += SECTION_HEAD_BYTES;
      const present = (flags & ALL_PRESENT) === 0 ? this.#bits(at) : ALL_ROWS;
      if ((flags & ALL_PRESENT) === 0) at += BLOCK_WORDS * 4;
      let fresh = present;
      if ((flags & ONE_FRESH) !== 0) fresh = firstOf(present);
      else if ((flags & ALL_FRESH) === 0) {
        fresh = this.#bits(at);
        at += BLOCK_WORDS * 4;
      }
      const section = { kind, present, fresh, start: at, end: at + length, values: undefined };
      const others = this.#sections.get(id);
      if (others === undefined) this.#sections.set(id, [section]);
      else others.push(section);
      at += length;
    }
  }

  /** Bytes that it takes in memory, about. */
  get size(): number {
    return this.#bytes.length * 2;
  }

  /** Sections of a field; one row is in at most one of them. */
  sections(field: number): readonly Section[] {
    return this.#sections.get(field) ?? NO_SECTIONS;
  }

  /** The values of a section, in the order of its fresh rows. */
  values(section: Section): readonly SectionValue[] {
    if (section.kind === AS_MESSAGE) return [];
    return (section.values ??= JSON.parse(
      this.#bytes.toString('utf8', section.start, section.end),
    ) as SectionValue[]);
  }

  /** The section of a field that holds a row, and the row's value as it stands there. */
  find(field: number, row: number): { kind: SectionKind; value: SectionValue } | undefined {
    for (const section of this.sections(field)) {
      if (!hasRow(section.present, row)) continue;
      const value = this.values(section)[rowsUpTo(section.fresh, row) - 1] ?? null;
      return { kind: section.kind, value };
    }
    return undefined;
  }

  /** The ms from an event's time to its receipt. */
  delay(row: number): number {
    return Number(this.find(DELAY_SECTION, row)?.value ?? 0);
  }

  /** Numbers of the fields that have sections. */
  fields(): IterableIterator<number> {
    return this.#sections.keys();
  }

  /** The rows of a section in order; `fresh` says that the value was not met just before. */
  *rowsOf(section: Section): Generator<SectionRow> {
    const values = this.values(section);
    let index = -1;
    for (let row = 0; row < this.rows; row++) {
      if (!hasRow(section.present, row)) continue;
      const fresh = hasRow(section.fresh, row);
      if (fresh) index++;
      yield { row, fresh, value: values[index] ?? null };
    }
  }

  #bits(at: number): BlockBits {
    return Uint32Array.from({ length: BLOCK_WORDS }, (_, word) =>
      this.#bytes.readUInt32LE(at + word * 4),
    );
  }
}

const ALL_ROWS: BlockBits = new Uint32Array(BLOCK_WORDS).fill(0xffffffff);

export function hasRow(bits: BlockBits, row: number): boolean {
  return (((bits[row >> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

function firstOf(bits: BlockBits): BlockBits {
  const first = new Uint32Array(BLOCK_WORDS);
  const word = bits.findIndex((each) => each !== 0);
  if (word >= 0) first[word] = (bits[word] ?? 0) & -(bits[word] ?? 0);
  return first;
}

/** How many rows are set up to a row, itself included. */
function rowsUpTo(bits: BlockBits, row: number): number {
  let count = 0;
  for (let word = 0; word < row >> 5; word++) count += ones(bits[word] ?? 0);
  const rest = 31 - (row & 31);
  return count + ones(((bits[row >> 5] ?? 0) << rest) >>> 0);
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

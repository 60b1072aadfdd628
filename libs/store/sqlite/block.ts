import { zstdDecompressSync } from 'node:zlib';

import { BLOCK_EVENTS } from './layout.ts';
import {
  ALL_FRESH,
  ALL_PRESENT,
  AS_MESSAGE,
  BLOCK_HEAD_BYTES,
  BLOCK_WORDS,
  DELAY_SECTION,
  LINES,
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
  /** Which value a row has: its own, the one there is, or what the byte at this place says. */
  readonly index: 'own' | 'one' | number;
  readonly start: number;
  readonly end: number;
  readonly isLines: boolean;
  values: readonly SectionValue[] | undefined;
}

/** One row of a section. */
interface SectionRow {
  readonly row: number;
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
      let index: Section['index'] = (flags & ONE_FRESH) === 0 ? 'own' : 'one';
      if ((flags & (ALL_FRESH | ONE_FRESH)) === 0) {
        index = at;
        at += (flags & ALL_PRESENT) === 0 ? rowsUpTo(present, BLOCK_EVENTS - 1) : this.rows;
      }
      const end = at + length;
      const isLines = (flags & LINES) !== 0;
      const section = { kind, present, index, start: at, end, isLines, values: undefined };
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

  /** The different values of a section. */
  values(section: Section): readonly SectionValue[] {
    if (section.kind === AS_MESSAGE) return [];
    if (section.values === undefined) {
      const text = this.#bytes.toString('utf8', section.start, section.end);
      section.values = section.isLines ? text.split('\n') : (JSON.parse(text) as SectionValue[]);
    }
    return section.values;
  }

  /** The section of a field that holds a row, and the row's value as it stands there. */
  find(field: number, row: number): { kind: SectionKind; value: SectionValue } | undefined {
    for (const section of this.sections(field)) {
      if (!hasRow(section.present, row)) continue;
      const value = this.#valueOf(section, rowsUpTo(section.present, row) - 1);
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

  /** The rows of a section in order. */
  *rowsOf(section: Section): Generator<SectionRow> {
    let rank = 0;
    for (let row = 0; row < this.rows; row++) {
      if (hasRow(section.present, row)) yield { row, value: this.#valueOf(section, rank++) };
    }
  }

  /** The value of the row of this number among those that are there. */
  #valueOf(section: Section, rank: number): SectionValue {
    const { index } = section;
    let at = rank;
    if (index === 'one') at = 0;
    else if (index !== 'own') at = this.#bytes[index + rank] ?? 0;
    return this.values(section)[at] ?? null;
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

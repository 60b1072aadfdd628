import { constants, zstdCompressSync } from 'node:zlib';

import type { Fields } from '#libs/model';

import { Block } from './block.ts';
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
  PLAIN,
  SECTION_HEAD_BYTES,
  SectionText,
  UNSHAPED_SECTION,
  type BlockBits,
  type SectionKind,
} from './block-section.ts';

const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const FIRST_ROOM = 262_144;
/** Room that is kept from one block to the next. */
const ROOM_MAX = 4_194_304;
/** A UTF-16 unit takes at most so many bytes. */
const BYTES_PER_UNIT = 3;
const BITMAP_AND_INDEXES = BLOCK_WORDS * 4 + BLOCK_EVENTS;

/** The texts of the events of one block, field by field, as they are gathered. */
export class BlockText {
  readonly #delays = new SectionText(DELAY_SECTION, PLAIN);
  readonly #unshaped = new SectionText(UNSHAPED_SECTION, PLAIN);
  /** Sections that have a row in this block. */
  #sections: SectionText[] = [];
  #room = Buffer.allocUnsafe(FIRST_ROOM);
  #at = 0;

  put(section: SectionText, row: number, value: SectionText['values'][number]): boolean {
    if (section.rows === 0) this.#sections.push(section);
    return section.put(row, value);
  }

  /** Every event has one: the ms from its time to its receipt. */
  putDelay(row: number, delay: number): void {
    this.put(this.#delays, row, delay);
  }

  /** The fields of an event whose names have no numbers. */
  putUnshaped(row: number, fields: Fields): void {
    this.put(this.#unshaped, row, fields);
  }

  clear(): void {
    for (const section of this.#sections) section.clear();
    this.#sections = [];
  }

  /** The first `n` rows as bytes to keep. */
  pack(n: number): Uint8Array {
    this.#at = 0;
    this.#reserve(BLOCK_HEAD_BYTES);
    this.#room.writeUInt16LE(n, 0);
    this.#at = this.#room.writeUInt16LE(this.#sections.length, 2);
    for (const section of this.#sections) this.#packSection(section, n);
    const packed = zstdCompressSync(this.#room.subarray(0, this.#at), LEVEL);
    if (this.#room.length > ROOM_MAX) this.#room = Buffer.allocUnsafe(FIRST_ROOM);
    return packed;
  }

  /** Takes up a block where an earlier writer left it. `sectionOf` gives the section of a field. */
  restore(packed: Uint8Array, sectionOf: (id: number, kind: SectionKind) => SectionText): void {
    const block = new Block(packed);
    for (const id of block.fields()) {
      for (const section of block.sections(id)) {
        let into: SectionText;
        if (id === DELAY_SECTION) into = this.#delays;
        else into = id === UNSHAPED_SECTION ? this.#unshaped : sectionOf(id, section.kind);
        for (const { row, value } of block.rowsOf(section)) this.put(into, row, value);
      }
    }
  }

  #packSection(section: SectionText, n: number): void {
    const { id, kind, values, rows } = section;
    const joined =
      kind !== AS_MESSAGE && section.isLines ? (values as string[]).join('\n') : undefined;
    // A half of a pair that stands alone would not come back from the bytes.
    const lines = joined?.isWellFormed() === true ? joined : undefined;
    const text = lines ?? (kind === AS_MESSAGE ? '' : JSON.stringify(values));
    this.#reserve(SECTION_HEAD_BYTES + text.length * BYTES_PER_UNIT + BITMAP_AND_INDEXES);
    let flags = rows === n ? ALL_PRESENT : 0;
    if (values.length === rows) flags |= ALL_FRESH;
    else if (values.length === 1) flags |= ONE_FRESH;
    if (lines !== undefined) flags |= LINES;
    const head = this.#at;
    this.#at += SECTION_HEAD_BYTES;
    if ((flags & ALL_PRESENT) === 0) this.#packBits(section.present);
    if ((flags & (ALL_FRESH | ONE_FRESH)) === 0) {
      this.#room.set(section.indexes.subarray(0, rows), this.#at);
      this.#at += rows;
    }
    const bytes = this.#room.write(text, this.#at, 'utf8');
    this.#at += bytes;
    this.#room.writeUInt16LE(id, head);
    this.#room[head + 2] = kind;
    this.#room[head + 3] = flags;
    this.#room.writeUInt32LE(bytes, head + 4);
  }

  #packBits(bits: BlockBits): void {
    for (const word of bits) this.#at = this.#room.writeUInt32LE(word, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#room.length) return;
    const larger = Buffer.allocUnsafe((this.#at + bytes) * 2);
    this.#room.copy(larger, 0, 0, this.#at);
    this.#room = larger;
  }
}

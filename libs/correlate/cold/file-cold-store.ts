import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '#libs/model';

import type { ColdPart, ColdStore } from './cold-store.ts';

/** First word of the foot of a segment: what it is, and the number of its layout. */
const MAGIC = Buffer.from('TCCOLD01');
const FOOT_BYTES = MAGIC.length + 4 + 8;
/** Hash, offset and length of a record. */
const ENTRY_BYTES = 8 + 8 + 4;
const SUFFIX = '.cold';

interface Entry {
  readonly hash: bigint;
  readonly offset: number;
  readonly length: number;
}

function hashOf(key: string): bigint {
  return BigInt(`0x${sha256(key).slice(0, 16)}`);
}

/**
 * Segments as files of one folder: the records, then their places in the order of their keys'
 * hashes, then a foot that tells where these begin. A reader looks at a few places and one record.
 */
export class FileColdStore implements ColdStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async write(segment: string, parts: readonly ColdPart[]): Promise<void> {
    const records: Buffer[] = [];
    const entries: Entry[] = [];
    let offset = 0;
    for (const { key, bytes } of parts) {
      const name = Buffer.from(key);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(name.length);
      const record = Buffer.concat([head, name, bytes]);
      records.push(record);
      entries.push({ hash: hashOf(key), offset, length: record.length });
      offset += record.length;
    }
    entries.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
    const foot = Buffer.alloc(FOOT_BYTES);
    MAGIC.copy(foot);
    foot.writeUInt32LE(entries.length, MAGIC.length);
    foot.writeDoubleLE(offset, MAGIC.length + 4);
    await this.#replace(segment, [...records, placesOf(entries), foot]);
  }

  async #replace(segment: string, pieces: readonly Buffer[]): Promise<void> {
    const file = join(this.#folder, segment + SUFFIX);
    const handle = await open(`${file}.new`, 'w');
    try {
      await handle.writeFile(Buffer.concat(pieces));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
    const folder = await open(this.#folder);
    await folder.sync();
    await folder.close();
  }

  read(segment: string, key: string): Promise<Uint8Array | undefined> {
    const file = join(this.#folder, segment + SUFFIX);
    return new Promise((resolve) => resolve(readFrom(file, key)));
  }

  keep(segments: ReadonlySet<string>): Promise<void> {
    for (const name of readdirSync(this.#folder))
      if (name.endsWith(SUFFIX) && !segments.has(name.slice(0, -SUFFIX.length)))
        rmSync(join(this.#folder, name), { force: true });
    return Promise.resolve();
  }
}

/** A segment's file to read from; undefined when there is none. */
function opened(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readFrom(file: string, key: string): Uint8Array | undefined {
  const handle = opened(file);
  if (handle === undefined) return undefined;
  try {
    return find(handle, key);
  } finally {
    closeSync(handle);
  }
}

function placesOf(entries: readonly Entry[]): Buffer {
  const places = Buffer.alloc(entries.length * ENTRY_BYTES);
  for (const [i, { hash, offset, length }] of entries.entries()) {
    places.writeBigUInt64LE(hash, i * ENTRY_BYTES);
    places.writeDoubleLE(offset, i * ENTRY_BYTES + 8);
    places.writeUInt32LE(length, i * ENTRY_BYTES + 16);
  }
  return places;
}

function bytesAt(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(handle, bytes, 0, length, position) !== length)
    throw new Error('a segment of put away matches is cut off');
  return bytes;
}

/** The bytes under a key in an open segment. */
function find(handle: number, key: string): Uint8Array | undefined {
  const { size } = fstatSync(handle);
  const foot = bytesAt(handle, size - FOOT_BYTES, FOOT_BYTES);
  if (!foot.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error('a segment of put away matches has no foot of this layout');
  const count = foot.readUInt32LE(MAGIC.length);
  const places = foot.readDoubleLE(MAGIC.length + 4);
  const placeAt = (i: number) => bytesAt(handle, places + i * ENTRY_BYTES, ENTRY_BYTES);
  const hash = hashOf(key);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeAt(middle).readBigUInt64LE() >= hash) high = middle;
    else low = middle + 1;
  }
  for (let i = low; i < count; i += 1) {
    const place = placeAt(i);
    if (place.readBigUInt64LE() !== hash) return undefined;
    const record = bytesAt(handle, place.readDoubleLE(8), place.readUInt32LE(16));
    const end = 4 + record.readUInt32LE();
    if (record.subarray(4, end).toString() === key) return record.subarray(end);
  }
  return undefined;
}

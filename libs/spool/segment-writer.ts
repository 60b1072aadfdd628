import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import type { BodyHeader } from '#libs/model';

import { syncFolder, type SpoolFolder } from './folder.ts';
import { SEGMENT_SPAN } from './limits.ts';
import { encodeHeader, RECORD_PREFIX, recordStart } from './record.ts';
import { SEGMENT_START, segmentName, segmentStart } from './segment.ts';

/** A body that waits to be written. */
export interface Waiting {
  readonly header: Buffer;
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
}

export function waiting(header: BodyHeader, bytes: Uint8Array | readonly Uint8Array[]): Waiting {
  const chunks = bytes instanceof Uint8Array ? [bytes] : bytes;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { header: encodeHeader(header), chunks, length };
}

export function recordSize({ header, length }: Waiting): number {
  return RECORD_PREFIX + header.length + length;
}

/**
 * Appends groups of records to segments; one write and one fdatasync for each group. One call at a
 * time.
 */
export class SegmentWriter {
  readonly #folder: SpoolFolder;
  readonly #segmentBytes: number;
  #open: { readonly file: FileHandle; readonly base: number } | undefined;
  #lastBase: number;
  #end: number;

  /** `lastBase`: base of the newest segment there is, -1 for none; `end`: durable end so far. */
  constructor(folder: SpoolFolder, segmentBytes: number, lastBase: number, end: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#lastBase = lastBase;
    this.#end = end;
  }

  /** Position after the last durable record. */
  get end(): number {
    return this.#end;
  }

  /** Base of the newest segment; -1 before the first. */
  get lastBase(): number {
    return this.#lastBase;
  }

  /** How many of the first ones go into one group: a group never crosses into another segment. */
  groupOf(items: readonly Waiting[], bytesMax: number): number {
    const room = this.#open === undefined ? this.#segmentBytes : this.#room(this.#open.base);
    let bytes = 0;
    let count = 0;
    for (const item of items) {
      bytes += recordSize(item);
      if (count > 0 && (bytes > bytesMax || bytes > room)) break;
      count += 1;
    }
    return count;
  }

  /**
   * Positions of the records once they are durable. After a throw none of them is part of the
   * spool.
   */
  async write(items: readonly Waiting[]): Promise<number[]> {
    const bytes = items.reduce((sum, item) => sum + recordSize(item), 0);
    const segment = await this.#segmentFor(bytes);
    const first = Math.max(this.#end, segment.base + SEGMENT_START);
    const buffers: Uint8Array[] = [];
    const positions: number[] = [];
    let position = first;
    for (const item of items) {
      positions.push(position);
      const { header, chunks, length } = item;
      buffers.push(recordStart(header, chunks, length, position, this.#folder.seed), ...chunks);
      position += recordSize(item);
    }
    try {
      await writeAll(segment.file, buffers, first - segment.base);
      await segment.file.datasync();
    } catch (error) {
      await this.#abandon(segment, first);
      throw error;
    }
    this.#end = position;
    return positions;
  }

  async close(): Promise<void> {
    await this.#open?.file.close();
    this.#open = undefined;
  }

  #room(base: number): number {
    return base + this.#segmentBytes - this.#end;
  }

  async #segmentFor(bytes: number): Promise<{ readonly file: FileHandle; readonly base: number }> {
    const current = this.#open;
    if (current !== undefined) {
      const empty = this.#end <= current.base + SEGMENT_START;
      if (empty || bytes <= this.#room(current.base)) return current;
      await this.close();
      return this.#begin(this.#end);
    }
    return this.#begin(
      this.#lastBase < 0 ? this.#end : Math.max(this.#lastBase + SEGMENT_SPAN, this.#end),
    );
  }

  async #begin(base: number): Promise<{ readonly file: FileHandle; readonly base: number }> {
    const path = join(this.#folder.path, segmentName(base));
    const file = await open(path, 'wx', 0o600);
    this.#lastBase = base;
    try {
      await writeAll(file, [segmentStart(base, this.#end)], 0);
      await syncFolder(this.#folder.path);
    } catch (error) {
      await file.close();
      // Every later try begins another one: on a full disk they would pile up.
      await unlink(path).catch(() => undefined);
      throw error;
    }
    this.#open = { file, base };
    return this.#open;
  }

  /**
   * After a failed write or sync nobody knows what the disk holds: go on in a new segment, at new
   * positions.
   */
  async #abandon(
    segment: { readonly file: FileHandle; readonly base: number },
    at: number,
  ): Promise<void> {
    this.#open = undefined;
    await segment.file.truncate(at - segment.base).catch(() => undefined);
    await segment.file.close().catch(() => undefined);
  }
}

async function writeAll(
  file: FileHandle,
  buffers: readonly Uint8Array[],
  at: number,
): Promise<void> {
  let left = buffers;
  let position = at;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, position);
    position += bytesWritten;
    left = after(left, bytesWritten);
  }
}

/** What of the buffers is left after the first `written` bytes. */
function after(buffers: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let rest = written;
  for (const [index, buffer] of buffers.entries()) {
    if (rest < buffer.length) return [buffer.subarray(rest), ...buffers.slice(index + 1)];
    rest -= buffer.length;
  }
  return [];
}

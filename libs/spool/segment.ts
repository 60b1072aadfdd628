import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import {
  parseRecord,
  readPosition,
  RECORD_MAGIC,
  RECORD_PREFIX,
  writePosition,
  type SpoolBody,
} from './record.ts';

/** Bytes before the first record of a segment: magic, base, end of the segment before it, CRC. */
export const SEGMENT_START = 32;
const SEGMENT_MAGIC = Buffer.from('TCSPOOL1');
const WINDOW_BYTES = 1_048_576;
const NAME = /^(\d{16})\.seg$/;

export function segmentName(base: number): string {
  return `${String(base).padStart(16, '0')}.seg`;
}

/** Bases of the segments of a folder, ascending. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

export function segmentStart(base: number, previousEnd: number): Buffer {
  const start = Buffer.alloc(SEGMENT_START);
  SEGMENT_MAGIC.copy(start);
  writePosition(start, base, 8);
  writePosition(start, previousEnd, 16);
  start.writeUInt32LE(crc32(start.subarray(0, 24)), 24);
  return start;
}

function isSegmentStart(start: Buffer): boolean {
  const crc = crc32(start.subarray(0, 24));
  return start.readUInt32LE(24) === crc && start.readUInt32LE(28) === 0;
}

/** A segment opened for reading. */
export interface OpenSegment {
  readonly base: number;
  readonly file: FileHandle;
  readonly size: number;
  /**
   * Durable end of the segment before it when this one was begun; unknown when its first bytes are
   * damaged.
   */
  readonly previousEnd: number | undefined;
}

/** Opens a segment; `undefined` when it is gone (freed meanwhile). */
export async function openSegment(folder: string, base: number): Promise<OpenSegment | undefined> {
  let file: FileHandle;
  try {
    file = await open(join(folder, segmentName(base)), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = await readAt(file, 0, SEGMENT_START);
    const whole = start.length === SEGMENT_START && isSegmentStart(start);
    return { base, file, size, previousEnd: whole ? readPosition(start, 16) : undefined };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Up to `length` bytes; fewer at the end of the file. A buffer of its own, which the caller may
 * keep.
 */
async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/**
 * Bytes of a segment that are no record. `tail`: nothing valid follows up to the end that was asked
 * for.
 */
export interface Damage {
  readonly from: number;
  readonly to: number;
  readonly reason: 'no_record' | 'checksum' | 'cut_off';
  readonly tail: boolean;
}

export type Found = { readonly body: SpoolBody } | { readonly damage: Damage };

/** What a walk needs to know beside the segment. */
export interface Walk {
  readonly seed: number;
  readonly bytesMax: number;
}

/**
 * The records of a segment from `from` (the start of one) up to `end`, and the damage between them,
 * in order.
 */
export async function* walkSegment(
  segment: OpenSegment,
  from: number,
  end: number,
  walk: Walk,
): AsyncGenerator<Found> {
  let position = Math.max(from, segment.base + SEGMENT_START);
  let ask = WINDOW_BYTES;
  while (position < end) {
    const length = Math.min(ask, end - position);
    const buffer = await readAt(segment.file, position - segment.base, length);
    ask = WINDOW_BYTES;
    let at = 0;
    let bad: Damage['reason'] | undefined;
    while (at < buffer.length) {
      const parsed = parseRecord(buffer, at, position, walk.seed, walk.bytesMax);
      if (parsed.kind === 'record') {
        yield { body: parsed.body };
        at += parsed.body.next - position;
        position = parsed.body.next;
        continue;
      }
      if (parsed.kind === 'bad') bad = parsed.reason;
      // A file that is shorter than it should be ends the walk too.
      else if (position + parsed.need > end || buffer.length < length) bad = 'cut_off';
      else ask = Math.max(WINDOW_BYTES, parsed.need);
      break;
    }
    if (buffer.length === 0) bad = 'cut_off';
    if (bad === undefined) continue;
    const next = await nextRecord(segment, position + 1, end, walk);
    const to = next ?? end;
    yield { damage: { from: position, to, reason: bad, tail: next === undefined } };
    position = to;
  }
}

/** Position of the first valid record at or after `from`. */
async function nextRecord(
  segment: OpenSegment,
  from: number,
  end: number,
  walk: Walk,
): Promise<number | undefined> {
  let position = from;
  while (position + RECORD_PREFIX <= end) {
    const length = Math.min(WINDOW_BYTES, end - position);
    const buffer = await readAt(segment.file, position - segment.base, length);
    if (buffer.length < RECORD_PREFIX) return undefined;
    let at = buffer.indexOf(RECORD_MAGIC);
    while (at !== -1) {
      if (await isRecord(segment, position + at, end, walk)) return position + at;
      at = buffer.indexOf(RECORD_MAGIC, at + 1);
    }
    // The magic may lie across two windows.
    position += buffer.length - (RECORD_MAGIC.length - 1);
    if (buffer.length < length || position + RECORD_PREFIX > end) return undefined;
  }
  return undefined;
}

/** Whether a record begins at a position, by its first bytes alone. */
export async function startsRecord(segment: OpenSegment, position: number): Promise<boolean> {
  const start = await readAt(segment.file, position - segment.base, RECORD_PREFIX);
  return (
    start.length === RECORD_PREFIX &&
    start.subarray(0, RECORD_MAGIC.length).equals(RECORD_MAGIC) &&
    readPosition(start, 12) === position
  );
}

async function isRecord(
  segment: OpenSegment,
  position: number,
  end: number,
  walk: Walk,
): Promise<boolean> {
  const at = position - segment.base;
  const start = await readAt(segment.file, at, RECORD_PREFIX);
  const first = parseRecord(start, 0, position, walk.seed, walk.bytesMax);
  if (first.kind === 'record') return true;
  if (first.kind === 'bad' || position + first.need > end) return false;
  const whole = await readAt(segment.file, at, first.need);
  return parseRecord(whole, 0, position, walk.seed, walk.bytesMax).kind === 'record';
}

/** The raw bytes between two positions of a segment, at most `max`. */
export function bytesBetween(
  segment: OpenSegment,
  from: number,
  to: number,
  max: number,
): Promise<Buffer> {
  return readAt(segment.file, from - segment.base, Math.min(to - from, max));
}

import { crc32 } from 'node:zlib';

import type { Body, BodyHeader } from '#libs/model';

/** A body of the spool with the position at which the next one may stand. */
export interface SpoolBody extends Body {
  readonly next: number;
}

/*
 * A record: magic u32 · length of the header u32 · length of the bytes u32 · position u64 · CRC
 * u32, little-endian, then the header as JSON and the bytes as received. The CRC covers all but
 * itself and starts from a secret of the folder, so that nobody can hide a record of his own making
 * inside a body.
 */
export const RECORD_MAGIC = Buffer.from([0x9e, 0x54, 0xc4, 0x01]);
export const RECORD_PREFIX = 24;
const CRC_AT = 20;
const HEADER_BYTES_MAX = 65_536;

/** Writes a number below 2^53 as u64. */
export function writePosition(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value % 2 ** 32, at);
  buffer.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}

export function readPosition(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32;
}

/** A header as it lies in a record. */
export function encodeHeader(header: BodyHeader): Buffer {
  return Buffer.from(JSON.stringify(header));
}

/**
 * The record's first bytes for a place in the spool; the chunks of the body follow it unchanged.
 */
export function recordStart(
  header: Buffer,
  chunks: readonly Uint8Array[],
  length: number,
  position: number,
  seed: number,
): Buffer {
  const start = Buffer.allocUnsafe(RECORD_PREFIX + header.length);
  RECORD_MAGIC.copy(start);
  start.writeUInt32LE(header.length, 4);
  start.writeUInt32LE(length, 8);
  writePosition(start, position, 12);
  header.copy(start, RECORD_PREFIX);
  let crc = crc32(start.subarray(0, CRC_AT), seed);
  crc = crc32(header, crc);
  for (const chunk of chunks) crc = crc32(chunk, crc);
  start.writeUInt32LE(crc, CRC_AT);
  return start;
}

/** What stands at a place: a record, the beginning of one, or something else. */
export type Parsed =
  | { readonly kind: 'record'; readonly body: SpoolBody }
  | { readonly kind: 'short'; readonly need: number }
  | { readonly kind: 'bad'; readonly reason: 'no_record' | 'checksum' };

const NO_RECORD: Parsed = { kind: 'bad', reason: 'no_record' };

function headerOf(json: Buffer): BodyHeader | undefined {
  try {
    return JSON.parse(json.toString()) as BodyHeader;
  } catch {
    return undefined;
  }
}

/**
 * Reads the record that should stand at `at` in `buffer`, which is `position` in the spool. Never
 * throws.
 */
export function parseRecord(
  buffer: Buffer,
  at: number,
  position: number,
  seed: number,
  bytesMax: number,
): Parsed {
  const left = buffer.length - at;
  if (left < RECORD_PREFIX) {
    const seen = Math.min(left, RECORD_MAGIC.length);
    const same = buffer.subarray(at, at + seen).equals(RECORD_MAGIC.subarray(0, seen));
    return same ? { kind: 'short', need: RECORD_PREFIX } : NO_RECORD;
  }
  if (buffer.compare(RECORD_MAGIC, 0, 4, at, at + 4) !== 0) return NO_RECORD;
  const headerLength = buffer.readUInt32LE(at + 4);
  const length = buffer.readUInt32LE(at + 8);
  if (readPosition(buffer, at + 12) !== position) return NO_RECORD;
  if (headerLength > HEADER_BYTES_MAX || length > bytesMax) return NO_RECORD;
  const size = RECORD_PREFIX + headerLength + length;
  if (left < size) return { kind: 'short', need: size };
  const bytesAt = at + RECORD_PREFIX + headerLength;
  const json = buffer.subarray(at + RECORD_PREFIX, bytesAt);
  const bytes = buffer.subarray(bytesAt, at + size);
  const crc = crc32(bytes, crc32(json, crc32(buffer.subarray(at, at + CRC_AT), seed)));
  if (crc !== buffer.readUInt32LE(at + CRC_AT)) return { kind: 'bad', reason: 'checksum' };
  const header = headerOf(json);
  if (header === undefined) return { kind: 'bad', reason: 'checksum' };
  return { kind: 'record', body: { header, bytes, position, next: position + size } };
}

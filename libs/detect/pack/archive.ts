import { gunzipSync, inflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ArchiveEntry {
  readonly path: string;
  readonly bytes: Buffer;
}

/** An archive that is not taken, and why. */
export class ArchiveUnreadable extends Error {
  override readonly name = 'ArchiveUnreadable';
}

/** Bytes of all files together. */
const BYTES_MAX = 256 * 1024 * 1024;
const ENTRIES_MAX = 100_000;

/**
 * The files of a tar (plain or gzip) or zip archive. Nothing is written anywhere, so a path may say
 * what it likes. Throws `ArchiveUnreadable`.
 */
export function readArchive(bytes: Buffer): ArchiveEntry[] {
  try {
    return entriesOf(bytes);
  } catch (error) {
    // Lengths and places in a damaged archive point anywhere.
    if (!(error instanceof RangeError)) throw error;
    throw new ArchiveUnreadable('the archive is cut off or damaged', { cause: error });
  }
}

function entriesOf(bytes: Buffer): ArchiveEntry[] {
  if (bytes.readUInt16BE(0) === GZIP) return readTar(unpacked(() => gunzipSync(bytes, LIMIT)));
  if (bytes.readUInt32LE(0) === ZIP_LOCAL) return readZip(bytes);
  if (bytes.toString('latin1', TAR_MAGIC, TAR_MAGIC + 5) === 'ustar') return readTar(bytes);
  throw new ArchiveUnreadable('neither a tar nor a zip archive');
}

const GZIP = 0x1f8b;
const LIMIT = { maxOutputLength: BYTES_MAX };

function unpacked(unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArchiveUnreadable(`damaged, or larger than ${BYTES_MAX} bytes: ${why}`, {
      cause: error,
    });
  }
}

const BLOCK = 512;
const TAR_MAGIC = 257;

/** POSIX.1-1988 ustar, with the long names of GNU and of pax. */
function readTar(bytes: Buffer): ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  let named: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = Number.parseInt(textAt(bytes, at + 124, 12).trim() || '0', 8);
    const start = at + BLOCK;
    if (!(size >= 0) || start + size > bytes.length) {
      throw new ArchiveUnreadable('the tar archive is cut off or damaged');
    }
    const body = bytes.subarray(start, start + size);
    const type = String.fromCharCode(bytes[at + 156] ?? 0);
    if (type === 'L') named = textAt(body, 0, body.length);
    else if (type === 'x') named = paxPath(body) ?? named;
    else {
      const path = named ?? ustarPath(bytes, at);
      named = undefined;
      if (type === '0' || type === '\0') add(entries, path, body);
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function ustarPath(bytes: Buffer, at: number): string {
  const prefix = textAt(bytes, at + 345, 155);
  const name = textAt(bytes, at, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The path of a pax header: lines of "LENGTH KEY=VALUE". */
function paxPath(body: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(body.toString('utf8'))?.[1];
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}

const ZIP_LOCAL = 0x04034b50;
const ZIP_ENTRY = 0x02014b50;
const ZIP_END = 0x06054b50;
/** A comment may follow the end record. */
const ZIP_END_MAX = 22 + 65_535;

/** Stored and deflated files, by the directory at the end of the archive (APPNOTE 4.3). */
function readZip(bytes: Buffer): ArchiveEntry[] {
  const end = endOfZip(bytes);
  const entries: ArchiveEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  const count = bytes.readUInt16LE(end + 10);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ZIP_ENTRY) {
      throw new ArchiveUnreadable('the directory of the zip archive is damaged');
    }
    const nameLength = bytes.readUInt16LE(at + 28);
    const path = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (!path.endsWith('/')) {
      const body = zipBody(bytes, at, BYTES_MAX - total);
      total += body.length;
      add(entries, path, body);
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function endOfZip(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - ZIP_END_MAX); at--) {
    if (bytes.readUInt32LE(at) === ZIP_END) return at;
  }
  throw new ArchiveUnreadable('the zip archive is cut off');
}

function zipBody(bytes: Buffer, entry: number, room: number): Buffer {
  const method = bytes.readUInt16LE(entry + 10);
  const size = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  if (local + 30 > bytes.length) throw new ArchiveUnreadable('the zip archive is damaged');
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + size);
  if (method === 0) return packed;
  if (method !== 8) throw new ArchiveUnreadable(`zip method ${method} is not understood`);
  return unpacked(() => inflateRawSync(packed, { maxOutputLength: Math.max(1, room) }));
}

function add(entries: ArchiveEntry[], path: string, bytes: Buffer): void {
  if (entries.length >= ENTRIES_MAX) {
    throw new ArchiveUnreadable(`more than ${ENTRIES_MAX} files`);
  }
  entries.push({ path, bytes });
}

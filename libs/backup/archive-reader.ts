import { open, type FileHandle } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';

import { PermanentError, sha256 } from '#libs/model';

import {
  BACKUP_FORMAT,
  END,
  MANIFEST,
  type End,
  type EntryFacts,
  type Manifest,
} from './format.ts';
import { BLOCK, readTarHeader } from './tar.ts';

/** An entry is read whole; ours are far smaller. */
const ENTRY_BYTES_MAX = 256 * 1_048_576;
/** What one entry of rows may unfold to. */
const UNFOLDED_BYTES_MAX = 512 * 1_048_576;
const ENTRIES_MAX = 1_000_000;

interface Found {
  readonly at: number;
  readonly size: number;
}

/** An archive that is there as a whole. Whatever is wrong with it is a PermanentError in words. */
export class ArchiveReader {
  readonly manifest: Manifest;
  readonly end: End;
  readonly #handle: FileHandle;
  readonly #found: ReadonlyMap<string, Found>;

  private constructor(
    handle: FileHandle,
    found: ReadonlyMap<string, Found>,
    manifest: Manifest,
    end: End,
  ) {
    this.#handle = handle;
    this.#found = found;
    this.manifest = manifest;
    this.end = end;
  }

  static async open(file: string): Promise<ArchiveReader> {
    const handle = await open(file, 'r');
    try {
      const found = await scan(handle, file);
      const first = found.get(MANIFEST);
      const last = found.get(END);
      if (first === undefined) throw new PermanentError(`${file} is no backup of this product`);
      if (last === undefined) throw new PermanentError(`${file} was cut off: its end is missing`);
      const manifest = readManifest(await bytesOf(handle, first), file);
      const end = readEnd(await bytesOf(handle, last), file);
      return new ArchiveReader(handle, found, manifest, end);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Reads every entry and holds it to its hash; `told` hears the bytes done and in all. */
  async verify(told: (done: number, total: number) => void = () => undefined): Promise<void> {
    const total = this.end.entries.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const entry of this.end.entries) {
      await this.bytes(entry);
      told((done += entry.bytes), total);
    }
  }

  async bytes(entry: EntryFacts): Promise<Buffer> {
    const found = this.#found.get(entry.name);
    if (found === undefined) throw new PermanentError(`entry ${entry.name} is missing`);
    const bytes = await bytesOf(this.#handle, found);
    if (bytes.length === entry.bytes && sha256(bytes) === entry.sha256) return bytes;
    throw new PermanentError(`entry ${entry.name} is damaged: its check sum does not fit`);
  }

  async rows(entry: EntryFacts): Promise<unknown[]> {
    const packed = await this.bytes(entry);
    const text = zstdDecompressSync(packed, { maxOutputLength: UNFOLDED_BYTES_MAX });
    const lines = text.toString('utf8').split('\n').slice(0, -1);
    if (lines.length !== entry.rows) {
      throw new PermanentError(`entry ${entry.name} has ${lines.length} rows, not ${entry.rows}`);
    }
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Where each entry lies. */
async function scan(handle: FileHandle, file: string): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const header = Buffer.alloc(BLOCK);
  for (let at = 0; found.size < ENTRIES_MAX;) {
    const { bytesRead } = await handle.read(header, 0, BLOCK, at);
    if (bytesRead === 0) return found;
    const entry = readTarHeader(header.subarray(0, bytesRead));
    if (entry === 'end') return found;
    if (entry === 'damaged') {
      const what = found.size === 0 ? 'is no backup of this product' : `is damaged at byte ${at}`;
      throw new PermanentError(`${file} ${what}`);
    }
    found.set(entry.name, { at: at + BLOCK, size: entry.size });
    at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK;
  }
  throw new PermanentError(`${file} has more than ${ENTRIES_MAX} entries`);
}

async function bytesOf(handle: FileHandle, { at, size }: Found): Promise<Buffer> {
  if (size > ENTRY_BYTES_MAX) throw new PermanentError(`an entry has ${size} bytes: too many`);
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await handle.read(bytes, 0, size, at);
  return bytes.subarray(0, bytesRead);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readManifest(bytes: Buffer, file: string): Manifest {
  const read = parsed(bytes.toString('utf8')) as Partial<Manifest> | undefined;
  if (read?.product !== 'thapcanh' || typeof read.id !== 'string') {
    throw new PermanentError(`${file} is no backup of this product`);
  }
  if (read.format === BACKUP_FORMAT) return read as Manifest;
  throw new PermanentError(
    `${file} has format ${read.format}; this version reads ${BACKUP_FORMAT}`,
  );
}

function readEnd(bytes: Buffer, file: string): End {
  const [text = '', hash] = bytes.toString('utf8').split('\n');
  const read = sha256(text) === hash ? (parsed(text) as End | undefined) : undefined;
  if (read === undefined) throw new PermanentError(`${file} is damaged: its end cannot be read`);
  return read;
}

import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { sha256 } from '#libs/model';

import { END, MANIFEST, type End, type EntryFacts, type Manifest } from './format.ts';
import { BLOCK, padding, tarHeader } from './tar.ts';

/** Zeros that end a tar archive. */
const END_BLOCKS = 2;

/**
 * Writes an archive beside its final name and gives it that name once it is whole and durable: a
 * cut-off backup never looks like one.
 */
export class ArchiveWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #entries: EntryFacts[] = [];

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  static async create(file: string, manifest: Manifest): Promise<ArchiveWriter> {
    // What is inside lets one sign in or unmask: for this user alone.
    const writer = new ArchiveWriter(file, await open(`${file}.part`, 'w', 0o600));
    await writer.bytes(MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    return writer;
  }

  /** Rows as NDJSON, compressed; `name` without `.ndjson.zst`. */
  rows(name: string, rows: readonly unknown[]): Promise<void> {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    return this.#add(`${name}.ndjson.zst`, zstdCompressSync(text), rows.length);
  }

  bytes(name: string, bytes: Uint8Array): Promise<void> {
    return this.#add(name, bytes, 1);
  }

  /** Closes the archive and gives it its name. */
  async finish(counts: Omit<End, 'entries'>): Promise<End> {
    const end: End = { entries: this.#entries, ...counts };
    const text = JSON.stringify(end);
    // Bound to its own hash: nobody else vouches for the last entry.
    await this.#write(END, Buffer.from(`${text}\n${sha256(text)}\n`));
    await this.#handle.write(Buffer.alloc(END_BLOCKS * BLOCK));
    await this.#handle.sync();
    await this.#handle.close();
    await rename(`${this.#file}.part`, this.#file);
    const folder = await open(dirname(this.#file), 'r');
    await folder.sync();
    await folder.close();
    return end;
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#handle.close();
    await rm(`${this.#file}.part`, { force: true });
  }

  async #add(name: string, bytes: Uint8Array, rows: number): Promise<void> {
    await this.#write(name, bytes);
    this.#entries.push({ name, bytes: bytes.length, sha256: sha256(bytes), rows });
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const header = tarHeader({ name, size: bytes.length });
    await this.#handle.appendFile(Buffer.concat([header, bytes, padding(bytes.length)]));
  }
}

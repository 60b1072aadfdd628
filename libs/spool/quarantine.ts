import { open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { BodyHeader } from '#libs/model';

/**
 * Something that could not be taken further; `position` and `ordinal` name it, so that a replay
 * keeps it once.
 */
export interface SetAside {
  /** Position in the spool of the body it came from, or of the damage. */
  readonly position: number;
  /** Number of the record in its body; absent for a whole body. */
  readonly ordinal?: number;
  /** One lower-case word with underscores (`checksum`, `broken_encoding`). */
  readonly reason: string;
  readonly header?: BodyHeader;
  readonly bytes: Uint8Array;
  /** Time it was set aside, ms since the epoch. */
  readonly at: number;
  /** Last position it covers, where that is more than `bytes` shows. */
  readonly to?: number;
}

/** A thing set aside, as the list shows it. */
export interface QuarantineEntry {
  readonly name: string;
  readonly position: number;
  readonly ordinal?: number;
  readonly reason: string;
  /** Size of what is kept. */
  readonly bytes: number;
}

export type PutAside = 'kept' | 'known';

interface QuarantineLimits {
  readonly quarantine_bytes_max: number;
  readonly quarantine_files_max: number;
}

/** Bytes kept of one thing; the rest of a larger one is named by its size alone. */
const ITEM_BYTES_MAX = 16_777_216;
const NAME = /^(\d{16})-(\d+|all)-(\d+)-([a-z0-9_]+)\.bin$/;
const REASON = /^[a-z0-9_]{1,40}$/;

function nameOf(thing: SetAside): string {
  const position = String(thing.position).padStart(16, '0');
  const reason = REASON.test(thing.reason) ? thing.reason : 'other';
  return `${position}-${thing.ordinal ?? 'all'}-${thing.bytes.length}-${reason}.bin`;
}

function entryOf(name: string): QuarantineEntry[] {
  const match = NAME.exec(name);
  if (match === null) return [];
  const [, position, ordinal, bytes, reason = ''] = match;
  return [
    {
      name,
      position: Number(position),
      ...(ordinal === 'all' ? {} : { ordinal: Number(ordinal) }),
      reason,
      bytes: Math.min(Number(bytes), ITEM_BYTES_MAX),
    },
  ];
}

/**
 * What could not be read or understood, one file each: a line of JSON that says what and why, then
 * the bytes. Safe to use from several threads on the same folder; bounded, the oldest goes first.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #limits: QuarantineLimits;
  #evicted = 0;
  #entries: number | undefined;
  #bytes = 0;

  constructor(folder: string, limits: QuarantineLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Things that had to go since the start because a limit was reached. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Durable when it resolves. `known`: it was set aside before (a replay). */
  async put(thing: SetAside): Promise<PutAside> {
    const { bytes, ...facts } = thing;
    const kept = bytes.subarray(0, ITEM_BYTES_MAX);
    const line = `${JSON.stringify({ ...facts, bytes: bytes.length, kept: kept.length })}\n`;
    const made = await this.#write(nameOf(thing), [Buffer.from(line), kept]);
    if (!made) return 'known';
    await this.#evict(kept.length);
    return 'kept';
  }

  /** Everything that is set aside, by position. */
  async list(): Promise<QuarantineEntry[]> {
    const names = await readdir(this.#folder);
    return names.toSorted().flatMap(entryOf);
  }

  /** How many things are set aside, by reason. */
  async counts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { reason } of await this.list()) counts[reason] = (counts[reason] ?? 0) + 1;
    return counts;
  }

  /** The file of an entry: one line of JSON, then the bytes. */
  read(entry: QuarantineEntry): Promise<Buffer> {
    return readFile(join(this.#folder, entry.name));
  }

  async #write(name: string, parts: readonly Uint8Array[]): Promise<boolean> {
    const path = join(this.#folder, name);
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        for (const part of parts) await file.writeFile(part);
        await file.datasync();
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // Half a file would look like the whole thing to the replay that comes next.
      await unlink(path).catch(() => undefined);
      throw error;
    }
  }

  async #evict(added: number): Promise<void> {
    this.#bytes += added;
    if (this.#entries !== undefined) this.#entries += 1;
    const { quarantine_files_max: filesMax, quarantine_bytes_max: bytesMax } = this.#limits;
    if ((this.#entries ?? Infinity) <= filesMax && this.#bytes <= bytesMax) return;
    const entries = await this.list();
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let count = entries.length;
    for (const entry of entries) {
      if (count <= filesMax && bytes <= bytesMax) break;
      await unlink(join(this.#folder, entry.name)).catch(() => undefined);
      this.#evicted += 1;
      bytes -= entry.bytes;
      count -= 1;
    }
    this.#entries = count;
    this.#bytes = bytes;
  }
}

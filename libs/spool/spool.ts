import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { BodyHeader, Clock } from '#libs/model';

import type { AliveMark } from './alive-mark.ts';
import type { DiskRoom } from './disk-room.ts';
import type { SpoolFolder } from './folder.ts';
import type { SpoolLimits } from './limits.ts';
import type { SpoolReader } from './reader.ts';
import { listSegments, openSegment, segmentName } from './segment.ts';
import { recordSize, waiting, type SegmentWriter, type Waiting } from './segment-writer.ts';

/** Why the spool does not take a body now; all but `too_large` and `closed` may pass. */
export type SpoolRefusal =
  | 'spool_full'
  | 'disk_full'
  | 'disk_error'
  | 'busy'
  | 'too_large'
  | 'closed';

export type Appended = { readonly position: number } | { readonly refused: SpoolRefusal };

/** What the spool was when the process before this one ended. */
export interface BeforeStop {
  /** When it ended, ms since the epoch, as near as can be told. */
  readonly stopped: number;
  /** Positions of what was received in the last seconds before. */
  readonly from: number;
  readonly to: number;
}

/** What opening had to mend. */
export interface Mended {
  /** Bytes of an unfinished record at the end, set aside. */
  readonly tailBytes: number;
  /** Bytes that the last process had made durable and that are not there any more. */
  readonly missingBytes: number;
}

interface Pending extends Waiting {
  readonly resolve: (appended: Appended) => void;
}

/** The parts a spool is made of; `openSpool` puts them together. */
export interface SpoolParts {
  readonly folder: SpoolFolder;
  readonly limits: SpoolLimits;
  readonly clock: Clock;
  readonly writer: SegmentWriter;
  readonly reader: SpoolReader;
  readonly alive: AliveMark;
  readonly room: DiskRoom;
  readonly bytes: number;
  readonly mended: Mended;
  readonly beforeStop: BeforeStop | undefined;
}

/** How long after the last append the alive mark is kept fresh, and how often. */
const ALIVE_MS = 12_000;
const ALIVE_TICK_MS = 250;
/** How often somebody who waits for room looks again. */
const ROOM_TICK_MS = 200;
/** Most room that must be there again after a refusal before bodies are called welcome. */
const ROOM_BYTES_MAX = 1_048_576;

/** The accepted raw bodies of a collector on disk, in order. One per folder and process. */
export class Spool {
  readonly mended: Mended;
  readonly beforeStop: BeforeStop | undefined;
  readonly #parts: SpoolParts;
  #bytes: number;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #flushing: Promise<void> | undefined;
  #freeing: Promise<void> = Promise.resolve();
  #trouble: 'disk_full' | 'disk_error' | undefined;
  /** Size of the body that was refused last: less room than this is none. */
  #wanted = 0;
  #closed = false;
  #aliveUntil = 0;
  #aliveTick: (() => void) | undefined;
  #marking: Promise<void> | undefined;
  #markAgain = false;

  constructor(parts: SpoolParts) {
    this.#parts = parts;
    this.#bytes = parts.bytes;
    this.mended = parts.mended;
    this.beforeStop = parts.beforeStop;
  }

  /** Random, made once with the folder; part of the ids of events whose sender gave none. */
  get id(): string {
    return this.#parts.folder.id;
  }

  /** Reads in this thread; it knows the durable end by itself. */
  get reader(): SpoolReader {
    return this.#parts.reader;
  }

  /** Position after the last durable body. */
  get end(): number {
    return this.#parts.writer.end;
  }

  /** Size of all segments on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes given to `append` that are not on disk yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get limits(): SpoolLimits {
    return this.#parts.limits;
  }

  /** `ok`, or why a body would be refused now. */
  get state(): 'ok' | SpoolRefusal {
    return this.#refusal(this.#wanted) ?? this.#trouble ?? 'ok';
  }

  /**
   * Resolves with the body's position once it would survive the end of this process and of the
   * machine: senders are acknowledged after this. Refused bodies are no part of the spool. Never
   * throws for want of room.
   */
  async append(header: BodyHeader, bytes: Uint8Array | readonly Uint8Array[]): Promise<Appended> {
    const item = waiting(header, bytes);
    const size = recordSize(item);
    const refused = this.#refusal(size);
    if (refused !== undefined) {
      if (refused === 'spool_full') this.#want(size);
      return { refused };
    }
    this.#pendingBytes += size;
    const { promise, resolve } = Promise.withResolvers<Appended>();
    this.#pending.push({ ...item, resolve });
    this.#flushing ??= this.#flush();
    const appended = await promise;
    this.#pendingBytes -= size;
    return appended;
  }

  /**
   * Resolves `room` when a body may be tried again (never at once), `aborted` when the signal or
   * the close came first.
   */
  async whenRoom(signal: AbortSignal): Promise<'room' | 'aborted'> {
    while (!signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const cancel = this.#parts.clock.after(ROOM_TICK_MS, wake);
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      signal.removeEventListener('abort', wake);
      cancel();
      if (this.#closed || signal.aborted) break;
      if (this.#refusal(this.#wanted) !== undefined) continue;
      if (!(await this.#diskAllows(this.#wanted))) continue;
      this.#wanted = 0;
      return 'room';
    }
    return 'aborted';
  }

  /** Removes the segments that lie wholly before a position: every reader is past it, durably. */
  free(before: number): Promise<void> {
    const freed = this.#freeing.then(() => this.#free(before));
    // The next one must run whatever became of this one.
    this.#freeing = freed.catch(() => undefined);
    return freed;
  }

  async #free(before: number): Promise<void> {
    const { folder, writer } = this.#parts;
    const bases = await listSegments(folder.path);
    for (const [index, base] of bases.entries()) {
      const next = bases[index + 1];
      // The newest one stays: it tells where positions go on after a start.
      if (next === undefined || base === writer.lastBase) return;
      if (next > before && !(await this.#endsBefore(next, before))) return;
      const path = join(folder.path, segmentName(base));
      const { size } = await stat(path);
      await unlink(path);
      this.#bytes -= size;
    }
  }

  /** Waits for what was appended; later appends are refused with `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    this.#aliveTick?.();
    const { writer, reader, alive } = this.#parts;
    await this.#markAlive();
    await writer.close();
    await alive.close();
    reader.close();
  }

  async #endsBefore(next: number, before: number): Promise<boolean> {
    const segment = await openSegment(this.#parts.folder.path, next);
    await segment?.file.close();
    return segment?.previousEnd !== undefined && segment.previousEnd <= before;
  }

  #refusal(size: number): SpoolRefusal | undefined {
    const { limits } = this.#parts;
    if (this.#closed) return 'closed';
    if (size > limits.record_bytes_max) return 'too_large';
    if (this.#bytes + this.#pendingBytes + size > limits.bytes_max) return 'spool_full';
    if (this.#pendingBytes + size > limits.pending_bytes_max) return 'busy';
    return undefined;
  }

  #want(bytes: number): void {
    this.#wanted = Math.min(bytes, ROOM_BYTES_MAX);
  }

  async #diskAllows(bytes: number): Promise<boolean> {
    const allows = await this.#parts.room.has(bytes);
    if (!allows) this.#trouble = 'disk_full';
    else if (this.#trouble === 'disk_full') this.#trouble = undefined;
    return allows;
  }

  async #flush(): Promise<void> {
    // One turn of the event loop, so that bodies that came together are written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const count = this.#parts.writer.groupOf(this.#pending, this.#parts.limits.group_bytes_max);
      const group = this.#pending.splice(0, count);
      await this.#writeGroup(group);
    }
    this.#flushing = undefined;
  }

  async #writeGroup(group: readonly Pending[]): Promise<void> {
    const { writer, reader, room } = this.#parts;
    const bytes = group.reduce((sum, item) => sum + recordSize(item), 0);
    if (!(await this.#diskAllows(bytes))) {
      this.#want(bytes);
      for (const item of group) item.resolve({ refused: 'disk_full' });
      return;
    }
    try {
      const positions = await writer.write(group);
      this.#bytes += bytes;
      room.took(bytes);
      this.#trouble = undefined;
      if (bytes >= this.#wanted) this.#wanted = 0;
      reader.extend(writer.end);
      for (const [index, item] of group.entries()) {
        item.resolve({ position: positions[index] ?? 0 });
      }
      this.#keepAlive();
    } catch (error) {
      room.forget();
      this.#want(bytes);
      const { code } = error as NodeJS.ErrnoException;
      this.#trouble = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk_full' : 'disk_error';
      for (const item of group) item.resolve({ refused: this.#trouble });
    }
  }

  #keepAlive(): void {
    this.#aliveUntil = this.#parts.clock.now() + ALIVE_MS;
    if (this.#aliveTick === undefined && !this.#closed) void this.#tick();
    else void this.#markAlive();
  }

  async #tick(): Promise<void> {
    const { clock } = this.#parts;
    this.#aliveTick = () => undefined;
    await this.#markAlive();
    if (this.#closed || clock.now() > this.#aliveUntil) {
      this.#aliveTick = undefined;
      return;
    }
    this.#aliveTick = clock.after(ALIVE_TICK_MS, () => void this.#tick());
  }

  /** Writes the mark; a call while one is being written makes that one write once more. */
  #markAlive(): Promise<void> {
    this.#markAgain = true;
    this.#marking ??= this.#writeMark().finally(() => {
      this.#marking = undefined;
    });
    return this.#marking;
  }

  async #writeMark(): Promise<void> {
    const { alive, clock, room } = this.#parts;
    while (this.#markAgain) {
      this.#markAgain = false;
      try {
        await alive.write({ at: clock.now(), end: this.end });
      } catch {
        // Without the mark a repeat just after a start may be taken as new; the disk's own trouble
        // is
        // shown by appends.
        room.forget();
      }
    }
  }
}

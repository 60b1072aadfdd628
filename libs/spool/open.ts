import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '#libs/model';

import { AliveMark, type LastSeen } from './alive-mark.ts';
import { DiskRoom, type FreeBytes } from './disk-room.ts';
import { knownFolder, prepareFolder, type SpoolFolder } from './folder.ts';
import { SPOOL_LIMITS, type SpoolLimits } from './limits.ts';
import { Quarantine } from './quarantine.ts';
import { SpoolReader } from './reader.ts';
import { listSegments, segmentName } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Spool, type BeforeStop, type Mended } from './spool.ts';
import { mendTail, type Tail } from './tail.ts';

export interface SpoolOptions {
  /** The data folder; the spool lies in `spool` inside it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly limits?: Partial<SpoolLimits>;
  /** The furthest position that any reader has durably taken; new bodies never stand before it. */
  readonly floor?: number;
  /** How much of the time before the last stop `beforeStop` covers, in ms. */
  readonly recentMs?: number;
  /** Where to ask for the room on the disk, for tests. */
  readonly freeBytes?: FreeBytes;
}

const RECENT_MS = 2000;

function stopOf(tail: Tail, last: LastSeen | undefined): number | undefined {
  const received = tail.lastReceived;
  if (received === undefined) return last?.at;
  return Math.max(received, last?.at ?? 0);
}

function beforeStopOf(tail: Tail, last: LastSeen | undefined, ms: number): BeforeStop | undefined {
  const stopped = stopOf(tail, last);
  if (stopped === undefined) return undefined;
  const recent = tail.starts.find(({ received }) => received >= stopped - ms);
  return recent === undefined ? undefined : { stopped, from: recent.position, to: tail.end };
}

async function sizeOf(folder: SpoolFolder, bases: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    bases.map(async (base) => (await stat(join(folder.path, segmentName(base)))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Opens the spool of a data folder, making it when it is not there. An unfinished record at the end
 * is set aside and counted; damage inside is left to the readers. Throws PermanentError when a
 * newer version made it.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { clock, floor = 0, recentMs = RECENT_MS } = options;
  const limits: SpoolLimits = { ...SPOOL_LIMITS, ...options.limits };
  const folder = await prepareFolder(options.folder);
  const quarantine = new Quarantine(folder.quarantine, limits);
  const { mark: alive, last } = await AliveMark.open(join(folder.path, 'alive'));
  const bases = await listSegments(folder.path);
  const tail = await mendTail(folder, bases, quarantine, { clock, limits, recentMs, last });
  const known = Math.max(tail.end + tail.cutBytes, floor);
  const missingBytes = Math.max((last?.end ?? 0) - known, 0);
  const mended: Mended = { tailBytes: tail.cutBytes, missingBytes };
  if (missingBytes > 0) {
    const facts = { position: known, to: known + missingBytes, reason: 'missing' };
    await quarantine.put({ ...facts, bytes: new Uint8Array(), at: clock.now() });
  }
  const end = Math.max(tail.end, floor);
  const writer = new SegmentWriter(folder, limits.segment_bytes, bases.at(-1) ?? -1, end);
  return new Spool({
    folder,
    limits,
    clock,
    writer,
    reader: new SpoolReader(folder, quarantine, clock, limits, end),
    alive,
    room: new DiskRoom(folder.path, limits.reserve_bytes, clock, options.freeBytes),
    bytes: await sizeOf(folder, bases),
    mended,
    beforeStop: beforeStopOf(tail, last, recentMs),
  });
}

export interface ReaderOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly limits?: Partial<SpoolLimits>;
  /** Durable end as known now; `extend` moves it on. */
  readonly end: number;
}

/**
 * A reader in another thread than the writer's; `openSpool` must have been called on the folder
 * before.
 */
export async function openSpoolReader(options: ReaderOptions): Promise<SpoolReader> {
  const limits: SpoolLimits = { ...SPOOL_LIMITS, ...options.limits };
  const folder = await knownFolder(options.folder);
  const quarantine = new Quarantine(folder.quarantine, limits);
  return new SpoolReader(folder, quarantine, options.clock, limits, options.end);
}

import { truncate } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '#libs/model';

import type { LastSeen } from './alive-mark.ts';
import type { SpoolFolder } from './folder.ts';
import type { SpoolLimits } from './limits.ts';
import type { Quarantine } from './quarantine.ts';
import {
  bytesBetween,
  openSegment,
  SEGMENT_START,
  segmentName,
  walkSegment,
  type OpenSegment,
} from './segment.ts';

/** Where a body begins and when it was received. */
export interface Start {
  readonly position: number;
  readonly received: number;
}

/** The end of the spool as it was found. */
export interface Tail {
  readonly end: number;
  /** Bytes after the last whole record, set aside. */
  readonly cutBytes: number;
  readonly lastReceived: number | undefined;
  /** The last bodies, oldest first; at least those of the last `recentMs`. */
  readonly starts: readonly Start[];
}

export interface TailNeeds {
  readonly clock: Clock;
  readonly limits: SpoolLimits;
  readonly recentMs: number;
  readonly last: LastSeen | undefined;
}

/** Most segments that are read to find what was received just before the stop. */
const SEGMENTS_MAX = 8;

async function walkStarts(
  segment: OpenSegment,
  end: number,
  folder: SpoolFolder,
  limits: SpoolLimits,
): Promise<{ readonly starts: Start[]; readonly end: number }> {
  const starts: Start[] = [];
  const walk = { seed: folder.seed, bytesMax: limits.record_bytes_max };
  let reached = Math.min(segment.base + SEGMENT_START, segment.base + segment.size);
  for await (const found of walkSegment(segment, segment.base, end, walk)) {
    if ('body' in found) {
      const { position, next, header } = found.body;
      starts.push({ position, received: header.received });
      reached = next;
    } else if (!found.damage.tail) {
      reached = found.damage.to;
    }
  }
  return { starts, end: reached };
}

/**
 * Finds the end of the last segment, sets aside what follows the last whole record and cuts it off.
 */
export async function mendTail(
  folder: SpoolFolder,
  bases: readonly number[],
  quarantine: Quarantine,
  needs: TailNeeds,
): Promise<Tail> {
  let starts: Start[] = [];
  let end: number | undefined;
  let limit: number | undefined;
  let cutBytes = 0;
  for (const base of bases.slice(-SEGMENTS_MAX).toReversed()) {
    const segment = await openSegment(folder.path, base);
    if (segment === undefined) continue;
    const fileEnd = base + segment.size;
    const walked = await walkStarts(
      segment,
      Math.min(limit ?? fileEnd, fileEnd),
      folder,
      needs.limits,
    );
    limit = segment.previousEnd;
    if (end === undefined) {
      end = walked.end;
      cutBytes = fileEnd - end;
      if (cutBytes > 0) {
        const bytes = await bytesBetween(segment, end, fileEnd, cutBytes);
        const at = needs.clock.now();
        await quarantine.put({ position: end, to: fileEnd, reason: 'torn_tail', bytes, at });
        await truncate(join(folder.path, segmentName(base)), end - base);
      }
    }
    await segment.file.close();
    starts = [...walked.starts, ...starts];
    const first = starts[0];
    const stopped = Math.max(starts.at(-1)?.received ?? 0, needs.last?.at ?? 0);
    if (first !== undefined && first.received < stopped - needs.recentMs) break;
  }
  return { end: end ?? 0, cutBytes, lastReceived: starts.at(-1)?.received, starts };
}

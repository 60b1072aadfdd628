import { covers, type Place } from '#libs/model';
import type { IncidentListView, IncidentRow } from '#libs/protocol';
import type { Documents } from '#libs/store';

import {
  compareValues,
  type IncidentFilter,
  nearestClock,
  type SortKey,
  sortValues,
  testOf,
} from './filter.ts';
import type { Memory } from './memory.ts';
import { INCIDENT_KIND, type IncidentRecord } from './record.ts';
import { type Names, rowOf } from './row.ts';

export interface IncidentListRequest extends IncidentFilter {
  /** Whose eyes: only incidents of this place are read. */
  readonly scope: Place;
  /** `open`: everything not closed, in any order; `all`: closed ones too, newest first. */
  readonly show: 'open' | 'all';
  readonly sort?: SortKey;
  readonly limit: number;
  readonly cursor?: string;
}

/** How many open incidents there are, for the tabs of the queue. */
export interface IncidentCounts {
  readonly open: number;
  readonly bySeverity: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly mine: number;
  readonly unassigned: number;
  readonly overdue: number;
}

/** A cursor that this list did not give out. */
export interface BadCursor {
  readonly reason: 'bad_cursor';
}

const LIMIT_MAX = 5000;
/** Stored incidents looked at for one page of `all`. */
const SCANNED_MAX = 20_000;
const SCAN_PAGE = 500;

function encode(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decode(cursor: string): (number | string)[] | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const plain =
      Array.isArray(values) && values.every((v) => typeof v === 'number' || typeof v === 'string');
    return plain ? values : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One page of open incidents out of memory; the cursor is a place in the order, so rows that come
 * and go harm nothing.
 */
export function listOpen(
  memory: Memory,
  request: IncidentListRequest,
): IncidentListView | BadCursor {
  const sort = request.sort ?? 'urgency';
  const after = request.cursor === undefined ? undefined : decode(request.cursor);
  if (request.cursor !== undefined && after === undefined) return { reason: 'bad_cursor' };
  const test = testOf(request);
  const limit = Math.min(request.limit, LIMIT_MAX);
  const best = new Best(limit + 1);
  let total = 0;
  for (const { row, record } of memory.open.values()) {
    const { incident } = record;
    if (!covers(request.scope, incident.place) || !test(row, incident)) continue;
    total += 1;
    const values = sortValues(incident, sort);
    if (after === undefined || compareValues(values, after) > 0) best.add({ row, values });
  }
  const found = best.inOrder();
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    seq: memory.feed.seq,
    total,
    rows: page.map(({ row }) => row),
    cursor: last === undefined ? null : encode(last.values),
  };
}

interface Keyed {
  readonly row: IncidentRow;
  readonly values: readonly (number | string)[];
}

/** The first few of many in order, without sorting all of them. */
class Best {
  readonly #count: number;
  #kept: Keyed[] = [];
  #worst: Keyed | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  add(one: Keyed): void {
    if (this.#worst !== undefined && compareValues(one.values, this.#worst.values) > 0) return;
    this.#kept.push(one);
    if (this.#kept.length < 4 * this.#count) return;
    this.#kept = this.inOrder();
    this.#worst = this.#kept.at(-1);
  }

  inOrder(): Keyed[] {
    return this.#kept.toSorted((a, b) => compareValues(a.values, b.values)).slice(0, this.#count);
  }
}

/**
 * One page of all incidents, newest first; `total` is without the filter. A filter that few rows
 * meet may give a short page whose cursor goes on from where it stopped looking.
 */
export async function listAll(
  memory: Memory,
  documents: Documents,
  names: Names,
  request: IncidentListRequest,
): Promise<IncidentListView | BadCursor> {
  const { seq } = memory.feed;
  const test = testOf(request);
  const limit = Math.min(request.limit, LIMIT_MAX);
  const [start, skip] = request.cursor === undefined ? ['', 0] : (decode(request.cursor) ?? []);
  if (typeof start !== 'string' || typeof skip !== 'number') return { reason: 'bad_cursor' };
  const rows: IncidentRow[] = [];
  let cursor = start;
  let skipped = skip;
  let total = 0;
  for (let scanned = 0; ;) {
    const page = await documents.list<IncidentRecord>(INCIDENT_KIND, {
      scope: request.scope,
      limit: SCAN_PAGE,
      ...(request.from === undefined ? {} : { from: request.from }),
      ...(request.to === undefined ? {} : { to: request.to }),
      ...(cursor === '' ? {} : { cursor }),
    });
    total = page.total;
    for (const [at, doc] of page.rows.entries()) {
      if (at < skipped) continue;
      const open = memory.open.get(doc.id);
      const row = open?.row ?? rowOf(doc.body, names);
      const { incident } = open?.record ?? doc.body;
      if (!covers(request.scope, incident.place) || !test(row, incident)) continue;
      if (rows.length === limit) return { seq, total, rows, cursor: encode([cursor, at]) };
      rows.push(row);
    }
    scanned += page.rows.length;
    skipped = 0;
    if (page.next === undefined) return { seq, total, rows, cursor: null };
    cursor = page.next;
    if (scanned >= SCANNED_MAX) return { seq, total, rows, cursor: encode([cursor, 0]) };
  }
}

export function countOpen(memory: Memory, scope: Place, user: string, now: number): IncidentCounts {
  const bySeverity: Record<string, number> = {};
  const byStatus: Record<string, number> = {};
  let [open, mine, unassigned, overdue] = [0, 0, 0, 0];
  for (const { row, record } of memory.open.values()) {
    if (!covers(scope, record.incident.place)) continue;
    open += 1;
    bySeverity[row.severity] = (bySeverity[row.severity] ?? 0) + 1;
    byStatus[row.status] = (byStatus[row.status] ?? 0) + 1;
    if (row.assignee === user) mine += 1;
    if (row.assignee === null) unassigned += 1;
    if (nearestClock(record.incident) <= now) overdue += 1;
  }
  return { open, bySeverity, byStatus, mine, unassigned, overdue };
}

import { covers, type Place } from '#libs/model';
import type { IncidentListView, IncidentRow } from '#libs/protocol';
import type { Documents } from '#libs/store';

import {
  compareValues,
  type IncidentFilter,
  nearestClock,
  placeOfRow,
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

/** One page of open incidents out of memory; the cursor is a place in the order, so rows that come and go harm nothing. */
export function listOpen(
  memory: Memory,
  request: IncidentListRequest,
): IncidentListView | BadCursor {
  const sort = request.sort ?? 'urgency';
  const after = request.cursor === undefined ? undefined : decode(request.cursor);
  if (request.cursor !== undefined && after === undefined) return { reason: 'bad_cursor' };
  const test = testOf(request);
  const keyed: { row: IncidentRow; values: readonly (number | string)[] }[] = [];
  for (const { row, record } of memory.open.values()) {
    if (!covers(request.scope, record.incident.place) || !test(row)) continue;
    keyed.push({ row, values: [...sortValues(row, sort), row.id] });
  }
  keyed.sort((a, b) => compareValues(a.values, b.values));
  const start =
    after === undefined ? 0 : keyed.findIndex((one) => compareValues(one.values, after) > 0);
  const limit = Math.min(request.limit, LIMIT_MAX);
  const page = start < 0 ? [] : keyed.slice(start, start + limit);
  const last = page.at(-1);
  const more = start >= 0 && start + page.length < keyed.length;
  return {
    seq: memory.feed.seq,
    total: keyed.length,
    rows: page.map(({ row }) => row),
    cursor: more && last !== undefined ? encode(last.values) : null,
  };
}

/**
 * One page of all incidents, newest first. With a filter `total` counts what was looked at up to a limit; the cursor goes
 * on from there.
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
      const row = memory.open.get(doc.id)?.row ?? rowOf(doc.body, names);
      if (!covers(request.scope, placeOfRow(row)) || !test(row)) continue;
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
    if (nearestClock(row) <= now) overdue += 1;
  }
  return { open, bySeverity, byStatus, mine, unassigned, overdue };
}

import type { IncidentStatus, Severity } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

import { fold } from '../format/fold.ts';

export const SEVERITY_ORDER: readonly Severity[] = [
  'critical',
  'high',
  'medium',
  'low',
  'informational',
];
export const STATUS_ORDER: readonly IncidentStatus[] = [
  'new',
  'acknowledged',
  'in_progress',
  'waiting_locality',
  'waiting_vendor',
  'resolved',
  'closed',
];
export const TABS = [
  'open',
  'mine',
  'unassigned',
  'critical',
  'due',
  'waiting',
  'snoozed',
] as const;
export type Tab = (typeof TABS)[number];
export const SORTS = ['severity', 'status', 'locality', 'last', 'due', 'events'] as const;
export type Sort = (typeof SORTS)[number];

export const GROUPINGS = ['rule', 'locality', 'entity', 'owner'] as const;
/** What the rows of the queue can be grouped by. */
export type Grouping = (typeof GROUPINGS)[number];

/** A deadline nearer than this makes an incident "due soon" and its time amber. */
export const DUE_SOON_MS = 60 * 60_000;

/** What the person asks the queue to show; all of it stands in the URL. */
export interface Criteria {
  readonly tab: Tab;
  /** Least severity shown, `null` for all. */
  readonly severity: Severity | null;
  readonly status: IncidentStatus | null;
  /** Province code. */
  readonly locality: string | null;
  readonly text: string;
  readonly sort: Sort;
  readonly group: Grouping | null;
  readonly user: string;
}

export function severityRank(severity: Severity): number {
  return SEVERITY_ORDER.indexOf(severity);
}

export function isOpen(row: IncidentRow): boolean {
  return row.status !== 'closed';
}

/** True while somebody put it off; `now` in ms. */
export function isSnoozed(row: IncidentRow, now: number): boolean {
  return row.snoozed !== null && Date.parse(row.snoozed) > now;
}

/** The nearest running deadline, or null. */
export function nearestClock(row: IncidentRow): { name: string; at: string } | null {
  let nearest: { name: string; at: string } | null = null;
  for (const name in row.clocks) {
    const at = row.clocks[name];
    if (at !== undefined && (nearest === null || at < nearest.at)) nearest = { name, at };
  }
  return nearest;
}

/** Now, and the instant before which a deadline is near; text in one zone sorts by time. */
export interface Instants {
  readonly now: string;
  readonly soon: string;
}

export function instantsAt(now: number): Instants {
  return { now: new Date(now).toISOString(), soon: new Date(now + DUE_SOON_MS).toISOString() };
}

function isDue(row: IncidentRow, soon: string): boolean {
  for (const name in row.clocks) {
    if ((row.clocks[name] ?? soon) < soon) return true;
  }
  return false;
}

/**
 * True when the row belongs to the tab. One that was put off stands in no other tab than its own
 * until its time is there or its deadline comes near.
 */
export function inTab(row: IncidentRow, tab: Tab, user: string, at: Instants): boolean {
  if (!isOpen(row)) return false;
  if (row.snoozed !== null && row.snoozed > at.now) {
    if (tab === 'snoozed') return true;
    if (!isDue(row, at.soon)) return false;
  }
  switch (tab) {
    case 'snoozed':
      return false;
    case 'open':
      return true;
    case 'mine':
      return row.assignee === user;
    case 'unassigned':
      return row.assignee === null;
    case 'critical':
      return row.severity === 'critical';
    case 'waiting':
      return row.status === 'waiting_locality' || row.status === 'waiting_vendor';
    case 'due':
      return isDue(row, at.soon);
  }
}

const folded = new WeakMap<IncidentRow, string>();

function searchText(row: IncidentRow): string {
  let text = folded.get(row);
  if (text === undefined) {
    const { provinceName, communeName } = row.locality;
    const owner = row.assignee ?? '';
    const parts = [
      row.id,
      row.title,
      row.titleEn,
      provinceName,
      communeName ?? '',
      row.entity ?? '',
    ];
    text = fold([...parts, owner, ...row.rules].join('\n'));
    folded.set(row, text);
  }
  return text;
}

/** A test for rows, the text folded once. */
export function matcher(criteria: Criteria, now: number): (row: IncidentRow) => boolean {
  const words = fold(criteria.text)
    .split(/\s+/)
    .filter((word) => word !== '');
  const worst = criteria.severity === null ? null : severityRank(criteria.severity);
  const at = instantsAt(now);
  return (row) =>
    inTab(row, criteria.tab, criteria.user, at) &&
    (worst === null || severityRank(row.severity) <= worst) &&
    (criteria.status === null || row.status === criteria.status) &&
    (criteria.locality === null || row.locality.province === criteria.locality) &&
    words.every((word) => searchText(row).includes(word));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const FAR = '9999';

/**
 * Worst first, then the nearest deadline, then the latest seen; every other order falls back to
 * this one.
 */
function bySeverity(a: IncidentRow, b: IncidentRow): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    compare(nearestClock(a)?.at ?? FAR, nearestClock(b)?.at ?? FAR) ||
    compare(b.last, a.last) ||
    compare(b.id, a.id)
  );
}

const ORDERS: Readonly<Record<Sort, (a: IncidentRow, b: IncidentRow) => number>> = {
  severity: bySeverity,
  status: (a, b) =>
    STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) || bySeverity(a, b),
  locality: (a, b) =>
    compare(fold(a.locality.provinceName), fold(b.locality.provinceName)) || bySeverity(a, b),
  last: (a, b) => compare(b.last, a.last) || bySeverity(a, b),
  due: (a, b) =>
    compare(nearestClock(a)?.at ?? FAR, nearestClock(b)?.at ?? FAR) || bySeverity(a, b),
  events: (a, b) => b.events - a.events || bySeverity(a, b),
};

export function comparator(sort: Sort): (a: IncidentRow, b: IncidentRow) => number {
  return ORDERS[sort];
}

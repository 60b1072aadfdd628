import { type Place, SEVERITIES } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

/** What a list of incidents is asked for; every part narrows it. */
export interface IncidentFilter {
  /** Words, and `severity:` `status:` `assignee:` `rule:` `entity:` `locality:` `scope:` `id:` with a value. */
  readonly q?: string;
  readonly severity?: readonly string[];
  readonly status?: readonly string[];
  readonly assignee?: string;
  readonly unassigned?: boolean;
  readonly rule?: string;
  /** Province or commune code. */
  readonly locality?: string;
  /** Bounds on `last`, ms: `[from, to)`. */
  readonly from?: number;
  readonly to?: number;
  /** Some clock is past, as of this time, ms. */
  readonly overdueAt?: number;
}

export type SortKey = 'urgency' | 'last' | 'first' | 'severity' | 'events' | 'id';

/** Lower case without Vietnamese marks, so that `dak lak` finds Đắk Lắk. */
export function folded(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase();
}

const FIELDS: Readonly<
  Record<string, (row: IncidentRow) => readonly (string | null | undefined)[]>
> = {
  id: (row) => [row.id],
  severity: (row) => [row.severity],
  status: (row) => [row.status],
  verdict: (row) => [row.verdict ?? 'none'],
  assignee: (row) => [row.assignee ?? 'none'],
  rule: (row) => row.rules,
  entity: (row) => [row.entity],
  scope: (row) => [row.scope],
  parent: (row) => [row.parent],
  locality: ({ locality }) => [
    locality.province,
    locality.commune,
    locality.provinceName,
    locality.communeName,
  ],
};

const WORDS_MAX = 20;

type Test = (row: IncidentRow) => boolean;

function wordTest(word: string): Test {
  const colon = word.indexOf(':');
  const name = colon > 0 ? word.slice(0, colon).toLowerCase() : '';
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) {
    const wanted = folded(word.slice(colon + 1));
    return (row) =>
      field(row).some((value) => typeof value === 'string' && folded(value) === wanted);
  }
  const wanted = folded(word);
  return (row) => {
    const { locality } = row;
    const parts = [row.id, row.title, row.titleEn, row.entity, row.assignee, ...row.rules];
    parts.push(locality.provinceName, locality.communeName ?? '');
    return folded(parts.join(' ')).includes(wanted);
  };
}

/** One test out of a filter; words of `q` must all be met, quotes keep words together. */
export function testOf(filter: IncidentFilter): Test {
  const words = (filter.q ?? '').match(/[^\s"]*"[^"]*"|\S+/g) ?? [];
  const tests = words.slice(0, WORDS_MAX).map((word) => wordTest(word.replaceAll('"', '')));
  const within = (wanted: readonly string[] | undefined, value: string): boolean =>
    wanted === undefined || wanted.length === 0 || wanted.includes(value);
  return (row) => {
    if (!within(filter.severity, row.severity) || !within(filter.status, row.status)) return false;
    if (filter.assignee !== undefined && row.assignee !== filter.assignee) return false;
    if (filter.unassigned === true && row.assignee !== null) return false;
    if (filter.rule !== undefined && !row.rules.includes(filter.rule)) return false;
    const { locality: place } = row;
    if (
      filter.locality !== undefined &&
      place.province !== filter.locality &&
      place.commune !== filter.locality
    ) {
      return false;
    }
    const last = filter.from === undefined && filter.to === undefined ? 0 : Date.parse(row.last);
    if (filter.from !== undefined && last < filter.from) return false;
    if (filter.to !== undefined && last >= filter.to) return false;
    if (filter.overdueAt !== undefined && !(nearestClock(row) <= filter.overdueAt)) return false;
    return tests.every((test) => test(row));
  };
}

/** When the nearest clock of a row ends, ms; never when none runs. */
export function nearestClock(row: IncidentRow): number {
  const due = Object.values(row.clocks).map((instant) => Date.parse(instant));
  return due.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...due);
}

/** What a row is sorted by, least first. */
export function sortValues(row: IncidentRow, sort: SortKey): readonly (number | string)[] {
  return SORTS[sort](row);
}

const SORTS: Readonly<Record<SortKey, (row: IncidentRow) => readonly (number | string)[]>> = {
  urgency: (row) => [severityOf(row), nearestClock(row), -Date.parse(row.last)],
  last: (row) => [-Date.parse(row.last)],
  first: (row) => [-Date.parse(row.first)],
  severity: (row) => [severityOf(row), -Date.parse(row.last)],
  events: (row) => [-row.events],
  id: (row) => [row.id],
};

function severityOf(row: IncidentRow): number {
  return SEVERITIES.indexOf(row.severity);
}

export function compareValues(
  a: readonly (number | string)[],
  b: readonly (number | string)[],
): number {
  for (const [at, one] of a.entries()) {
    const other = b[at];
    if (other === undefined || one === other) continue;
    return one < other ? -1 : 1;
  }
  return 0;
}

/** Where a row belongs to, for scope. */
export function placeOfRow(row: IncidentRow): Place {
  const { province, commune } = row.locality;
  return commune === undefined ? { province } : { province, commune };
}

import { type Incident, SEVERITIES } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

/** What a list of incidents is asked for; every part narrows it. */
export interface IncidentFilter {
  /**
   * Words, and `severity:` `status:` `assignee:` `rule:` `entity:` `locality:` `scope:` `id:` with
   * a value.
   */
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
function folded(text: string): string {
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

type WordTest = (row: IncidentRow) => boolean;
type Test = (row: IncidentRow, incident: Incident) => boolean;

/** What words are looked for in; made once per row, rows are never changed. */
const searched = new WeakMap<IncidentRow, string>();

function searchText(row: IncidentRow): string {
  const known = searched.get(row);
  if (known !== undefined) return known;
  const { locality } = row;
  const parts = [row.id, row.title, row.titleEn, row.entity, row.assignee, ...row.rules];
  parts.push(locality.provinceName, locality.communeName ?? '');
  const text = folded(parts.join(' '));
  searched.set(row, text);
  return text;
}

function wordTest(word: string): WordTest {
  const colon = word.indexOf(':');
  const name = colon > 0 ? word.slice(0, colon).toLowerCase() : '';
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) {
    const wanted = folded(word.slice(colon + 1));
    return (row) =>
      field(row).some((value) => typeof value === 'string' && folded(value) === wanted);
  }
  const wanted = folded(word);
  return (row) => searchText(row).includes(wanted);
}

/** One test out of a filter; words of `q` must all be met, quotes keep words together. */
export function testOf(filter: IncidentFilter): Test {
  const words = (filter.q ?? '').match(/[^\s"]*"[^"]*"|\S+/g) ?? [];
  const tests = words.slice(0, WORDS_MAX).map((word) => wordTest(word.replaceAll('"', '')));
  const within = (wanted: readonly string[] | undefined, value: string): boolean =>
    wanted === undefined || wanted.length === 0 || wanted.includes(value);
  return (row, incident) => {
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
    if (filter.from !== undefined && incident.last < filter.from) return false;
    if (filter.to !== undefined && incident.last >= filter.to) return false;
    if (filter.overdueAt !== undefined && nearestClock(incident) > filter.overdueAt) return false;
    return tests.every((test) => test(row));
  };
}

/** When the nearest clock of an incident ends, ms; never when none runs. */
export function nearestClock({ clocks }: Incident): number {
  let nearest = Number.MAX_SAFE_INTEGER;
  for (const name in clocks) nearest = Math.min(nearest, clocks[name] ?? nearest);
  return nearest;
}

/** What an incident is sorted by, least first; its id decides between equals. */
export function sortValues(incident: Incident, sort: SortKey): readonly (number | string)[] {
  return SORTS[sort](incident);
}

const SORTS: Readonly<Record<SortKey, (incident: Incident) => readonly (number | string)[]>> = {
  urgency: (incident) => [
    severityOf(incident),
    nearestClock(incident),
    -incident.last,
    incident.id,
  ],
  last: ({ last, id }) => [-last, id],
  first: ({ first, id }) => [-first, id],
  severity: (incident) => [severityOf(incident), -incident.last, incident.id],
  events: ({ events, id }) => [-events, id],
  id: ({ id }) => [id],
};

function severityOf({ severity }: Incident): number {
  return SEVERITIES.indexOf(severity);
}

export function compareValues(
  a: readonly (number | string)[],
  b: readonly (number | string)[],
): number {
  for (let at = 0; at < a.length; at += 1) {
    const [one, other] = [a[at], b[at]];
    if (one === undefined || other === undefined || one === other) continue;
    return one < other ? -1 : 1;
  }
  return 0;
}

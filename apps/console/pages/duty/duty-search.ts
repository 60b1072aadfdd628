import type { IncidentStatus, Severity } from '#libs/model';

import {
  type Criteria,
  SEVERITY_ORDER,
  type Sort,
  SORTS,
  STATUS_ORDER,
  type Tab,
  TABS,
} from '../../live/criteria.ts';
import { type Grouping, GROUPINGS } from '../../live/criteria.ts';
import { readTexts } from '../../search-params.ts';
import { PANEL_TABS, type PanelTab } from '../incident/incident-search.ts';

/** The queue's state in the URL, under short keys (console.md §6.2). */
export interface DutySearch {
  /** Tab. */
  readonly v?: Tab;
  readonly q?: string;
  /** Least severity. */
  readonly sev?: Severity;
  readonly st?: IncidentStatus;
  readonly loc?: string;
  readonly sort?: Sort;
  /** What the rows are grouped by. */
  readonly nhom?: Grouping;
  /** Saved view that was opened last. */
  readonly kn?: string;
  /** The incident under the cursor. */
  readonly id?: string;
  readonly tab?: PanelTab;
  /** `0` when the panel is closed. */
  readonly khung?: '0';
}

function oneOf<T extends string>(value: string | undefined, words: readonly T[]): T | undefined {
  return words.find((word) => word === value);
}

/** Reads the URL; what is not a word of ours is left aside. */
export function readDutySearch(search: Record<string, unknown>): DutySearch {
  const keys = ['v', 'q', 'sev', 'st', 'loc', 'sort', 'nhom', 'kn', 'id', 'tab', 'khung'] as const;
  const found = readTexts(search, keys);
  const out: { -readonly [K in keyof DutySearch]: DutySearch[K] | undefined } = {
    v: oneOf(found.v, TABS),
    q: found.q,
    sev: oneOf(found.sev, SEVERITY_ORDER),
    st: oneOf(found.st, STATUS_ORDER),
    loc: found.loc,
    sort: oneOf(found.sort, SORTS),
    nhom: oneOf(found.nhom, GROUPINGS),
    kn: found.kn,
    id: found.id,
    tab: oneOf(found.tab, PANEL_TABS),
    khung: found.khung === '0' ? '0' : undefined,
  };
  return Object.fromEntries(
    Object.entries(out).filter(([, value]) => value !== undefined),
  ) as DutySearch;
}

export function criteriaOf(search: DutySearch, user: string): Criteria {
  return {
    tab: search.v ?? 'open',
    severity: search.sev ?? null,
    status: search.st ?? null,
    locality: search.loc ?? null,
    text: search.q ?? '',
    sort: search.sort ?? 'severity',
    group: search.nhom ?? null,
    user,
  };
}

/** True when a filter beside the tab narrows the list. */
export function isNarrowed(search: DutySearch): boolean {
  return [search.q, search.sev, search.st, search.loc].some((value) => value !== undefined);
}

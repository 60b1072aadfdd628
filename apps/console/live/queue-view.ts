import type { IncidentRow } from '#libs/protocol';

import {
  comparator,
  type Criteria,
  type Instants,
  instantsAt,
  inTab,
  matcher,
  type Tab,
  TABS,
} from './criteria.ts';
import { Groups, type RowGroup } from './grouping.ts';
import type { RowBook } from './row-book.ts';

export type Counts = Readonly<Record<Tab, number>>;

/** What the list paints; a new object whenever any of it changed. */
export interface QueueSnapshot {
  /** Ids in frozen order: a row keeps its place until the person asks (console.md R1). */
  readonly order: readonly string[];
  /** The order cut into groups, `null` when it is one list. */
  readonly groups: readonly RowGroup[] | null;
  /** Names of the provinces that incidents lie in, by code; another map when one comes. */
  readonly provinces: ReadonlyMap<string, string>;
  /** Matching rows that are not in the order yet. */
  readonly fresh: number;
  readonly freshCritical: number;
  /** Rows that match the criteria now, placed or not. */
  readonly matching: number;
  readonly counts: Counts;
  /** Critical incidents nobody took yet. */
  readonly alarming: number;
  readonly paused: boolean;
  readonly waiting: number;
}

const NO_COUNTS: Counts = {
  open: 0,
  mine: 0,
  unassigned: 0,
  critical: 0,
  due: 0,
  waiting: 0,
  snoozed: 0,
};

/** The order and the counts of the duty queue over the rows of a book. */
export class QueueView {
  readonly #book: RowBook;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #fresh = new Set<string>();
  #criteria: Criteria;
  #matches: (row: IncidentRow) => boolean;
  #order: readonly string[] = [];
  #groups: Groups | null = null;
  #cut: readonly RowGroup[] | null = null;
  #provinces: ReadonlyMap<string, string> = new Map();
  #placed = new Set<string>();
  #counts: Record<Tab, number> = { ...NO_COUNTS };
  #alarming = 0;
  #matching = 0;
  #snapshot: QueueSnapshot;

  constructor(book: RowBook, criteria: Criteria, now: () => number) {
    this.#book = book;
    this.#now = now;
    this.#criteria = criteria;
    this.#matches = matcher(criteria, now());
    this.#snapshot = this.#take();
    book.changed = (before, after) => this.#rowChanged(before, after);
    book.onFlush(() => this.#tell());
  }

  get criteria(): Criteria {
    return this.#criteria;
  }

  snapshot = (): QueueSnapshot => this.#snapshot;

  subscribe = (call: () => void): (() => void) => {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  };

  /** True while the row belongs to what is shown; a placed row that does not is a ghost. */
  matches(row: IncidentRow): boolean {
    return this.#matches(row);
  }

  isFresh(id: string): boolean {
    return this.#fresh.has(id);
  }

  /** Another filter or order; the list is built anew because the person asked. */
  ask(criteria: Criteria): void {
    const sameUser = criteria.user === this.#criteria.user;
    this.#criteria = criteria;
    this.#matches = matcher(criteria, this.#now());
    if (!sameUser) this.recount();
    this.rebuild();
  }

  /** Filters and sorts all rows: what N and reload do. */
  rebuild(): void {
    const rows: IncidentRow[] = [];
    for (const row of this.#book.rows()) if (this.#matches(row)) rows.push(row);
    const { group } = this.#criteria;
    this.#groups = group === null ? null : new Groups(group, rows);
    rows.sort(this.#comparator());
    this.#matching = rows.length;
    this.#placed = new Set();
    this.#place(
      rows.map((row) => row.id),
      rows,
    );
    this.#fresh.clear();
    this.#tell();
  }

  /** Puts the new rows where they belong and moves no row that is there past another. */
  mergeFresh(): void {
    if (this.#fresh.size === 0) return;
    // Nothing has a place that could be kept: groups stand as the rows now make them.
    if (this.#order.length === 0) {
      this.rebuild();
      return;
    }
    const compare = this.#comparator();
    const rows = [...this.#fresh]
      .map((id) => this.#book.row(id))
      .filter((row) => row !== undefined);
    rows.sort(compare);
    const order: string[] = [];
    let next = 0;
    for (const id of this.#order) {
      const placed = next < rows.length ? this.#book.row(id) : undefined;
      for (let row = rows[next]; row !== undefined; row = rows[next]) {
        if (placed === undefined || compare(row, placed) >= 0) break;
        order.push(row.id);
        next += 1;
      }
      order.push(id);
    }
    for (const row of rows.slice(next)) order.push(row.id);
    this.#place(order, rows);
    this.#fresh.clear();
    this.#tell();
  }

  /** Counts everything again: deadlines come near, and what was put off comes back, without any row
   * changing. */
  recount(): void {
    const now = this.#now();
    const at = instantsAt(now);
    this.#matches = matcher(this.#criteria, now);
    this.#counts = { ...NO_COUNTS };
    this.#alarming = 0;
    this.#matching = 0;
    for (const row of this.#book.rows()) {
      this.#count(row, 1, at);
      // What was put off comes back as new rows do.
      if (!this.#placed.has(row.id) && this.#matches(row)) this.#fresh.add(row.id);
    }
    this.#tell();
  }

  #comparator(): (a: IncidentRow, b: IncidentRow) => number {
    const compare = comparator(this.#criteria.sort);
    const groups = this.#groups;
    if (groups === null) return compare;
    return (a, b) => groups.rank(a) - groups.rank(b) || compare(a, b);
  }

  #place(order: readonly string[], added: readonly IncidentRow[]): void {
    this.#order = order;
    for (const { id } of added) this.#placed.add(id);
    this.#cut = this.#groups?.over(order) ?? null;
  }

  #rowChanged(before: IncidentRow | undefined, after: IncidentRow | undefined): void {
    const at = instantsAt(this.#now());
    if (before !== undefined) this.#count(before, -1, at);
    if (after !== undefined) this.#count(after, 1, at);
    if (after !== undefined && before === undefined) this.#noteProvince(after);
    const id = (after ?? before)?.id;
    if (id === undefined || this.#placed.has(id)) return;
    if (after !== undefined && this.#matches(after)) this.#fresh.add(id);
    else this.#fresh.delete(id);
  }

  #noteProvince({ locality: { province, provinceName } }: IncidentRow): void {
    if (this.#provinces.has(province)) return;
    this.#provinces = new Map([...this.#provinces, [province, provinceName]]);
  }

  #count(row: IncidentRow, by: 1 | -1, at: Instants): void {
    for (const tab of TABS) {
      if (inTab(row, tab, this.#criteria.user, at)) this.#counts[tab] += by;
    }
    if (row.severity === 'critical' && row.status === 'new') this.#alarming += by;
    if (this.#matches(row)) this.#matching += by;
  }

  #take(): QueueSnapshot {
    let freshCritical = 0;
    for (const id of this.#fresh) {
      if (this.#book.row(id)?.severity === 'critical') freshCritical += 1;
    }
    return {
      order: this.#order,
      groups: this.#cut,
      provinces: this.#provinces,
      fresh: this.#fresh.size,
      freshCritical,
      matching: this.#matching,
      counts: { ...this.#counts },
      alarming: this.#alarming,
      paused: this.#book.paused,
      waiting: this.#book.waiting,
    };
  }

  #tell(): void {
    const next = this.#take();
    if (same(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const call of this.#listeners) call();
  }
}

function same(a: QueueSnapshot, b: QueueSnapshot): boolean {
  return (
    a.order === b.order &&
    a.groups === b.groups &&
    a.provinces === b.provinces &&
    a.fresh === b.fresh &&
    a.freshCritical === b.freshCritical &&
    a.matching === b.matching &&
    a.alarming === b.alarming &&
    a.paused === b.paused &&
    a.waiting === b.waiting &&
    TABS.every((tab) => a.counts[tab] === b.counts[tab])
  );
}

import type { IncidentRow } from '#libs/protocol';

import { comparator, type Criteria, inTab, matcher, soonAt, type Tab, TABS } from './criteria.ts';
import type { RowBook } from './row-book.ts';

export type Counts = Readonly<Record<Tab, number>>;

/** What the list paints; a new object whenever any of it changed. */
export interface QueueSnapshot {
  /** Ids in frozen order: a row keeps its place until the person asks (console.md R1). */
  readonly order: readonly string[];
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

const NO_COUNTS: Counts = { open: 0, mine: 0, unassigned: 0, critical: 0, due: 0, waiting: 0 };

/** The order and the counts of the duty queue over the rows of a book. */
export class QueueView {
  readonly #book: RowBook;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #fresh = new Set<string>();
  #criteria: Criteria;
  #matches: (row: IncidentRow) => boolean;
  #order: readonly string[] = [];
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
    rows.sort(comparator(this.#criteria.sort));
    this.#matching = rows.length;
    this.#place(rows.map((row) => row.id));
    this.#fresh.clear();
    this.#tell();
  }

  /** Puts the new rows where they belong and moves no row that is there past another. */
  mergeFresh(): void {
    if (this.#fresh.size === 0) return;
    const compare = comparator(this.#criteria.sort);
    const rows = [...this.#fresh]
      .map((id) => this.#book.row(id))
      .filter((row) => row !== undefined);
    rows.sort(compare);
    const order: string[] = [];
    let next = 0;
    for (const id of this.#order) {
      const placed = this.#book.row(id);
      for (let row = rows[next]; row !== undefined; row = rows[next]) {
        if (placed === undefined || compare(row, placed) >= 0) break;
        order.push(row.id);
        next += 1;
      }
      order.push(id);
    }
    for (const row of rows.slice(next)) order.push(row.id);
    this.#place(order);
    this.#fresh.clear();
    this.#tell();
  }

  /** Counts everything again: deadlines come near without any row changing. */
  recount(): void {
    const now = this.#now();
    const soon = soonAt(now);
    this.#matches = matcher(this.#criteria, now);
    this.#counts = { ...NO_COUNTS };
    this.#alarming = 0;
    this.#matching = 0;
    for (const row of this.#book.rows()) this.#count(row, 1, soon);
    this.#tell();
  }

  #place(order: readonly string[]): void {
    this.#order = order;
    this.#placed = new Set(order);
  }

  #rowChanged(before: IncidentRow | undefined, after: IncidentRow | undefined): void {
    const soon = soonAt(this.#now());
    if (before !== undefined) this.#count(before, -1, soon);
    if (after !== undefined) this.#count(after, 1, soon);
    const id = (after ?? before)?.id;
    if (id === undefined || this.#placed.has(id)) return;
    if (after !== undefined && this.#matches(after)) this.#fresh.add(id);
    else this.#fresh.delete(id);
  }

  #count(row: IncidentRow, by: 1 | -1, soon: string): void {
    for (const tab of TABS) {
      if (inTab(row, tab, this.#criteria.user, soon)) this.#counts[tab] += by;
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
    a.fresh === b.fresh &&
    a.freshCritical === b.freshCritical &&
    a.matching === b.matching &&
    a.alarming === b.alarming &&
    a.paused === b.paused &&
    a.waiting === b.waiting &&
    TABS.every((tab) => a.counts[tab] === b.counts[tab])
  );
}

import type { Delta, IncidentRow } from '#libs/protocol';

type Patch = Partial<IncidentRow>;

/** Tells about every row that became another one, before any page is painted. */
export type RowChanged = (before: IncidentRow | undefined, after: IncidentRow | undefined) => void;

/**
 * The incidents this browser knows, by id, kept true by absolute changes. Whoever shows a row
 * subscribes to that row
 * alone and is told at most once per `schedule` (a frame). While paused, shown rows stay as they
 * were; `rows` do not.
 */
export class RowBook {
  readonly #rows = new Map<string, IncidentRow>();
  readonly #patches = new Map<string, Patch>();
  readonly #patched = new Map<string, IncidentRow>();
  readonly #frozen = new Map<string, IncidentRow | undefined>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #dirty = new Set<string>();
  readonly #flushed = new Set<() => void>();
  readonly #schedule: (flush: () => void) => void;
  #scheduled = false;
  #paused = false;
  #waiting = 0;
  changed: RowChanged = () => {};

  constructor(schedule: (flush: () => void) => void) {
    this.#schedule = schedule;
  }

  get size(): number {
    return this.#rows.size;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Changes that came while paused. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The row as it now is, optimistic acts included. */
  row(id: string): IncidentRow | undefined {
    return this.#patched.get(id) ?? this.#rows.get(id);
  }

  /** The row as it is to be painted: while paused, as it was when the pause began. */
  shown(id: string): IncidentRow | undefined {
    if (this.#paused && this.#frozen.has(id)) return this.#frozen.get(id);
    return this.row(id);
  }

  pending(id: string): boolean {
    return this.#patches.has(id);
  }

  *rows(): IterableIterator<IncidentRow> {
    for (const id of this.#rows.keys()) {
      const row = this.row(id);
      if (row !== undefined) yield row;
    }
  }

  /** Rows of a page, which is newer than what is known unless its version is behind. */
  load(rows: readonly IncidentRow[]): void {
    for (const row of rows) this.put(row);
  }

  /**
   * Takes a whole row in unless a newer version is here already. A version counts what people did;
   * what the product adds (events, alerts, times) changes without one.
   */
  put(row: IncidentRow): void {
    const known = this.#rows.get(row.id);
    if (known === undefined || row.version >= known.version) this.#replace(row.id, row);
  }

  /** Takes what people did from a newer version; the rest comes by the deltas, in their order. */
  settle(row: IncidentRow): void {
    const known = this.#rows.get(row.id);
    if (known === undefined) this.#replace(row.id, row);
    else if (row.version > known.version) {
      const { status, verdict, assignee, severity, closedBy } = row;
      const { parent, snoozed, clocks, version } = row;
      const decided = { status, verdict, assignee, severity, closedBy };
      const human = { ...decided, parent, snoozed, clocks, version };
      this.#replace(row.id, { ...known, ...human });
    }
  }

  /** Applies a delta and gives back the ids it changes that are not known here. */
  apply(delta: Delta): readonly string[] {
    for (const row of delta.add) this.put(row);
    const unknown: string[] = [];
    for (const [id, patch] of delta.set) {
      const known = this.#rows.get(id);
      if (known === undefined) unknown.push(id);
      else if (patch.version === undefined || patch.version >= known.version) {
        this.#replace(id, { ...known, ...patch });
      }
    }
    for (const id of delta.drop) this.drop(id);
    return unknown;
  }

  drop(id: string): void {
    if (!this.#rows.has(id)) return;
    this.#patches.delete(id);
    this.#replace(id, undefined);
  }

  /**
   * Shows `patch` over the row until it is taken off: what a person did and the server has not
   * confirmed.
   */
  patch(id: string, patch: Patch): void {
    this.#overlay(id, patch);
  }

  /** Takes `patch` off again unless a later one lies over the row by now. */
  unpatch(id: string, patch: Patch): void {
    if (this.#patches.get(id) === patch) this.#overlay(id, null);
  }

  #overlay(id: string, patch: Patch | null): void {
    const before = this.row(id);
    if (patch === null) this.#patches.delete(id);
    else this.#patches.set(id, patch);
    // What a person does is shown at once, also on a paused list.
    this.#frozen.delete(id);
    this.#merge(id);
    this.changed(before, this.row(id));
    this.#touch(id);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#waiting = 0;
    for (const id of this.#frozen.keys()) this.#touch(id);
    this.#frozen.clear();
    this.#askFlush();
  }

  /** Calls after a frame in which this row changed. Returns how to stop. */
  watch(id: string, call: () => void): () => void {
    let calls = this.#watchers.get(id);
    if (calls === undefined) {
      calls = new Set();
      this.#watchers.set(id, calls);
    }
    calls.add(call);
    return () => {
      calls.delete(call);
      if (calls.size === 0) this.#watchers.delete(id);
    };
  }

  /** Calls after every frame in which anything changed. */
  onFlush(call: () => void): () => void {
    this.#flushed.add(call);
    return () => this.#flushed.delete(call);
  }

  #replace(id: string, after: IncidentRow | undefined): void {
    const before = this.row(id);
    if (this.#paused) {
      this.#waiting += 1;
      if (!this.#frozen.has(id) && before !== undefined) this.#frozen.set(id, before);
    }
    if (after === undefined) this.#rows.delete(id);
    else this.#rows.set(id, after);
    this.#merge(id);
    this.changed(before, this.row(id));
    this.#touch(id);
  }

  #merge(id: string): void {
    const patch = this.#patches.get(id);
    const row = this.#rows.get(id);
    if (patch === undefined || row === undefined) this.#patched.delete(id);
    else this.#patched.set(id, { ...row, ...patch });
  }

  #touch(id: string): void {
    if (this.#watchers.has(id)) this.#dirty.add(id);
    this.#askFlush();
  }

  #askFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const id of dirty) for (const call of this.#watchers.get(id) ?? []) call();
    for (const call of this.#flushed) call();
  }
}

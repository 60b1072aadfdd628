import type { ActionName, ActionRequest, Delta, IncidentRow, IncidentView } from '#libs/protocol';

import { idOf, makeRow, seeded } from './generated-incidents.ts';
import { viewOf } from './generated-view.ts';

interface Change {
  readonly seq: number;
  readonly id: string;
  readonly set: Partial<IncidentRow> | null;
  readonly add: IncidentRow | null;
}

type Timeline = IncidentView['timeline'][number];

/** What a stand-in for the incident book answers to an act. */
export type ActAnswer =
  | { readonly kind: 'done'; readonly view: IncidentView }
  | { readonly kind: 'conflict'; readonly current: IncidentRow; readonly changedBy: string }
  | { readonly kind: 'not_found' };

const RING_MAX = 20_000;
/** Of the changes made by themselves: new incidents, closed ones; the rest are counts. */
const NEW_SHARE = 0.02;
const CLOSED_SHARE = 0.02;

/**
 * The incidents of a generated country with their numbered changes, kept by the rules of
 * libs/protocol: what the
 * console's own tests talk to, so that 20,000 incidents and 200 changes a second need no product
 * behind them.
 */
export class StandInDesk {
  readonly rows = new Map<string, IncidentRow>();
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #timelines = new Map<string, Timeline[]>();
  readonly #before = new Map<string, IncidentRow[]>();
  readonly #ring: Change[] = [];
  #next = 1;
  seq = 0;
  /** Who last changed an incident, for conflicts. */
  readonly changedBy = new Map<string, string>();

  constructor(options: {
    readonly count: number;
    readonly seed: number;
    readonly now: () => number;
  }) {
    this.#random = seeded(options.seed);
    this.#now = options.now;
    for (let made = 0; made < options.count; made += 1) this.#make();
  }

  #make(): IncidentRow {
    const row = makeRow(this.#next, this.#now(), this.#random);
    this.#next += 1;
    this.rows.set(row.id, row);
    return row;
  }

  open(): readonly IncidentRow[] {
    return [...this.rows.values()].filter((row) => row.status !== 'closed');
  }

  /**
   * One change by itself, as alerts keep joining: mostly counts, now and then a new or closed
   * incident.
   */
  stir(): void {
    const dice = this.#random();
    if (dice < NEW_SHARE) {
      this.create({});
      return;
    }
    const row = this.rows.get(idOf(1 + Math.floor(this.#random() * (this.#next - 1))));
    if (row === undefined || row.status === 'closed') return;
    if (dice < NEW_SHARE + CLOSED_SHARE) {
      this.change(row.id, { status: 'closed', verdict: 'benign', closedBy: 'person' }, 'lan.huong');
    } else {
      const last = new Date(this.#now()).toISOString();
      this.change(row.id, { events: row.events + 1, last }, 'system');
    }
  }

  create(fields: Partial<IncidentRow>): IncidentRow {
    const made = this.#make();
    const last = new Date(this.#now()).toISOString();
    const row: IncidentRow = { ...made, status: 'new', assignee: null, last, ...fields };
    this.rows.set(row.id, row);
    this.#note({ id: row.id, set: null, add: row });
    return row;
  }

  change(id: string, set: Partial<IncidentRow>, who: string): IncidentRow {
    const row = this.rows.get(id);
    if (row === undefined) throw new Error(`no incident ${id}`);
    // A version counts what people did; the product's own changes go without one.
    const byPerson = who !== 'system';
    const fields = byPerson ? { ...set, version: row.version + 1 } : set;
    const changed = { ...row, ...fields };
    this.rows.set(id, changed);
    if (byPerson) this.changedBy.set(id, who);
    this.#note({ id, set: fields, add: null });
    return changed;
  }

  #note(change: Omit<Change, 'seq'>): void {
    this.seq += 1;
    this.#ring.push({ ...change, seq: this.seq });
    if (this.#ring.length > RING_MAX) this.#ring.splice(0, RING_MAX / 10);
  }

  /** Everything after `since` in one delta, null when the ring no longer reaches back so far. */
  since(since: number): Delta | null {
    const first = this.#ring[0];
    if (since > this.seq) return null;
    if (since < this.seq && (first === undefined || first.seq > since + 1)) return null;
    const changes = this.#ring.filter((change) => change.seq > since);
    return {
      from: since + 1,
      to: this.seq,
      set: changes.flatMap(({ id, set }) => (set === null ? [] : [[id, set] as const])),
      add: changes.flatMap(({ add }) => (add === null ? [] : [add])),
      drop: [],
    };
  }

  view(id: string): IncidentView | undefined {
    const row = this.rows.get(id);
    return row === undefined ? undefined : viewOf(row, this.#timelines.get(id) ?? []);
  }

  act(id: string, action: ActionName, request: ActionRequest, who: string): ActAnswer {
    const row = this.rows.get(id);
    if (row === undefined) return { kind: 'not_found' };
    if (row.version !== request.version) {
      return { kind: 'conflict', current: row, changedBy: this.changedBy.get(id) ?? 'system' };
    }
    this.#record(id, action, request, who, row);
    if (action === 'undo') {
      const before = this.#before.get(id)?.pop() ?? row;
      const { status, assignee, verdict, severity, closedBy } = before;
      this.change(id, { status, assignee, verdict, severity, closedBy }, who);
    } else {
      if (action !== 'comment') this.#before.set(id, [...(this.#before.get(id) ?? []), row]);
      this.change(id, effectOf(action, request, who), who);
    }
    for (const other of request.incidents ?? []) {
      this.change(other, { status: 'closed', closedBy: 'merged', parent: id }, who);
    }
    const view = this.view(id);
    return view === undefined ? { kind: 'not_found' } : { kind: 'done', view };
  }

  #record(
    id: string,
    action: ActionName,
    request: ActionRequest,
    who: string,
    row: IncidentRow,
  ): void {
    const at = new Date(this.#now()).toISOString();
    const facts: Record<string, string> = { from: row.status };
    if (request.text !== undefined) facts['text'] = request.text;
    if (request.verdict !== undefined) facts['verdict'] = request.verdict;
    const to = request.status ?? request.assignee ?? request.severity;
    if (to !== undefined && to !== null) facts['to'] = to;
    const entry: Timeline = { at, time: at, who, what: ENTRY[action], facts };
    this.#timelines.set(id, [...(this.#timelines.get(id) ?? []), entry]);
  }
}

const ENTRY: Readonly<Record<ActionName, Timeline['what']>> = {
  acknowledge: 'acknowledged',
  assign: 'assigned',
  comment: 'commented',
  status: 'status',
  verdict: 'verdict',
  severity: 'severity',
  merge: 'merged',
  split: 'split',
  reopen: 'reopened',
  snooze: 'snoozed',
  step: 'step',
  release: 'released',
  undo: 'undone',
};

function effectOf(action: ActionName, request: ActionRequest, who: string): Partial<IncidentRow> {
  switch (action) {
    case 'acknowledge':
      return { status: 'acknowledged', assignee: who };
    case 'assign':
      return { assignee: request.assignee ?? null };
    case 'status':
      return request.status === undefined ? {} : { status: request.status };
    case 'severity':
      return request.severity === undefined ? {} : { severity: request.severity };
    case 'verdict':
      return { status: 'closed', verdict: request.verdict ?? null, closedBy: 'person' };
    case 'reopen':
      return { status: 'in_progress', verdict: null, closedBy: null };
    case 'snooze':
      return { snoozed: request.until ?? null };
    case 'release':
      return { parent: null };
    case 'comment':
    case 'step':
    case 'merge':
    case 'split':
    case 'undo':
      return {};
  }
}

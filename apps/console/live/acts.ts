import type { ActionName, ActionRequest, IncidentRow, IncidentView, Problem } from '#libs/protocol';

import { ApiFailure } from '../api/client.ts';
import type { RowBook } from './row-book.ts';
import { rowOf } from './row-of.ts';

/** What a person asks for; the version is taken from the row they see. */
export interface Act {
  readonly incident: string;
  readonly action: ActionName;
  readonly fields: Omit<ActionRequest, 'version'>;
}

/**
 * What became of an act. `conflict`: somebody else changed the incident first; nothing was done.
 */
export type ActOutcome =
  | { readonly kind: 'done'; readonly view: IncidentView }
  | { readonly kind: 'queued' }
  | { readonly kind: 'conflict'; readonly problem: Problem }
  | { readonly kind: 'failed'; readonly failure: ApiFailure };

export interface Done extends Act {
  readonly version: number;
  readonly at: number;
}

export interface ActsWorld {
  readonly post: (act: Act, version: number) => Promise<IncidentView>;
  readonly now: () => number;
  readonly user: () => string;
}

/** Acts that can be taken back (console.md R9). */
export const UNDO_ACTS_MAX = 20;
export const UNDO_AGE_MS_MAX = 10 * 60_000;
/** Acts that wait for the connection; past this they are refused. */
export const OUTBOX_MAX = 100;
/** Times an act is sent again because the product, not a person, moved the version on. */
const VERSION_RETRIES_MAX = 4;
const QUEUEABLE: readonly ActionName[] = ['acknowledge', 'comment'];
const UNDOABLE: readonly ActionName[] = [
  'acknowledge',
  'assign',
  'status',
  'verdict',
  'severity',
  'merge',
  'split',
  'reopen',
  'snooze',
  'release',
];

/** How the row looks once the act is done, shown until the server has answered. */
function expected(act: Act, user: string): Partial<IncidentRow> {
  const { status, assignee, verdict, severity, until } = act.fields;
  switch (act.action) {
    case 'acknowledge':
      return { status: 'acknowledged', assignee: user, snoozed: null };
    case 'assign':
      return { assignee: assignee ?? null };
    case 'status':
      return status === undefined ? {} : { status, snoozed: null };
    case 'severity':
      return severity === undefined ? {} : { severity };
    case 'verdict':
      return { status: 'closed', verdict: verdict ?? null, closedBy: 'person' };
    case 'reopen':
      return { status: 'in_progress', verdict: null, closedBy: null };
    case 'snooze':
      return { snoozed: until ?? null };
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

type Human = Pick<IncidentRow, 'status' | 'assignee' | 'verdict' | 'severity'>;

function sameHuman(a: Human, b: Human): boolean {
  return (
    a.status === b.status &&
    a.assignee === b.assignee &&
    a.verdict === b.verdict &&
    a.severity === b.severity
  );
}

/** The document that a 409 says stands there now, when it is one. */
export function currentOf(problem: Problem): IncidentRow | null {
  const current = problem.current;
  if (typeof current !== 'object' || current === null) return null;
  return 'version' in current && 'status' in current ? (current as IncidentRow) : null;
}

/**
 * Does what people ask at once on screen, then on the server; keeps what can be taken back and what
 * waits.
 */
export class Acts {
  readonly #world: ActsWorld;
  readonly #book: RowBook;
  readonly #outbox: Act[] = [];
  #done: Done[] = [];

  constructor(world: ActsWorld, book: RowBook) {
    this.#world = world;
    this.#book = book;
  }

  /** Acts waiting for the connection. */
  get queued(): number {
    return this.#outbox.length;
  }

  async perform(act: Act): Promise<ActOutcome> {
    const seen = this.#book.row(act.incident);
    const patch = expected(act, this.#world.user());
    this.#book.patch(act.incident, patch);
    try {
      const view = await this.#send(act, seen?.version ?? 0, seen);
      this.#settle(view, patch);
      if (UNDOABLE.includes(act.action)) {
        this.#done.push({ ...act, version: view.version, at: this.#world.now() });
        this.#done = this.#done.slice(-UNDO_ACTS_MAX);
      }
      return { kind: 'done', view };
    } catch (failure) {
      return this.#failed(act, failure, patch);
    }
  }

  /** The newest act that can still be taken back. */
  get undoable(): Done | null {
    const last = this.#done[this.#done.length - 1];
    if (last === undefined) return null;
    return this.#world.now() - last.at > UNDO_AGE_MS_MAX ? null : last;
  }

  /** Takes `done`, or else the newest act, back; null when there is none. */
  async undo(
    done: Done | null = this.undoable,
  ): Promise<{ act: Done; outcome: ActOutcome } | null> {
    if (done === null) return null;
    this.#done = this.#done.filter((other) => other !== done);
    const seen = this.#book.row(done.incident);
    const act: Act = { incident: done.incident, action: 'undo', fields: {} };
    const patch = {};
    this.#book.patch(done.incident, patch);
    try {
      const view = await this.#send(act, done.version, seen);
      this.#settle(view, patch);
      return { act: done, outcome: { kind: 'done', view } };
    } catch (failure) {
      return { act: done, outcome: this.#failed(act, failure, patch) };
    }
  }

  /** Sends what waited; what fails again for want of a server waits on. */
  async flush(): Promise<readonly { act: Act; outcome: ActOutcome }[]> {
    const waiting = this.#outbox.splice(0);
    const results: { act: Act; outcome: ActOutcome }[] = [];
    for (const act of waiting) {
      // oxlint-disable-next-line no-await-in-loop -- in the order the person did them
      results.push({ act, outcome: await this.perform(act) });
    }
    return results;
  }

  /** The product itself raises versions all the time; only a person's change is a conflict. */
  async #send(act: Act, version: number, seen: Human | undefined): Promise<IncidentView> {
    let current = version;
    for (let tries = 0; ; tries += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- each try depends on the one before
        return await this.#world.post(act, current);
      } catch (failure) {
        if (!(failure instanceof ApiFailure) || failure.problem?.status !== 409) throw failure;
        const now = currentOf(failure.problem);
        if (now === null || seen === undefined || tries >= VERSION_RETRIES_MAX) throw failure;
        if (!sameHuman(now, seen)) throw failure;
        current = now.version;
      }
    }
  }

  #settle(view: IncidentView, patch: Partial<IncidentRow>): void {
    this.#book.settle(rowOf(view));
    this.#book.unpatch(view.id, patch);
  }

  #failed(act: Act, cause: unknown, patch: Partial<IncidentRow>): ActOutcome {
    const failure = cause instanceof ApiFailure ? cause : new ApiFailure(null, cause);
    const queueable = failure.problem === null && QUEUEABLE.includes(act.action);
    if (queueable && this.#outbox.length < OUTBOX_MAX) {
      this.#outbox.push(act);
      return { kind: 'queued' };
    }
    this.#book.unpatch(act.incident, patch);
    if (failure.problem?.status === 409) {
      const now = currentOf(failure.problem);
      if (now !== null) this.#book.settle(rowOf(now));
      return { kind: 'conflict', problem: failure.problem };
    }
    return { kind: 'failed', failure };
  }
}

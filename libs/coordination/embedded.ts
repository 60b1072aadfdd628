import { randomUUID } from 'node:crypto';

import {
  Broadcast,
  ChangeLog,
  Lease,
  Roster,
  type Change,
  type ChangeSpan,
  type Held,
  type Member,
} from './ports.ts';

/** One process is the whole cluster: the first taker holds a name until it lets go. */
export class ProcessLease extends Lease {
  readonly #held = new Set<string>();
  #fence = 0;

  take(name: string): Promise<Held | undefined> {
    if (this.#held.has(name)) return Promise.resolve(undefined);
    this.#held.add(name);
    this.#fence += 1;
    const release = (): Promise<void> => {
      this.#held.delete(name);
      return Promise.resolve();
    };
    return Promise.resolve({ fence: this.#fence, release });
  }
}

/** Tells the listeners of this process, in the order they came. */
export class ProcessBroadcast extends Broadcast {
  readonly #listeners = new Map<string, Set<(message: unknown) => void>>();

  tell(topic: string, message: unknown): void {
    for (const hear of this.#listeners.get(topic) ?? []) hear(message);
  }

  listen(topic: string, hear: (message: unknown) => void): () => void {
    const set = this.#listeners.get(topic) ?? new Set();
    set.add(hear);
    this.#listeners.set(topic, set);
    return () => set.delete(hear);
  }
}

/** Changes that one log of this process keeps. */
const CHANGES_MAX = 10_000;

interface Kept {
  changes: Change[];
  newest: number;
  readonly waiting: Set<() => void>;
}

/** Change logs of one process: they end with it, so every start is another life. */
export class ProcessChangeLog extends ChangeLog {
  readonly #life = randomUUID();
  readonly #logs = new Map<string, Kept>();

  append(log: string, bodies: readonly unknown[]): Promise<number> {
    const kept = this.#log(log);
    for (const body of bodies) {
      kept.newest += 1;
      kept.changes.push({ number: kept.newest, body });
    }
    if (kept.changes.length > CHANGES_MAX) kept.changes = kept.changes.slice(-CHANGES_MAX);
    for (const wake of kept.waiting) wake();
    return Promise.resolve(kept.newest);
  }

  async read(log: string, after: number, limit: number, waitMs = 0): Promise<readonly Change[]> {
    const kept = this.#log(log);
    if (kept.newest <= after && waitMs > 0) await this.#more(kept, waitMs);
    return kept.changes.filter(({ number }) => number > after).slice(0, limit);
  }

  span(log: string): Promise<ChangeSpan> {
    const { changes, newest } = this.#log(log);
    return Promise.resolve({ life: this.#life, oldest: changes[0]?.number ?? newest + 1, newest });
  }

  trim(log: string, number: number): Promise<void> {
    const kept = this.#log(log);
    kept.changes = kept.changes.filter((change) => change.number > number);
    return Promise.resolve();
  }

  #more(kept: Kept, waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    timer.unref();
    kept.waiting.add(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      kept.waiting.delete(resolve);
    });
  }

  #log(name: string): Kept {
    const known = this.#logs.get(name);
    if (known !== undefined) return known;
    const made: Kept = { changes: [], newest: 0, waiting: new Set() };
    this.#logs.set(name, made);
    return made;
  }
}

/** One process is the whole cluster; whoever signs stays until it leaves. */
export class ProcessRoster extends Roster {
  readonly #roles = new Map<string, Map<string, Member>>();

  sign(role: string, id: string, facts: Member['facts']): Promise<void> {
    const members = this.#roles.get(role) ?? new Map<string, Member>();
    members.set(id, { id, facts });
    this.#roles.set(role, members);
    return Promise.resolve();
  }

  leave(role: string, id: string): Promise<void> {
    this.#roles.get(role)?.delete(id);
    return Promise.resolve();
  }

  present(role: string): Promise<readonly Member[]> {
    const members = [...(this.#roles.get(role)?.values() ?? [])];
    return Promise.resolve(members.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  }
}

import type { Parked } from '#libs/store';
import type { ParkedView } from '#libs/protocol';

import { ParkedDesk } from '../server/controllers/parked.controller.ts';

/** Events of one answer; what does not fit is counted. */
const EVENTS_MAX = 500;

/** Batches that readers could not take. */
interface Batches {
  list(): Promise<
    readonly {
      readonly id: string;
      readonly reader: 'index' | 'detect';
      readonly reason: string;
      readonly events: number;
      readonly at: number;
      readonly retries: number;
    }[]
  >;
  retry(id: string): Promise<boolean>;
  drop(id: string): Promise<boolean>;
}

/** Where things are parked: batches in Redis, events with the documents. */
export interface ParkedWork {
  readonly batches: Batches;
  readonly events: Parked;
  /** Sends parked events again. */
  retryEvents(ids: readonly string[]): Promise<unknown>;
}

/** Both kinds as one list. Without a place to park there is nothing. */
export class ProductParked extends ParkedDesk {
  readonly #work: ParkedWork | undefined;

  constructor(work: ParkedWork | undefined) {
    super();
    this.#work = work;
  }

  async list(): Promise<{ readonly rows: readonly ParkedView[]; readonly total: number }> {
    if (this.#work === undefined) return { rows: [], total: 0 };
    const { batches, events } = this.#work;
    const [some, page] = await Promise.all([batches.list(), events.list({ limit: EVENTS_MAX })]);
    const rows: ParkedView[] = [
      ...some.map(({ id, reader, reason, events: count, at, retries }) => {
        const since = new Date(at).toISOString();
        return {
          id,
          kind: 'batch',
          reader,
          reason,
          detail: null,
          events: count,
          since,
          retries,
        } as const;
      }),
      ...page.rows.map(({ id, reason, detail, since }) => ({
        id,
        kind: 'event' as const,
        reader: 'index' as const,
        reason,
        detail: detail === '' ? null : detail,
        events: 1,
        since: new Date(since).toISOString(),
        retries: 0,
      })),
    ];
    rows.sort((a, b) => (a.since < b.since ? -1 : 1));
    return { rows, total: some.length + page.total };
  }

  async retry(ids: readonly string[]): Promise<readonly string[]> {
    if (this.#work === undefined) return [];
    const { batches, events } = this.#work;
    const done = await chosen(ids, (id) => batches.retry(id));
    const left = await found(events, without(ids, done));
    if (left.length === 0) return done;
    await this.#work.retryEvents(left);
    const kept = new Set(await found(events, left));
    return [...done, ...left.filter((id) => !kept.has(id))];
  }

  async drop(ids: readonly string[]): Promise<readonly string[]> {
    if (this.#work === undefined) return [];
    const { batches, events } = this.#work;
    const done = await chosen(ids, (id) => batches.drop(id));
    const left = await found(events, without(ids, done));
    if (left.length > 0) await events.drop(left);
    return [...done, ...left];
  }
}

function without(ids: readonly string[], done: readonly string[]): readonly string[] {
  return ids.filter((id) => !done.includes(id));
}

/** Those for which the act said yes, one after the other. */
async function chosen(
  ids: readonly string[],
  act: (id: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const id of ids) if (await act(id)) done.push(id);
  return done;
}

/** Those of which an event is parked. */
async function found(events: Parked, ids: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const id of ids) if ((await events.get([id])).length > 0) there.push(id);
  return there;
}

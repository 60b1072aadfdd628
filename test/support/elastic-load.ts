import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'vitest';

import type { Event } from '#libs/model';

import type { ElasticEventStoreOptions } from '../../libs/store/elastic/index.ts';
import { batchOf, eventOfDay, openElasticEvents, type ElasticParts } from './elastic-parts.ts';

type CleanUp = (undo: () => Promise<void>) => void;

/** Appends under way at once, as a queue's reader has them. */
const lanes = 3;
const batchEvents = 100;
/** Between two batches of a lane: a steady load, not all that the machine can do. */
const pauseMs = 60;
const days = 3;
const longMessage = 'accepted password for someone from somewhere '.repeat(4);

/** Events that are appended without pause until the load is ended. */
export interface Load {
  readonly parts: ElasticParts;
  readonly appended: () => number;
  /** Appends no more, waits for all that is under way, and checks that each is there once. */
  readonly end: () => Promise<void>;
}

/** Starts to append batches over several days; every tenth is offered twice, as a queue does. */
export async function startLoad(
  cleanUp: CleanUp,
  server: { readonly url: string; readonly indexPrefix: string },
  options: Partial<ElasticEventStoreOptions> = {},
): Promise<Load> {
  const parts = await openElasticEvents(cleanUp, server, options);
  const ids = new Set<string>();
  let repeats = 0;
  const over = new AbortController();
  const lane = async (): Promise<void> => {
    for (let count = 0; !over.signal.aborted; count++) {
      const events: Event[] = Array.from({ length: batchEvents }, (_, at) =>
        eventOfDay(at % days, { 'event.action': longMessage, 'source.port': at }),
      );
      await parts.store.append(batchOf(events));
      for (const { id } of events) ids.add(id);
      await pause(pauseMs);
      if (count % 10 !== 0) continue;
      await parts.store.append(batchOf(events));
      repeats += events.length;
    }
  };
  const running = Promise.all(Array.from({ length: lanes }, lane));
  // A test that fails closes the store under the load; its own failure is what counts then.
  running.catch(() => undefined);
  return {
    parts,
    appended: () => ids.size,
    end: async () => {
      over.abort();
      await running;
      await parts.refresh();
      const { events } = await parts.store.state();
      expect(events).toBe(ids.size);
      expect(await storedOf(parts, ids)).toBe(ids.size);
      // A repeat whose first answer was lost cannot be told from the first: never more than there
      // are.
      expect(parts.store.counts().repeats).toBeLessThanOrEqual(repeats);
      expect((await parts.parked.list({ limit: 1 })).total).toBe(0);
    },
  };
}

/** How many of the ids are there. */
async function storedOf({ connection, prefix }: ElasticParts, ids: Set<string>): Promise<number> {
  const all = [...ids];
  let found = 0;
  for (let at = 0; at < all.length; at += 5_000) {
    const values = all.slice(at, at + 5_000);
    const { count } = await connection.get<{ readonly count: number }>({
      method: 'POST',
      path: `/${prefix}soc-events-*/_count`,
      json: { query: { ids: { values } } },
    });
    found += count;
  }
  return found;
}

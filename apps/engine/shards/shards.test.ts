import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProcessChangeLog, type ChangeLog } from '#libs/coordination';
import { createRoutes, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import type { Match } from '#libs/model';

import { modelAlerts } from '../../../test/model/alerts.ts';
import {
  arrivals,
  everyType,
  InForce,
  inArrivalOrder,
  sorted,
} from '../../../test/model/streams.ts';
import { shardLog, SHARDS, type ShardEntry } from './shard-entry.ts';
import { ShardPost } from './shard-post.ts';
import { ShardState } from './shard-state.ts';

const rules = everyType();
const limits = DEFAULT_CORRELATE_LIMITS;
const PAST_ALL = Date.UTC(2026, 11, 24);

type Arrivals = readonly { match: Match; received: number }[];

/** Sends a stream through the post in batches, with the time between them as owners tell it. */
async function send(log: ChangeLog, stream: Arrivals, size: number): Promise<void> {
  const post = new ShardPost(log, rules, limits);
  const tell = async (reached: number) => {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      await log.append(shardLog(shard), [{ v: 1, reached }]);
    }
  };
  for (let i = 0; i < stream.length; i += size) {
    const batch = stream.slice(i, i + size);
    await post.accept(batch.map(({ match }) => match));
    await tell(batch.at(-1)?.received ?? 0);
  }
  await tell(PAST_ALL);
}

/** Entries of a shard as they come out of Redis. */
async function entriesOf(log: ChangeLog, shard: number): Promise<ShardEntry[]> {
  const read = await log.read(shardLog(shard), 0, 100_000);
  return read.map(({ body }) => JSON.parse(JSON.stringify(body)) as ShardEntry);
}

/** The same matches of events that say their place, as all of the product's do, and much else. */
function placed<T extends { readonly match: Match }>(list: readonly T[]): T[] {
  return list.map((one) => {
    const { rule, event } = one.match;
    const own = { 'gov.locality.code': '46', message: 'of no use to a shard' };
    const fields = { ...own, ...event.fields };
    return { ...one, match: { rule, event: { ...event, fields } } };
  });
}

describe('correlation in shards', () => {
  const { parts } = createRoutes(rules);

  it('ends in the alerts of the reference, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals(2, 60), fc.constantFrom(1, 7, 500), async (sent, size) => {
        const list = placed(sent);
        const log = new ProcessChangeLog();
        await send(log, inArrivalOrder(list), size);
        const standing = new InForce();
        for (let shard = 0; shard < SHARDS; shard += 1) {
          const state = new ShardState(parts, limits);
          for (const entry of await entriesOf(log, shard)) standing.apply(await state.take(entry));
        }
        const matches = list.map(({ match }) => match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
      }),
      { numRuns: 60 },
    );
  });

  it('raises the same alerts when an owner dies anywhere and another goes on from its snapshot', async () => {
    const cuts = fc.array(fc.nat(), { minLength: 2, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(arrivals(2, 60), cuts, async (list, [saved = 0, died = 0]) => {
        const log = new ProcessChangeLog();
        await send(log, inArrivalOrder(list), 5);
        const standing = new InForce();
        for (let shard = 0; shard < SHARDS; shard += 1) {
          const entries = await entriesOf(log, shard);
          const snapshotAt = saved % (entries.length + 1);
          const deathAt = snapshotAt + (died % (entries.length - snapshotAt + 1));
          const before = new ShardState(parts, limits);
          let snapshot = before.snapshot();
          for (const [at, entry] of entries.slice(0, deathAt).entries()) {
            if (at === snapshotAt) snapshot = before.snapshot();
            standing.apply(await before.take(entry));
          }
          if (deathAt === snapshotAt) snapshot = before.snapshot();
          const after = new ShardState(parts, limits);
          after.restore(snapshot);
          for (const entry of entries.slice(snapshotAt)) standing.apply(await after.take(entry));
        }
        const matches = list.map(({ match }) => match);
        expect(standing.list()).toEqual(sorted(modelAlerts(rules, matches, { reached: PAST_ALL })));
      }),
      { numRuns: 60 },
    );
  });

  it('spreads the keys of one rule, and keeps correlations that feed each other together', () => {
    const routes = createRoutes(rules);
    expect(routes.parts.size).toBeGreaterThan(5);
    const feeding = [...routes.parts.values()].find(({ correlations }) => correlations.length > 1);
    expect(feeding?.correlations.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['feeder', 'then-c', 'many-feeders', 'few-ratio', 'ratio']),
    );
  });

  it('sends of an event what correlation reads', async () => {
    const log = new ProcessChangeLog();
    const list = placed(fc.sample(arrivals(20, 40), { numRuns: 1, seed: 7 })[0] ?? []);
    await send(log, inArrivalOrder(list), 5);
    const entries = await Promise.all(Array.from({ length: SHARDS }, (_, n) => entriesOf(log, n)));
    const names = entries
      .flat()
      .flatMap((entry) => ('events' in entry ? entry.events : []))
      .flatMap(({ fields }) => Object.keys(fields));
    expect(names).toContain('gov.locality.code');
    expect(names).not.toContain('message');
  });

  it('refuses an entry and a snapshot of a newer version', async () => {
    const state = new ShardState(parts, limits);
    await expect(state.take({ v: 2, reached: 1 })).rejects.toThrow(/format 2/);
    const head = Buffer.from('{"v":2,"reached":null,"parts":[]}');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    expect(() => state.restore(Buffer.concat([length, head]))).toThrow(/format 2/);
  });
});

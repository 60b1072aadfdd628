import { describe, expect, inject, it, onTestFinished } from 'vitest';

import type { Event } from '#libs/model';

import { parkedId } from '../../libs/store/parked.ts';
import {
  batchOf,
  DAY_MS,
  eventOfDay,
  openElasticEvents,
  TODAY,
  type ElasticParts,
} from '../support/elastic-parts.ts';
import { isMissing } from '../support/parts.ts';
import { until } from '../support/until.ts';

const dayName = (daysAgo = 0) =>
  new Date(TODAY - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.');

const indexOf = ({ prefix }: ElasticParts, daysAgo = 0) =>
  `${prefix}soc-events-${dayName(daysAgo)}`;

async function setBlock(parts: ElasticParts, block: string, on: boolean | null): Promise<void> {
  await parts.connection.get({
    method: 'PUT',
    path: `/${indexOf(parts)}/_settings`,
    json: { index: { [`blocks.${block}`]: on } },
  });
}

async function storedIds(parts: ElasticParts): Promise<string[]> {
  await parts.refresh();
  const span = { scope: { province: '00' }, from: TODAY - 400 * DAY_MS, to: TODAY + 2 * DAY_MS };
  const page = await parts.store.search({ ...span, query: { kind: 'all' }, limit: 5_000 });
  return page.events.map(({ id }) => id).toSorted();
}

async function parkedOf({ parked }: ElasticParts) {
  const { rows } = await parked.list({ limit: 100 });
  return rows.map(({ event, reason, day }) => ({ id: event.id, reason, day }));
}

const ids = (...events: readonly Event[]) => events.map(({ id }) => id).toSorted();

describe.skipIf(isMissing('elasticsearch'))('writing events to Elasticsearch', () => {
  const server = inject('elasticsearch');
  const open = (options = {}) => openElasticEvents(onTestFinished, server, options);

  it.each(['write', 'read_only_allow_delete'])(
    'parks what a blocked index (%s) does not take, stores the rest, and sends it again when the block ends',
    async (block) => {
      const parts = await open({ blockedCheckMs: 100 });
      const first = eventOfDay(0);
      await parts.store.append(batchOf([first]));
      await setBlock(parts, block, true);
      const [shut, fine] = [[eventOfDay(0), eventOfDay(0)], eventOfDay(1)];
      await parts.store.append(batchOf([...shut, fine]));
      expect(await storedIds(parts)).toEqual(ids(first, fine));
      const parked = await parkedOf(parts);
      expect(parked.map(({ id }) => id).toSorted()).toEqual(ids(...shut));
      expect(new Set(parked.map(({ reason }) => reason))).toEqual(new Set(['blocked']));
      await setBlock(parts, block, null);
      await until('nothing is parked', async () =>
        (await parkedOf(parts)).length === 0 ? true : undefined,
      );
      expect(await storedIds(parts)).toEqual(ids(first, fine, ...shut));
    },
  );

  it('makes an index anew that was removed, from a template that was removed or changed too', async () => {
    const parts = await open();
    const { connection, prefix } = parts;
    const template = `/_index_template/${prefix}soc-events`;
    const shape = async (path: string) => {
      const found = await connection.get<Record<string, { mappings: { dynamic: string } }>>({
        method: 'GET',
        path,
      });
      return Object.values(found)[0]?.mappings.dynamic;
    };
    await parts.store.append(batchOf([eventOfDay(0)]));
    await connection.get({ method: 'DELETE', path: `/${indexOf(parts)}` });
    await connection.get({ method: 'DELETE', path: template });
    await parts.store.checkTemplate();
    const event = eventOfDay(0);
    await parts.store.append(batchOf([event]));
    expect(await storedIds(parts)).toEqual(ids(event));
    expect(await shape(`/${indexOf(parts)}/_mapping`)).toBe('false');
    await connection.get({
      method: 'PUT',
      path: template,
      json: {
        index_patterns: [`${prefix}soc-events-*`],
        template: { mappings: { dynamic: true } },
      },
    });
    await parts.store.checkTemplate();
    await parts.store.append(batchOf([eventOfDay(2)]));
    expect(await shape(`/${indexOf(parts, 2)}/_mapping`)).toBe('false');
    expect(parts.store.counts().repairs).toBe(2);
  });

  it('reports an index of another mapping, parks what it refuses, and stores it when a person retries', async () => {
    const parts = await open();
    const { connection, store, parked } = parts;
    await connection.get({
      method: 'PUT',
      path: `/${indexOf(parts)}`,
      json: { mappings: { dynamic: 'strict', properties: { message: { type: 'long' } } } },
    });
    const [foreign, fine] = [eventOfDay(0), eventOfDay(1)];
    await store.append(batchOf([foreign, fine]));
    expect(await storedIds(parts)).toEqual(ids(fine));
    const [row] = (await parked.list({ limit: 10 })).rows;
    expect(row).toMatchObject({ event: foreign, reason: 'refused', day: '2026-11-22' });
    expect(row?.detail).toMatch(/exception/);
    expect([...store.counts().foreign.keys()]).toEqual([indexOf(parts)]);
    const id = parkedId({ event: foreign, day: '2026-11-22' });
    expect(await store.retryParked([id])).toEqual({ stored: 0, kept: 1 });
    await connection.get({ method: 'DELETE', path: `/${indexOf(parts)}` });
    store.forgetIndices();
    expect(await store.retryParked([id])).toEqual({ stored: 1, kept: 0 });
    expect(await storedIds(parts)).toEqual(ids(foreign, fine));
    expect(await parkedOf(parts)).toEqual([]);
  });

  it('sends to quarantine what is past the retention, of a dropped day, or too far ahead', async () => {
    const parts = await open({ retentionDays: 10 });
    const { store, parked } = parts;
    const [old, dropped, ahead, fine] = [11, 5, -2, 0].map((day) => eventOfDay(day));
    if (old === undefined || dropped === undefined || ahead === undefined || fine === undefined) {
      throw new Error('four events');
    }
    await store.append(batchOf([eventOfDay(6)]));
    expect(await store.dropBefore(TODAY - 4 * DAY_MS)).toEqual({ days: ['2026-11-16'] });
    await store.append(batchOf([old, dropped, ahead, fine]));
    expect(await storedIds(parts)).toEqual(ids(fine));
    const found = new Map((await parkedOf(parts)).map(({ id, reason }) => [id, reason]));
    expect([old, dropped, ahead].map(({ id }) => found.get(id))).toEqual([
      'past_retention',
      'day_dropped',
      'day_ahead',
    ]);
    // Another process hears of the dropped day from the template.
    const other = await openElasticEvents(onTestFinished, server, {
      prefix: parts.prefix,
      retentionDays: 10,
    });
    await other.store.append(batchOf([dropped]));
    expect(await parkedOf(other)).toMatchObject([{ reason: 'day_dropped' }]);
    expect(await parked.drop([parkedId({ event: old, day: '2026-11-11' }), 'none'])).toBe(1);
  });

  it('says whether the shards of a whole year fit into the cluster', async () => {
    const small = await open({ dayShards: 1, retentionDays: 366 });
    const room = await small.store.shardRoom();
    expect(room).toMatchObject({ needed: 370, enough: true });
    const large = await open({ dayShards: 6, retentionDays: 366 });
    expect(await large.store.shardRoom()).toMatchObject({ needed: 2_215, enough: false });
    expect(room.allowed).toBeGreaterThan(370);
  });

  it('sends again also what was parked while the parked were listed', async () => {
    const parts = await open({ blockedCheckMs: 60_000 });
    const events = [eventOfDay(0), eventOfDay(0), eventOfDay(0)] as const;
    await parts.store.append(batchOf([events[0]]));
    await setBlock(parts, 'write', true);
    await parts.store.append(batchOf([events[1]]));
    const { parked, store } = parts;
    const list = parked.list.bind(parked);
    parked.list = async (asked) => {
      const page = await list(asked);
      parked.list = list;
      await store.append(batchOf([events[2]]));
      await setBlock(parts, 'write', null);
      return page;
    };
    await store.retryBlocked();
    expect(await parkedOf(parts)).toHaveLength(1);
    await store.retryBlocked();
    expect(await parkedOf(parts)).toEqual([]);
    expect(await storedIds(parts)).toEqual(ids(...events));
  });

  it('offers a batch again to its queue when it is closed in between', async () => {
    const parts = await open({ blockedCheckMs: 60_000 });
    await parts.store.append(batchOf([eventOfDay(0)]));
    const under = parts.store.append(batchOf([eventOfDay(0)]));
    await parts.store.close();
    await expect(under).rejects.toThrow(/closed/);
    await expect(parts.store.append(batchOf([eventOfDay(0)]))).rejects.toThrow(/closed/);
  });
});

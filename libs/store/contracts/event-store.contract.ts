import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CENTRE, type Batch, type Event, type Place } from '#libs/model';

import { BadCursorError, type EventStore, type SearchRequest } from '../ports.ts';
import { parseQuery } from '../query/parse.ts';
import type { Query } from '../query/syntax.ts';
import { NaiveEventStore } from './naive-event-store.contract.ts';
import {
  DAY_MS,
  eventAt,
  FIRST_DAY,
  SAMPLE_DAYS,
  someEvents,
  someQuery,
} from './sample-events.contract.ts';

/** Opens an empty store and sees to it that it is closed and removed after the test. */
type OpenEventStore = (cleanUp: (undo: () => Promise<void>) => void) => Promise<EventStore>;

export interface EventStoreContract {
  readonly open: OpenEventStore;
  /** Comes back when what was appended can be found. */
  readonly settle: (store: EventStore) => Promise<void>;
  /** Runs of the comparison with the oracle. */
  readonly runs: number;
}

const centre: Place = { province: CENTRE };
const whole = { scope: centre, from: FIRST_DAY, to: FIRST_DAY + SAMPLE_DAYS * DAY_MS };
let position = 0;

function batchOf(events: readonly Event[]): Batch {
  const from = position;
  position += 100;
  return { from, to: position, received: FIRST_DAY, events };
}

function query(text: string): Query {
  const parsed = parseQuery(text);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return parsed.query;
}

async function allPages(
  store: EventStore,
  request: Omit<SearchRequest, 'cursor'>,
): Promise<Event[]> {
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.search({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    events.push(...page.events);
    cursor = page.next;
  } while (cursor !== undefined);
  return events;
}

const idsOf = (events: readonly Event[]) => events.map(({ id }) => id);

/** What every event store promises. */
export function eventStoreContract(name: string, { open, settle, runs }: EventStoreContract): void {
  async function storeWith(events: readonly Event[]): Promise<EventStore> {
    const store = await open(onTestFinished);
    if (events.length > 0) await store.append(batchOf(events));
    await settle(store);
    return store;
  }

  describe(`${name} keeps the promises of an event store`, () => {
    it('gives events back whole, newest first', async () => {
      const events = [
        eventAt(FIRST_DAY + 5, { message: 'a', 'user.roles': ['x', null], 'labels.z': true }),
        eventAt(FIRST_DAY + DAY_MS, { message: 'b', 'event.none': null, 'event.empty': [] }),
        eventAt(FIRST_DAY + 7, { message: 'c', __proto__x: 1, 'a\0b': 'nul', '': 'no name' }),
      ];
      const store = await storeWith(events);
      const page = await store.search({ ...whole, query: { kind: 'all' }, limit: 10 });
      expect(page).toEqual({
        events: [events[1], events[2], events[0]],
        complete: true,
        scanned: 3,
        total: 3,
      });
    });

    it('answers an empty store', async () => {
      const store = await storeWith([]);
      expect(await store.search({ ...whole, query: query('a'), limit: 5 })).toMatchObject({
        events: [],
        complete: true,
        total: 0,
      });
      expect((await store.histogram({ ...whole, query: query(''), buckets: 4 })).series).toEqual(
        [],
      );
      expect(
        (await store.top({ ...whole, query: query(''), field: 'a', limit: 3 })).values,
      ).toEqual([]);
      expect(await store.state()).toMatchObject({ events: 0, days: [] });
    });

    it(
      'answers every query as the plain reading of the language does',
      { timeout: 120_000 },
      async () => {
        await fc.assert(
          fc.asyncProperty(
            someEvents,
            fc.array(someQuery, { minLength: 8, maxLength: 8 }),
            fc.constantFrom<Place>(
              centre,
              { province: '01' },
              { province: '79', commune: '26734' },
            ),
            fc.integer({ min: 0, max: DAY_MS }),
            async (events, queries, scope, cut) => {
              const oracle = new NaiveEventStore();
              const undos: (() => Promise<void>)[] = [];
              const store = await open((undo) => undos.push(undo));
              try {
                const half = Math.floor(events.length / 2);
                for (const part of [events.slice(0, half), events.slice(half)]) {
                  const batch = batchOf(part);
                  await oracle.append(batch);
                  await store.append(batch);
                }
                await settle(store);
                for (const tree of queries) {
                  const span = { query: tree, scope, from: whole.from + cut, to: whole.to - cut };
                  await expectSameAnswers(store, oracle, span);
                }
              } finally {
                for (const undo of undos.toReversed()) await undo();
              }
            },
          ),
          { numRuns: runs },
        );
      },
    );

    it('pages through all events once while others arrive', async () => {
      const times = Array.from(
        { length: 57 },
        (_, index) => FIRST_DAY + Math.floor(index / 4) * 9_000_000,
      );
      const events = times.map((time) => eventAt(time, { message: 'page' }));
      const store = await storeWith(events);
      const request = { ...whole, query: query('page'), limit: 10 };
      const first = await store.search(request);
      expect(first.events).toHaveLength(10);
      await store.append(batchOf([eventAt(whole.to - 1, { message: 'page' })]));
      await settle(store);
      const seen = [...first.events];
      for (let next = first.next; next !== undefined;) {
        const page = await store.search({ ...request, cursor: next });
        seen.push(...page.events);
        next = page.next;
      }
      expect(seen.map(({ time }) => time)).toEqual(times.toReversed());
      expect(idsOf(seen).toSorted()).toEqual(idsOf(events).toSorted());
    });

    it('counts an event that comes again under the same id on the same day, and leaves it out', async () => {
      const [one, other] = [eventAt(FIRST_DAY + 1, { message: 'x' }), eventAt(FIRST_DAY + 2, {})];
      const store = await storeWith([one, other, one]);
      await store.append(batchOf([{ ...one, fields: { message: 'another content' } }]));
      await store.append(batchOf([{ ...one, time: FIRST_DAY + DAY_MS }]));
      await settle(store);
      expect(await store.state()).toMatchObject({ events: 3, repeats: 2 });
      const page = await store.search({ ...whole, query: query('x'), limit: 10 });
      expect(page.events.map(({ time }) => time)).toEqual([FIRST_DAY + DAY_MS, FIRST_DAY + 1]);
    });

    it('files a late event under its own day', async () => {
      const store = await storeWith([eventAt(FIRST_DAY + 2 * DAY_MS, { message: 'now' })]);
      await store.append(batchOf([eventAt(FIRST_DAY + 3, { message: 'late' })]));
      await settle(store);
      const { days } = await store.state();
      expect(days.map(({ day, events }) => [day, events])).toEqual([
        ['2026-11-22', 1],
        ['2026-11-20', 1],
      ]);
    });

    it('never shows a place to those whose scope does not cover it', async () => {
      const own = eventAt(FIRST_DAY + 1, {
        'gov.locality.code': '01',
        'user.name': 'own',
        message: 'm',
      });
      const commune = eventAt(FIRST_DAY + 2, {
        'gov.locality.code': '01',
        'gov.locality.commune_code': '00004',
        'user.name': 'commune',
      });
      const foreign = eventAt(FIRST_DAY + 3, {
        'gov.locality.code': '79',
        'user.name': 'foreign',
        message: 'm',
      });
      const unknown = eventAt(FIRST_DAY + 4, { 'gov.locality.code': 'xx', 'user.name': 'unknown' });
      const placeless = eventAt(FIRST_DAY + 5, { 'user.name': 'placeless' });
      const events = [own, commune, foreign, unknown, placeless];
      const store = await storeWith(events);
      const seenBy = async (scope: Place, tree: Query) => {
        const request = { ...whole, scope, query: tree };
        const found = idsOf(await allPages(store, { ...request, limit: 2 }));
        const { values } = await store.top({ ...request, field: 'user.name', limit: 10 });
        const { series } = await store.histogram({ ...request, buckets: 2 });
        expect(values.reduce((sum, { count }) => sum + count, 0)).toBe(found.length);
        expect(series.flatMap(({ counts }) => counts).reduce((a, b) => a + b, 0)).toBe(
          found.length,
        );
        return found.toSorted();
      };
      const attempts: Query[] = [
        { kind: 'all' },
        { kind: 'ids', ids: idsOf(events) },
        query('gov.locality.code:79 OR *'),
        query('NOT gov.locality.code:01 OR gov.locality.code:*'),
        query('user.name:(own OR commune OR foreign OR unknown OR placeless)'),
      ];
      for (const attempt of attempts) {
        expect(await seenBy({ province: CENTRE }, attempt)).toEqual(idsOf(events).toSorted());
        expect(await seenBy({ province: '01' }, attempt)).toEqual(idsOf([own, commune]).toSorted());
        expect(await seenBy({ province: '01', commune: '00004' }, attempt)).toEqual(
          idsOf([commune]),
        );
        expect(await seenBy({ province: '' }, attempt)).toEqual([]);
        expect(await seenBy({ province: '*' }, attempt)).toEqual([]);
      }
    });

    it('finds the evidence of an alert by its ids', async () => {
      const events = Array.from({ length: 300 }, (_, index) =>
        eventAt(FIRST_DAY + index * 1_000, { message: `event ${index}` }),
      );
      const store = await storeWith(events);
      const wanted = idsOf(events.filter((_, index) => index % 6 === 0));
      const page = await store.search({
        ...whole,
        query: { kind: 'ids', ids: [...wanted, 'AAAAAAAAAAAAAAAAAAAAAA'] },
        limit: 100,
      });
      expect(idsOf(page.events)).toEqual(wanted.toReversed());
    });

    it('gives a partial answer at the deadline, says how far it came, and can go on from there', async () => {
      const events = Array.from({ length: 40 }, (_, index) =>
        eventAt(FIRST_DAY + index * 3_600_000, { 'event.duration': index }),
      );
      const store = await storeWith(events);
      const request = { ...whole, query: query('event.duration:>=0'), limit: 100, deadlineMs: 0 };
      const page = await store.search(request);
      expect(page).toMatchObject({ complete: false, total: 40 });
      expect(page.scanned).toBeLessThan(40);
      if (page.next === undefined) throw new Error('a partial page has a cursor to go on from');
      const rest = await store.search({ ...request, cursor: page.next, deadlineMs: 60_000 });
      expect(idsOf([...page.events, ...rest.events])).toEqual(idsOf(events).toReversed());
      const histogram = await store.histogram({ ...request, buckets: 10 });
      expect(histogram.complete).toBe(false);
      expect((await store.top({ ...request, field: 'event.duration' })).complete).toBe(false);
    });

    it('refuses a cursor that it never made', async () => {
      const store = await storeWith([eventAt(FIRST_DAY, { message: 'x' })]);
      for (const cursor of ['', 'zzz', '9'.repeat(400), '{"a":1}']) {
        const page = store.search({ ...whole, query: query(''), limit: 5, cursor });
        await expect(page).rejects.toThrow(BadCursorError);
      }
    });

    it('finds words that stand in the original alone', async () => {
      const deep = '{"a":{"b":{"c":"needle"}}}';
      const events = [
        eventAt(FIRST_DAY, { 'event.original': deep }),
        eventAt(FIRST_DAY + 1, { message: 'seen', 'event.original': `seen ${deep}` }),
        eventAt(FIRST_DAY + 2, { message: 'last words', 'event.original': '<13>web: last words' }),
      ];
      const store = await storeWith(events);
      const found = async (text: string) =>
        idsOf((await store.search({ ...whole, query: query(text), limit: 5 })).events);
      expect(await found('needle')).toEqual([events[1]?.id, events[0]?.id]);
      expect(await found('web last')).toEqual([events[2]?.id]);
      expect(await found('"web last words"')).toEqual([events[2]?.id]);
      expect(await found('seen')).toEqual([events[1]?.id]);
    });

    it('drops whole days that end before a time, and nothing else', async () => {
      const events = [0, 1, 2].map((day) =>
        eventAt(FIRST_DAY + day * DAY_MS + 5, { message: 'x' }),
      );
      const store = await storeWith(events);
      expect(await store.dropBefore(FIRST_DAY + 2 * DAY_MS - 1)).toEqual({ days: ['2026-11-20'] });
      await settle(store);
      const page = await store.search({ ...whole, query: query('x'), limit: 10 });
      expect(idsOf(page.events)).toEqual(idsOf(events.slice(1)).toReversed());
      expect(await store.dropBefore(FIRST_DAY)).toEqual({ days: [] });
    });

    it('keeps a flood of field names findable', async () => {
      const flood = Array.from({ length: 30 }, (_, index) => {
        const names = Array.from({ length: 300 }, (_name, name) => [
          `f${index}.${name}`,
          `v${name}`,
        ]);
        const fields = Object.fromEntries(names) as Record<string, string>;
        return eventAt(FIRST_DAY + index, { ...fields, 'user.name': `flood${index % 3}` });
      });
      const store = await storeWith(flood);
      const found = async (text: string) =>
        (await store.search({ ...whole, query: query(text), limit: 50 })).events.length;
      expect(await found('f0.7:v7')).toBe(1);
      expect(await found('f29.299:v299')).toBe(1);
      expect(await found('f29.299:*')).toBe(1);
      expect(await found('user.name:flood1')).toBe(10);
      expect(await found('NOT f28.1:v1')).toBe(29);
    });
  });
}

async function expectSameAnswers(
  store: EventStore,
  oracle: NaiveEventStore,
  span: { query: Query; scope: Place; from: number; to: number },
): Promise<void> {
  const expected = await oracle.search({ ...span, limit: 0 });
  const found = await allPages(store, { ...span, limit: 7 });
  expect(idsOf(found).toSorted()).toEqual(idsOf(expected.events).toSorted());
  expect(found.map(({ time }) => time)).toEqual(expected.events.map(({ time }) => time));
  for (const event of found) {
    expect(event).toEqual(expected.events.find(({ id }) => id === event.id));
  }
  const sorted = (series: readonly { value: string }[]) =>
    series.toSorted((a, b) => (a.value < b.value ? -1 : 1));
  for (const by of [undefined, 'event.outcome', 'user.id']) {
    const request = { ...span, buckets: 5, ...(by === undefined ? {} : { by }) };
    const [one, other] = [await store.histogram(request), await oracle.histogram(request)];
    expect({ ...one, series: sorted(one.series) }).toEqual({
      ...other,
      series: sorted(other.series),
    });
  }
  for (const field of ['user.name', 'user.roles', 'event.category', 'http.response.status_code']) {
    const request = { ...span, field, limit: 100 };
    expect(await store.top(request)).toEqual(await oracle.top(request));
  }
}

import { describe, expect, inject, it } from 'vitest';

import { exportCsv, parseQuery, type Query } from '#libs/store';

import { suiteCleanUp } from '../support/clean-up.ts';
import { batchOf, DAY_MS, eventOfDay, openElasticEvents, TODAY } from '../support/elastic-parts.ts';
import { isMissing } from '../support/parts.ts';

const days = 8;
const whole = { scope: { province: '00' }, from: TODAY - days * DAY_MS, to: TODAY + DAY_MS };

function query(text: string): Query {
  const parsed = parseQuery(text);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return parsed.query;
}

describe.skipIf(isMissing('elasticsearch'))('reading events over many days', () => {
  const server = inject('elasticsearch');

  const cleanUp = suiteCleanUp();
  let store: ReturnType<typeof fill> | undefined;
  const filled = () => (store ??= fill());

  async function fill() {
    const parts = await openElasticEvents(cleanUp, server);
    const events = Array.from({ length: days * 3 }, (_, at) =>
      eventOfDay(at % days, {
        'user.name': `user${at % 4}`,
        'labels.zone': at % 2 === 0 ? 'North' : 'south',
        'http.response.status_code': 200 + (at % 3) * 100,
      }),
    );
    await parts.store.append(batchOf(events));
    await parts.refresh();
    return { ...parts, events: events.toSorted((a, b) => b.time - a.time) };
  }

  it('walks them newest first, page by page', async () => {
    const { store, events } = await filled();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const at = cursor === undefined ? {} : { cursor };
      const page = await store.search({ ...whole, ...at, query: query(''), limit: 5 });
      seen.push(...page.events.map(({ id }) => id));
      expect(page).toMatchObject({ complete: true, total: events.length });
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toEqual(events.map(({ id }) => id));
  });

  it('counts what the mapping holds and what only tokens hold alike', async () => {
    const { store } = await filled();
    const top = async (field: string, text = '') =>
      (await store.top({ ...whole, query: query(text), field, limit: 9 })).values;
    expect(await top('user.name', 'http.response.status_code:>=300')).toHaveLength(4);
    expect(await top('labels.zone')).toEqual([
      { value: 'North', count: 12 },
      { value: 'south', count: 12 },
    ]);
    expect(await top('http.response.status_code', 'labels.zone:NORTH')).toHaveLength(3);
    const histogram = await store.histogram({
      ...whole,
      query: query('user.name:USER1 OR labels.zone:nor*'),
      buckets: 9,
      by: 'labels.zone',
    });
    const sums = histogram.series.map(({ value, counts }) => [
      value,
      counts.reduce((sum, count) => sum + count, 0),
    ]);
    expect(Object.fromEntries(sums)).toEqual({ North: 12, south: 6 });
  });

  it('writes them as CSV', async () => {
    const { store, events } = await filled();
    const request = { ...whole, query: query('labels.zone:south') };
    const text: string[] = [];
    const lines = exportCsv(store, { request, columns: ['id', 'labels.zone'] });
    for await (const part of lines) text.push(part);
    const rows = text.join('').trim().split('\r\n').slice(1);
    const south = events.filter(({ fields }) => fields['labels.zone'] === 'south');
    expect(rows).toEqual(south.map(({ id }) => `${/^[-=+@]/.test(id) ? "'" : ''}${id},south`));
  });
});

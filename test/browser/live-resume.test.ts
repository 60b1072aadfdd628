import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { LiveQueue } from '../../apps/console/live/live-queue.ts';
import { RowBook } from '../../apps/console/live/row-book.ts';
import { ServerClock } from '../../apps/console/live/server-clock.ts';
import type { IncidentListView, IncidentRow } from '#libs/protocol';

import { until } from '../support/until.ts';
import { StandInServer } from './support/stand-in-server.ts';

const COOKIE = 'thapcanh_session=binh';

function digest(rows: Iterable<IncidentRow>): string {
  const open = [...rows].filter((row) => row.status !== 'closed');
  const lines = open.map((row) =>
    JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

/** The console's own queue, with Node's websocket and fetch in place of a browser's. */
function follow(server: StandInServer): { queue: LiveQueue; book: RowBook } {
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(server.url + path, { headers: { cookie: COOKIE } });
    return (await response.json()) as T;
  };
  const book = new RowBook((flush) => queueMicrotask(flush));
  const now = (): number => performance.now();
  const queue = new LiveQueue(
    {
      now,
      random: Math.random,
      open: () =>
        new WebSocket(`${server.url.replace('http', 'ws')}/console`, {
          headers: { cookie: COOKIE },
        }),
      page: (limit, cursor) =>
        ask<IncidentListView>(`/api/v1/incidents?limit=${limit}&cursor=${cursor ?? ''}`),
      one: (id) => ask<IncidentRow>(`/api/v1/incidents/${id}`),
    },
    book,
    new ServerClock(now, Date.now()),
  );
  return { queue, book };
}

describe('following the queue', () => {
  it('ends equal to the server after five cuts and a restart under 200 changes a second', async () => {
    const server = await StandInServer.start({ console: '/', incidents: 20_000, rate: 200 });
    onTestFinished(() => server.close());
    const { queue, book } = follow(server);
    onTestFinished(() => queue.stop());
    queue.start();
    await until('the snapshot is whole', () => (queue.state().rows === 'whole' ? true : undefined));
    for (let cut = 0; cut < 5; cut += 1) {
      server.cut();
      await pause(700);
    }
    await server.away(1_000);
    await until('it is connected again', () =>
      queue.state().link.kind === 'connected' ? true : undefined,
    );
    server.rate = 0;
    const same = await until('the rows are the same', () => {
      const ours = digest(book.rows());
      return ours === digest(server.desk.rows.values()) ? ours : undefined;
    });
    expect(same).toHaveLength(64);
    expect(server.desk.seq).toBeGreaterThan(500);
  });

  it('reads everything anew when the server has forgotten where it was', async () => {
    const server = await StandInServer.start({ console: '/', incidents: 500 });
    onTestFinished(() => server.close());
    const { queue, book } = follow(server);
    onTestFinished(() => queue.stop());
    queue.start();
    await until('the snapshot is whole', () => (queue.state().rows === 'whole' ? true : undefined));
    const away = server.away(500);
    for (let change = 0; change < 25_000; change += 1) server.desk.stir();
    await away;
    await until('the rows are the same', () =>
      digest(book.rows()) === digest(server.desk.rows.values()) ? true : undefined,
    );
    expect(book.size).toBeGreaterThan(500);
  });
});

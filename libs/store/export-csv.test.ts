import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CENTRE, type Event } from '#libs/model';

import { NaiveEventStore } from './contracts/naive-event-store.contract.ts';
import { eventAt, FIRST_DAY } from './contracts/sample-events.contract.ts';
import { csvCell, exportCsv } from './export-csv.ts';
import type { SearchPage, SearchRequest } from './ports.ts';

const request = {
  query: { kind: 'all' } as const,
  scope: { province: CENTRE },
  from: 0,
  to: 4e12,
};

/** A store that gives its events in pages. */
class PagedStore extends NaiveEventStore {
  override async search(asked: SearchRequest): Promise<SearchPage> {
    const all = await super.search(asked);
    const from = Number(asked.cursor ?? 0);
    const to = from + asked.limit;
    const more = to < all.events.length ? { next: String(to) } : {};
    return { ...all, events: all.events.slice(from, to), ...more };
  }
}

async function exportOf(events: readonly Event[], columns: string[], rowsMax?: number) {
  const store = new PagedStore();
  await store.append({ from: 0, to: 1, received: 0, events });
  const pieces = exportCsv(store, {
    request,
    columns,
    ...(rowsMax === undefined ? {} : { rowsMax }),
  });
  let text = '';
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return { text, end: value };
    text += value;
  }
}

describe('exportCsv', () => {
  it('writes columns of an event, its times and its lists', async () => {
    const event = eventAt(FIRST_DAY, {
      message: 'Đăng nhập, "sai"',
      roles: ['a', null, 'b'],
      n: -5,
    });
    const { text, end } = await exportOf([event], ['time', 'id', 'message', 'roles', 'n', 'gone']);
    expect(text).toBe(
      '\uFEFFtime,id,message,roles,n,gone\r\n' +
        `2026-11-20T00:00:00.000Z,${event.id},"Đăng nhập, ""sai""",a; b,-5,\r\n`,
    );
    expect(end).toEqual({ rows: 1, cut: false });
  });

  it('goes through all pages, and says when it had to stop', async () => {
    const events = Array.from({ length: 1_201 }, (_, index) =>
      eventAt(FIRST_DAY + index, { n: index }),
    );
    const whole = await exportOf(events, ['n']);
    expect(whole.text.split('\r\n')).toHaveLength(1_203);
    expect(whole.end).toEqual({ rows: 1_201, cut: false });
    expect((await exportOf(events, ['n'], 700)).end).toEqual({ rows: 700, cut: true });
  });

  it.each(['=1+1', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1', ' =1', '-', '=', '\n@x'])(
    'takes the formula out of %j',
    (text) => {
      expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it.each(['-5', '-12.75', 'a=b', '', '10.1.2.3'])('leaves %j as it is', (text) => {
    expect(csvCell(text)).toBe(text);
  });

  it('never lets a cell begin as a formula, and keeps every text readable', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cell = csvCell(text);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect(read === text || read === `'${text}`).toBe(true);
        if (!/^-?[\d.]+$/.test(read)) expect(read).not.toMatch(/^\s*[=+\-@\t\r]/);
        if (!cell.startsWith('"')) expect(cell).not.toMatch(/[",\r\n]/);
      }),
    );
  });
});

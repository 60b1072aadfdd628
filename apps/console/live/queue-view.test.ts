import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { IncidentRow } from '#libs/protocol';

import { type Criteria, TABS } from './criteria.ts';
import { QueueView } from './queue-view.ts';
import { RowBook } from './row-book.ts';

const NOW = Date.UTC(2026, 10, 23, 1);
const ALL: Criteria = {
  tab: 'open',
  severity: null,
  status: null,
  locality: null,
  text: '',
  sort: 'severity',
  group: null,
  user: 'binh',
};

function row(id: string, over: Partial<IncidentRow> = {}): IncidentRow {
  const at = new Date(NOW).toISOString();
  return {
    id,
    title: 'Đường truyền của xã bị mất',
    titleEn: 'Link lost',
    severity: 'medium',
    status: 'new',
    verdict: null,
    scope: 'commune',
    locality: { province: '66', provinceName: 'Đắk Lắk' },
    parent: null,
    children: 0,
    alerts: 1,
    events: 1,
    first: at,
    last: at,
    assignee: null,
    snoozed: null,
    clocks: {},
    rules: ['SD-10'],
    entity: null,
    late: false,
    closedBy: null,
    version: 1,
    ...over,
  };
}

/** A book that flushes when it is told to, and a view over it. */
function desk(rows: readonly IncidentRow[]) {
  let flush: (() => void) | null = null;
  const book = new RowBook((call) => {
    flush = call;
  });
  const view = new QueueView(book, ALL, () => NOW);
  const settle = (): void => {
    flush?.();
    flush = null;
  };
  book.load(rows);
  view.rebuild();
  settle();
  return { book, view, settle };
}

const change = (from: number, id: string, patch: Partial<IncidentRow>) =>
  ({ from, to: from, set: [[id, patch]], add: [], drop: [] }) as const;

describe('the frozen order', () => {
  it('keeps every row in its place whatever changes, until somebody asks', () => {
    const { book, view, settle } = desk([row('a'), row('b'), row('c')]);
    const before = view.snapshot().order;
    book.apply(change(1, 'c', { severity: 'critical', version: 2 }));
    book.apply(change(2, 'a', { status: 'closed', version: 2 }));
    book.put(row('d', { severity: 'critical' }));
    settle();
    expect(view.snapshot().order).toBe(before);
    expect(view.snapshot()).toMatchObject({ fresh: 1, freshCritical: 1, alarming: 2 });
    expect(view.matches(book.row('a') ?? row('?'))).toBe(false);
    view.rebuild();
    expect(view.snapshot().order).toEqual(['d', 'c', 'b']);
    expect(view.snapshot().fresh).toBe(0);
  });

  it('takes new rows in without moving one that is there past another', () => {
    const { book, view, settle } = desk([row('a'), row('b'), row('c')]);
    const before = view.snapshot().order;
    book.apply(change(1, before[2] ?? '', { severity: 'critical', version: 2 }));
    book.put(row('e', { severity: 'high' }));
    book.put(row('f', { severity: 'low' }));
    settle();
    view.mergeFresh();
    const { order } = view.snapshot();
    expect(order.filter((id) => before.includes(id))).toEqual(before);
    expect(order.indexOf('e')).toBe(0);
    expect(order.at(-1)).toBe('f');
  });

  it('shows nothing new while paused, but counts on', () => {
    const { book, view, settle } = desk([row('a')]);
    book.pause();
    book.apply(change(1, 'a', { status: 'in_progress', assignee: 'an', version: 2 }));
    settle();
    expect(book.shown('a')?.status).toBe('new');
    expect(view.snapshot()).toMatchObject({ paused: true, waiting: 1 });
    expect(view.snapshot().counts.unassigned).toBe(0);
    book.resume();
    settle();
    expect(book.shown('a')?.status).toBe('in_progress');
  });

  it('finds text without its marks, in any place of the row', () => {
    const { view } = desk([
      row('a', { entity: '203.0.113.7' }),
      row('b', { locality: { province: '01', provinceName: 'Hà Nội' } }),
    ]);
    view.ask({ ...ALL, text: 'dak lak duong truyen' });
    expect(view.snapshot().order).toEqual(['a']);
    view.ask({ ...ALL, text: '113.7' });
    expect(view.snapshot().order).toEqual(['a']);
    view.ask({ ...ALL, text: 'ha noi' });
    expect(view.snapshot().order).toEqual(['b']);
  });
});

describe('a grouped list', () => {
  const rules = (id: string, rule: string, over: Partial<IncidentRow> = {}) =>
    row(id, { rules: [rule], ...over });

  it('puts the group with the worst row first, and says where each begins', () => {
    const { view } = desk([
      rules('a', 'X'),
      rules('b', 'Y', { severity: 'critical' }),
      rules('c', 'X'),
      rules('d', 'Y', { severity: 'low' }),
    ]);
    view.ask({ ...ALL, group: 'rule' });
    const { order, groups } = view.snapshot();
    expect(order.slice(0, 2)).toEqual(['b', 'd']);
    expect(groups).toEqual([
      { key: 'Y', start: 0, count: 2 },
      { key: 'X', start: 2, count: 2 },
    ]);
  });

  it('stands the same when all rows come after the question', () => {
    const { book, view, settle } = desk([]);
    view.ask({ ...ALL, group: 'rule' });
    for (const [id, rule] of [
      ['a', 'X'],
      ['b', 'Y'],
      ['c', 'Y'],
    ]) {
      book.put(rules(id ?? '', rule ?? ''));
    }
    settle();
    view.mergeFresh();
    expect(view.snapshot().groups?.map(({ key }) => key)).toEqual(['Y', 'X']);
  });

  it('keeps every row in its group, and takes new rows into theirs', () => {
    const { book, view, settle } = desk([rules('a', 'X'), rules('b', 'Y'), rules('c', 'X')]);
    view.ask({ ...ALL, group: 'rule' });
    book.apply(change(1, 'a', { rules: ['Z'], severity: 'critical', version: 2 }));
    book.put(rules('e', 'Y', { severity: 'high' }));
    book.put(rules('f', 'W', { severity: 'critical' }));
    settle();
    view.mergeFresh();
    const { order, groups } = view.snapshot();
    const members = (key: string): readonly string[] => {
      const group = groups?.find((one) => one.key === key);
      return group === undefined ? [] : order.slice(group.start, group.start + group.count);
    };
    expect(groups?.map(({ key }) => key)).toEqual(['X', 'Y', 'W']);
    expect([...members('X')].toSorted()).toEqual(['a', 'c']);
    expect(members('Y')).toEqual(['e', 'b']);
    expect(members('W')).toEqual(['f']);
  });
});

describe('the counters', () => {
  it('equal a count from scratch after any changes', () => {
    const statuses = fc.constantFrom('new', 'in_progress', 'waiting_vendor', 'closed' as const);
    const steps = fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        status: statuses,
        severity: fc.constantFrom('critical', 'low' as const),
        assignee: fc.constantFrom(null, 'binh', 'an'),
        kind: fc.constantFrom('set', 'put', 'drop', 'patch' as const),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { book, view, settle } = desk([row('a'), row('b')]);
        for (const [at, { id, kind, ...rest }] of all.entries()) {
          const fields = { ...rest, version: at + 2 } as Partial<IncidentRow>;
          if (kind === 'set') book.apply(change(at, id, fields));
          else if (kind === 'put') book.put(row(id, fields));
          else if (kind === 'drop') book.drop(id);
          else book.patch(id, fields);
        }
        settle();
        const kept = { ...view.snapshot() };
        view.recount();
        settle();
        const again = view.snapshot();
        for (const tab of TABS) expect(kept.counts[tab], tab).toBe(again.counts[tab]);
        expect(kept.alarming).toBe(again.alarming);
        expect(kept.matching).toBe(again.matching);
      }),
    );
  });
});

describe('a book', () => {
  it('lets the newer version win in whatever order pages and changes come', () => {
    const { book } = desk([]);
    book.put(row('a', { version: 5, events: 50 }));
    book.apply(change(1, 'a', { version: 3, events: 30 }));
    book.put(row('a', { version: 4, events: 40 }));
    expect(book.row('a')).toMatchObject({ version: 5, events: 50 });
    book.put(row('a', { version: 5, events: 51 }));
    book.apply(change(2, 'a', { events: 52 }));
    expect(book.row('a')).toMatchObject({ version: 5, events: 52 });
  });

  it('takes from an answer what a person did, and leaves the counts to the changes', () => {
    const { book } = desk([row('a', { version: 1 })]);
    book.apply(change(1, 'a', { events: 9 }));
    book.settle(row('a', { version: 2, status: 'acknowledged', assignee: 'binh', events: 7 }));
    expect(book.row('a')).toMatchObject({ status: 'acknowledged', assignee: 'binh', events: 9 });
  });

  it('names the changed rows that it does not know', () => {
    const { book } = desk([row('a')]);
    expect(book.apply(change(1, 'z', { events: 2, version: 2 }))).toEqual(['z']);
  });

  it('takes an optimistic change off again only if no later one lies over it', () => {
    const { book } = desk([row('a')]);
    const first = { status: 'acknowledged' } as const;
    const second = { status: 'closed' } as const;
    book.patch('a', first);
    book.patch('a', second);
    book.unpatch('a', first);
    expect(book.row('a')?.status).toBe('closed');
    book.unpatch('a', second);
    expect(book.row('a')?.status).toBe('new');
  });

  it('tells whoever watches a row once a frame, and nobody else', () => {
    const { book, settle } = desk([row('a'), row('b')]);
    let told = 0;
    let others = 0;
    book.watch('a', () => {
      told += 1;
    });
    book.watch('b', () => {
      others += 1;
    });
    for (let at = 1; at <= 50; at += 1) {
      book.apply(change(at, 'a', { events: at, version: at + 1 }));
    }
    settle();
    expect([told, others]).toEqual([1, 0]);
  });
});

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CENTRE, covers, type Place } from '#libs/model';

import type { Doc, Documents, ListRequest, Write, WriteResult } from '../ports.ts';

export interface DocumentsContract {
  /** Opens an empty store and sees to it that it is closed and removed after the test. */
  readonly open: (cleanUp: (undo: () => Promise<void>) => void) => Promise<Documents>;
  readonly runs: number;
}

const centre: Place = { province: CENTRE };
const base: Omit<Write, 'id' | 'body'> = { kind: 'note', expect: 'any', place: centre, order: 0 };

/** The oracle: documents in a map. */
class NaiveDocuments {
  readonly #docs = new Map<string, Doc<unknown>>();

  write(writes: readonly Write[]): WriteResult[] {
    return writes.map((write) => {
      const key = `${write.kind} ${write.id}`;
      const current = this.#docs.get(key);
      const { expect: wanted } = write;
      const meets =
        wanted === 'any' || (wanted === 'absent' ? !current : current?.version === wanted);
      if (!meets) return { done: false, reason: 'conflict', current };
      const version = (current?.version ?? 0) + 1;
      const { id, place, order, keys = {}, body } = write;
      if (body === null) this.#docs.delete(key);
      else this.#docs.set(key, { id, version, place, order, keys, body });
      return { done: true, version };
    });
  }

  list(kind: string, { scope, keys = {}, from, to }: ListRequest): Doc<unknown>[] {
    const wanted = Object.entries(keys);
    return [...this.#docs]
      .filter(([key]) => key.startsWith(`${kind} `))
      .map(([, doc]) => doc)
      .filter(({ place }) => covers(scope, place))
      .filter(({ order }) => order >= (from ?? -Infinity) && order < (to ?? Infinity))
      .filter((doc) => wanted.every(([name, values]) => values.includes(doc.keys[name] ?? '\0')))
      .toSorted((a, b) => b.order - a.order || (a.id < b.id ? 1 : -1));
  }
}

const somePlace = fc.constantFrom<Place>(
  centre,
  { province: 'xx' },
  { province: '01' },
  { province: '01', commune: '00004' },
  { province: '79', commune: '00004' },
);

const someWrite: fc.Arbitrary<Write> = fc.record({
  kind: fc.constantFrom('alert', 'incident'),
  id: fc.constantFrom('a', 'b', 'c', "d'; --", 'Đ'),
  expect: fc.constantFrom<Write['expect']>('absent', 'any', 1, 2, 3),
  body: fc.oneof<fc.Arbitrary<unknown>[]>(
    fc.constant(null),
    fc.record({ n: fc.integer(), text: fc.constantFrom('x', 'Đắk Lắk', '\u{1F600}', '\0') }),
    fc.constantFrom(0, '', false, []),
  ),
  place: somePlace,
  order: fc.integer({ min: 0, max: 5 }),
  keys: fc.constantFrom({}, { status: 'new' }, { status: 'closed', rule: 'r1' }, { rule: 'r1' }),
});

const someList: fc.Arbitrary<ListRequest> = fc.record(
  {
    scope: somePlace,
    keys: fc.constantFrom<Record<string, string | string[]>>(
      {},
      { status: ['new'] },
      { status: ['new', 'closed'], rule: ['r1'] },
      { rule: ['r2'] },
      { status: [] },
    ),
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 2, max: 6 }),
    limit: fc.constant(2),
  },
  { requiredKeys: ['scope', 'limit'] },
);

async function listAll(documents: Documents, kind: string, request: ListRequest) {
  const rows: Doc<unknown>[] = [];
  const totals = new Set<number>();
  let cursor: string | undefined;
  do {
    const page = await documents.list(kind, {
      ...request,
      ...(cursor === undefined ? {} : { cursor }),
    });
    rows.push(...page.rows);
    totals.add(page.total);
    cursor = page.next;
  } while (cursor !== undefined);
  return { rows, totals: [...totals] };
}

/** What every store of documents promises. */
export function documentsContract(name: string, { open, runs }: DocumentsContract): void {
  describe(`${name} keeps the promises of documents`, () => {
    it('gives a document back as it was written, with its version', async () => {
      const documents = await open(onTestFinished);
      const body = { title: 'Sự cố', list: [1, null, { deep: true }] };
      const keys = { status: 'new' };
      const place = { province: '01', commune: '00004' };
      const write = { ...base, id: 'a', body, keys, place, order: 12.5 };
      expect(await documents.write([write])).toEqual([{ done: true, version: 1 }]);
      const stored = { id: 'a', version: 1, place, order: 12.5, keys, body };
      expect(await documents.get('note', 'a')).toEqual(stored);
      expect(await documents.get('note', 'b')).toBeUndefined();
      expect(await documents.get('other', 'a')).toBeUndefined();
    });

    it('refuses a write over another version and gives what stands there', async () => {
      const documents = await open(onTestFinished);
      await documents.write([{ ...base, id: 'a', body: 'one', expect: 'absent' }]);
      const results = await documents.write([
        { ...base, id: 'a', body: 'two', expect: 1 },
        { ...base, id: 'a', body: 'three', expect: 1 },
        { ...base, id: 'a', body: 'four', expect: 'absent' },
        { ...base, id: 'b', body: 'five', expect: 7 },
      ]);
      const current = expect.objectContaining({ version: 2, body: 'two' }) as unknown;
      expect(results).toEqual([
        { done: true, version: 2 },
        { done: false, reason: 'conflict', current },
        { done: false, reason: 'conflict', current },
        { done: false, reason: 'conflict', current: undefined },
      ]);
    });

    it('lets exactly one of many writers at once win a version', async () => {
      const documents = await open(onTestFinished);
      await documents.write([{ ...base, id: 'a', body: 0 }]);
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          documents.write([{ ...base, id: 'a', body: index, expect: 1 }]),
        ),
      );
      expect(results.flat().filter(({ done }) => done)).toHaveLength(1);
      expect((await documents.get('note', 'a'))?.version).toBe(2);
    });

    it(
      'does, refuses and lists what a plain map of documents would',
      { timeout: 120_000 },
      async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(someWrite, { maxLength: 6 }), { maxLength: 6 }),
            fc.array(someList, { minLength: 4, maxLength: 4 }),
            async (groups, requests) => {
              const undos: (() => Promise<void>)[] = [];
              const documents = await open((undo) => undos.push(undo));
              try {
                const oracle = new NaiveDocuments();
                for (const writes of groups) {
                  expect(await documents.write(writes)).toEqual(oracle.write(writes));
                }
                for (const request of requests) {
                  const found = await listAll(documents, 'alert', request);
                  const expected = oracle.list('alert', request);
                  expect(found).toEqual({ rows: expected, totals: [expected.length] });
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

    it('pages on past documents that come and go meanwhile', async () => {
      const documents = await open(onTestFinished);
      const write = (id: string, order: number): Write => ({ ...base, id, order, body: id });
      await documents.write(['a', 'b', 'c', 'd'].map((id, index) => write(id, index)));
      const first = await documents.list('note', { scope: centre, limit: 2 });
      await documents.write([write('new', 9), { ...write('c', 0), body: null }]);
      if (first.next === undefined) throw new Error('there is a second page');
      const second = await documents.list('note', { scope: centre, limit: 2, cursor: first.next });
      const ids = [...first.rows, ...second.rows].map(({ id }) => id);
      expect(ids).toEqual(['d', 'c', 'b', 'a']);
    });
  });
}

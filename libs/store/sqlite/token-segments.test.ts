import { DatabaseSync } from 'node:sqlite';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { packPart, readPart } from './token-part.ts';
import { TokenPairs } from './token-pairs.ts';
import { lookUp, SEGMENT_SCHEMA, SegmentWriter } from './token-segments.ts';

type Pair = readonly [hash: number, value: number];

const hash = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
);
const pair = fc.tuple(hash, fc.integer({ min: 0, max: 2 ** 20 - 1 }));

function pairsOf(list: readonly Pair[]): TokenPairs {
  const pairs = new TokenPairs();
  for (const [each, value] of list) pairs.push(each, value);
  return pairs;
}

function settled(list: readonly Pair[]): Pair[] {
  const unique = new Map(list.map((each) => [each.join(' '), each]));
  return [...unique.values()].toSorted(([a, one], [b, two]) => a - b || one - two);
}

const listed = ({ hashes, values, length }: TokenPairs): Pair[] =>
  Array.from({ length }, (_, at) => [hashes[at] ?? 0, values[at] ?? 0]);

it('orders pairs and leaves each once, few or many', () => {
  const many = fc.array(pair, { minLength: 600, maxLength: 900, size: 'max' });
  fc.assert(
    fc.property(fc.oneof(fc.array(pair), many), (list) => {
      const pairs = pairsOf(list);
      pairs.settle();
      expect(listed(pairs)).toEqual(settled(list));
    }),
    { numRuns: 60 },
  );
});

it('gives the pairs of a part back', () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), (list) => {
      const pairs = pairsOf(list);
      pairs.settle();
      const floor = pairs.hashes[0] ?? 0;
      const found: Pair[] = [];
      readPart(packPart(pairs, 0, pairs.length, floor), floor, (each, value) => {
        found.push([each, value]);
      });
      expect(found).toEqual(settled(list));
    }),
  );
});

/** Pairs of a commit: some tokens come in every block, most once. */
function commitPairs(commit: number): Pair[] {
  return Array.from({ length: 3_000 }, (_, at) => {
    const token = at % 10 === 0 ? at : commit * 10_000 + at;
    return [Math.imul(token, 0x9e3779b1) >>> 0, commit * 3 + (at % 3)] as const;
  });
}

it('leads every token to all its blocks, over merges while writing and sealing', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(SEGMENT_SCHEMA);
  const segments = new SegmentWriter(db);
  const expected = new Map<number, Set<number>>();
  const check = (spared: number) => {
    let wrong = 0;
    for (const [token, values] of [...expected].filter((_, at) => at % 97 === 0)) {
      const found = new Set(lookUp((text) => db.prepare(text), 'block', token));
      for (const value of values) expect(found.has(value)).toBe(true);
      wrong += found.size - values.size;
    }
    expect(wrong).toBeLessThanOrEqual(spared);
  };
  for (let commit = 0; commit < 90; commit++) {
    const list = commitPairs(commit);
    for (const [token, value] of list) {
      const values = expected.get(token) ?? new Set();
      expected.set(token, values.add(value));
    }
    db.exec('BEGIN');
    segments.add('block', pairsOf(list));
    db.exec('COMMIT');
  }
  const count = () => Number(db.prepare('SELECT count(*) AS n FROM seg').get()?.['n']);
  expect(count()).toBeLessThan(16);
  check(0);
  const steps = segments.mergeAll('block');
  while (steps.next().done !== true);
  expect(count()).toBe(1);
  check(expected.size / 97 / 4);
  segments.add('block', pairsOf([[77, 5]]));
  const again = segments.mergeAll('block');
  while (again.next().done !== true);
  expect(count()).toBe(1);
  expect([...lookUp((text) => db.prepare(text), 'block', 77)]).toContain(5);
  check(expected.size / 97 / 4);
  db.close();
});

it('leaves all as it was when the writer merged some of it meanwhile', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(SEGMENT_SCHEMA);
  const segments = new SegmentWriter(db);
  for (let commit = 0; commit < 7; commit++) segments.add('block', pairsOf(commitPairs(commit)));
  const steps = segments.mergeAll('block');
  steps.next();
  for (let commit = 7; commit < 9; commit++) segments.add('block', pairsOf(commitPairs(commit)));
  while (steps.next().done !== true);
  const token = Math.imul(10, 0x9e3779b1) >>> 0;
  const blocks = Array.from({ length: 9 }, (_, commit) => commit * 3 + 1);
  expect([...lookUp((text) => db.prepare(text), 'block', token)]).toEqual(blocks);
  const parts = db.prepare('SELECT DISTINCT id >> 20 AS seg FROM part').all();
  const known = db.prepare('SELECT id AS seg FROM seg').all();
  expect(parts).toEqual(known);
  db.close();
});

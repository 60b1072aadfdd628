import { describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import { LedgerBook, type LedgerQuestion } from './ledger-book.ts';

const START = Date.UTC(2026, 10, 23, 1);
const MINUTE = 60_000;
const PLACE = { province: '12', commune: '03433' };
const BOTH = [
  { id: 'fw', heard: true },
  { id: 'ad', heard: true },
];

function rig() {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(START);
  const open = async () => {
    const book = new LedgerBook(documents, clock);
    await book.load();
    return book;
  };
  /** Lets minutes pass with the engine up. */
  const run = async (book: LedgerBook, minutes: number) => {
    for (let i = 0; i < minutes; i += 1) {
      await book.beat();
      clock.advance(MINUTE);
      await book.beat();
    }
  };
  return { documents, clock, open, run };
}

async function told(book: LedgerBook, over: Partial<LedgerQuestion> = {}) {
  const question = { rule: 'r', place: PLACE, from: START, to: Infinity, sources: BOTH, ...over };
  const answer = await book.read(question);
  if ('reason' in answer) return answer;
  return answer.spans.map(({ from, to, state, reasons }) => [
    (from - START) / MINUTE,
    (to - START) / MINUTE,
    state,
    ...reasons,
  ]);
}

describe('the ledger', () => {
  it('says evaluated while the engine is up, the rule in force and a source sends', async () => {
    const { open, run } = rig();
    const book = await open();
    await book.rules(['r']);
    await run(book, 10);
    expect(await told(book)).toEqual([[0, 10, 'evaluated']]);
    expect(await told(book, { rule: 'other' })).toEqual([[0, 10, 'blind', 'rule_absent']]);
    expect(await told(book, { sources: [] })).toEqual([[0, 10, 'blind', 'no_source']]);
    const never = [{ id: 'new', heard: false }];
    expect(await told(book, { sources: never })).toEqual([[0, 10, 'blind', 'sources_silent']]);
  });

  it('shows the time the engine was down, after a stop and after a crash', async () => {
    const { open, run, clock } = rig();
    const first = await open();
    await first.rules(['r']);
    await run(first, 10);
    await first.down();
    clock.advance(5 * MINUTE);
    const second = await open();
    await second.rules(['r']);
    await run(second, 5);
    clock.advance(10 * MINUTE);
    const third = await open();
    await run(third, 1);
    expect(await told(third)).toEqual([
      [0, 10, 'evaluated'],
      [10, 15, 'blind', 'engine_down'],
      [15, 20.5, 'evaluated'],
      [20.5, 30, 'blind', 'engine_down'],
      [30, 31, 'evaluated'],
    ]);
  });

  it('shows when a rule was not in force', async () => {
    const { open, run } = rig();
    const book = await open();
    for (const rules of [['r'], ['other'], ['r', 'other']]) {
      await book.rules(rules);
      await run(book, 2);
    }
    expect(await told(book)).toEqual([
      [0, 2, 'evaluated'],
      [2, 4, 'blind', 'rule_absent'],
      [4, 6, 'evaluated'],
    ]);
  });

  it('is blind only when all sources are silent, and names those that are', async () => {
    const { open, run } = rig();
    const first = await open();
    await first.rules(['r']);
    await run(first, 10);
    await first.silent('fw', PLACE, START + 2 * MINUTE);
    await first.silent('ad', PLACE, START + 4 * MINUTE);
    const book = await open();
    await book.back('ad', START + 6 * MINUTE);
    expect(await told(book)).toEqual([
      [0, 2, 'evaluated'],
      [2, 4, 'evaluated'],
      [4, 6, 'blind', 'sources_silent'],
      [6, 10, 'evaluated'],
    ]);
    const answer = await book.read({
      rule: 'r',
      place: PLACE,
      from: START + 2 * MINUTE,
      to: START + 3 * MINUTE,
      sources: BOTH,
    });
    expect(answer).toMatchObject({ spans: [{ silent: ['fw'] }] });
  });

  it('shows what late events did and what a limit cut, at that province alone', async () => {
    const { open, run } = rig();
    const book = await open();
    await book.rules(['r']);
    await run(book, 10);
    const at = { rule: 'r', province: '12', from: START + MINUTE, to: START + 3 * MINUTE };
    await book.marks([{ ...at, kind: 'late', limit: '', count: 2 }]);
    await book.marks([{ ...at, kind: 'late', limit: '', count: 3 }]);
    const cut = { ...at, from: START + 5 * MINUTE, to: START + 6 * MINUTE };
    await book.marks([{ ...cut, kind: 'limit', limit: 'matches_per_key', count: 7 }]);
    const spans = await book.read({
      rule: 'r',
      place: PLACE,
      from: START,
      to: at.to,
      sources: BOTH,
    });
    expect(spans).toMatchObject({ spans: [{ again: 0 }, { state: 'reevaluated', again: 5 }] });
    expect(await told(book)).toEqual([
      [0, 1, 'evaluated'],
      [1, 3, 'reevaluated'],
      [3, 5, 'evaluated'],
      [5, 6, 'blind', 'limit_hit'],
      [6, 10, 'evaluated'],
    ]);
    expect(await told(book, { place: { province: '46' } })).toEqual([[0, 10, 'evaluated']]);
  });

  it('refuses a span that is none', async () => {
    const { open, clock } = rig();
    const book = await open();
    expect(await told(book, { from: START + MINUTE })).toEqual({ reason: 'bad_span' });
    clock.advance(500 * 86_400_000);
    expect(await told(book)).toEqual({ reason: 'too_long' });
  });
});

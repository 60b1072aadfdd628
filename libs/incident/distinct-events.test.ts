import { expect, it } from 'vitest';

import { anAlert } from '../../test/support/incident-parts.ts';
import { distinctEvents } from './distinct-events.ts';

/** An alert over the numbered events, of which it keeps the first and the last twenty. */
function over(id: string, from: number, to: number) {
  const events = Array.from({ length: to - from }, (_, i) => ({
    event: `e${from + i}`,
    time: from + i,
  }));
  const evidence = events.filter((_, i) => i < 20 || i >= events.length - 20);
  return anAlert({ id, count: events.length, evidence });
}

it('counts an event of several alerts once', () => {
  expect(distinctEvents([over('a', 0, 10), over('b', 0, 10), over('c', 5, 15)])).toBe(15);
});

it('counts the same many events of two alerts once, and those of two strangers twice', () => {
  expect(distinctEvents([over('a', 0, 63), over('b', 0, 63)])).toBe(63);
  expect(distinctEvents([over('a', 0, 63), over('b', 100, 163)])).toBe(126);
});

it('never says more than the sum, nor less than the largest', () => {
  const said = distinctEvents([over('a', 0, 100), over('b', 90, 300)]);
  expect(said).toBeGreaterThanOrEqual(210);
  expect(said).toBeLessThanOrEqual(310);
});

import { expect, it } from 'vitest';

import { Nursery } from './nursery.ts';
import type { Entry } from './timeline.ts';

function entry(event: string, time: number): Entry {
  return {
    time,
    event,
    ident: event,
    member: 0,
    value: undefined,
    commune: undefined,
    extras: undefined,
  };
}

it('keeps every match of every key, however many keys come in between', () => {
  const keys = 500;
  const nursery = new Nursery(4);
  const grown: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (let key = 0; key < keys; key += 1) {
      const nursing = nursery.add(`k${key}`, entry(`e${key}-${round}`, round));
      if (nursing.kind === 'grown') grown.push(...nursing.entries.map(({ event }) => event));
    }
  }
  const all = Array.from({ length: 4 * keys }, (_, n) => `e${Math.floor(n / 4)}-${n % 4}`);
  const left = nursery.save().events;
  expect([...grown, ...left].toSorted()).toEqual(all.toSorted());
});

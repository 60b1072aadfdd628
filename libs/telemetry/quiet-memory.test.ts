import { expect, it } from 'vitest';

import { QuietWatch } from './quiet-memory.ts';

it('collects once after work, not while it lasts and not again while nothing happens', () => {
  const watch = new QuietWatch();
  const looks = [4_000, 9_000, 40, 30, 20, 10, 900, 600, 10, 5].map((cpu) => watch.looks(cpu));
  expect(looks).toEqual([false, false, true, false, false, false, false, false, true, false]);
});

it('collects for a trickle of work only when it has added up', () => {
  const watch = new QuietWatch();
  const looks = Array.from({ length: 12 }, () => watch.looks(200));
  expect(looks.filter(Boolean)).toHaveLength(2);
});

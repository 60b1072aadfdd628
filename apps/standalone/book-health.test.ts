import { expect, it } from 'vitest';

import { bookHealth } from './book-health.ts';

const INCIDENTS = {
  open: 3,
  alerts: 7,
  aside: 0,
  conflicts: 0,
  deaf: 0,
  wide: 0,
  unscoped: 0,
  stormy: 0,
};
const ALERTS = { held: 0, heldBy: { maintenance: 0, silence: 0, inhibition: 0 }, repeats: 0 };

it('says loudly when alerts are in no incident, and what to do', () => {
  const [line] = bookHealth({ ...INCIDENTS, aside: 12 }, ALERTS);
  expect(line).toMatchObject({ state: 'down', figures: { aside: 12 } });
  expect(line?.text.vi).toContain('12 cảnh báo chưa vào sự cố nào');
});

it('says when somebody may not have heard of a change', () => {
  const [line] = bookHealth({ ...INCIDENTS, deaf: 2 }, ALERTS);
  expect(line).toMatchObject({ state: 'degraded' });
  expect(line?.text.vi).toContain('2 lần thay đổi');
});

it('counts what is held back by whom', () => {
  const held = { held: 5, heldBy: { maintenance: 2, silence: 2, inhibition: 1 }, repeats: 0 };
  const [, line] = bookHealth(INCIDENTS, held);
  expect(line).toMatchObject({
    state: 'ok',
    figures: { held: 5, held_maintenance: 2, held_silence: 2, held_inhibition: 1 },
  });
});

import { expect, it } from 'vitest';

import type { AlertBook } from '#libs/alerting';
import { ManualClock, type AlertChange, type Recovery } from '#libs/model';

import { SelfWatch, troubles, type SelfReading } from './self-watch.ts';

const LIMITS = {
  diskWarnPercent: 80,
  diskCriticalPercent: 95,
  lagSecondsMax: 60,
  setAsideMax: 10,
};
const WELL: SelfReading = { diskPercent: 40, lagSeconds: 1, setAside: 5, stuck: undefined };

it.each([
  ['a disk at 80 %', { diskPercent: 80 }, [{ part: 'disk', severity: 'high' }]],
  ['a disk at 95 %', { diskPercent: 95 }, [{ part: 'disk', severity: 'critical' }]],
  ['a lag over a minute', { lagSeconds: 61 }, [{ part: 'lag', severity: 'high' }]],
  ['a lag of a minute', { lagSeconds: 60 }, []],
  ['a growing quarantine', { setAside: 16 }, [{ part: 'quarantine', severity: 'medium' }]],
  ['a stopped reader', { stuck: 'disk full' }, [{ part: 'reader', severity: 'critical' }]],
  ['a disk nobody can measure', { diskPercent: undefined }, []],
] as const)('judges %s', (_name, change, expected) => {
  expect(troubles({ ...WELL, ...change }, WELL, LIMITS)).toEqual(expected);
});

it('raises one alert that grows while trouble lasts, and ends it', async () => {
  const changes: AlertChange[] = [];
  const recoveries: Recovery[] = [];
  const book: Pick<AlertBook, 'apply'> = {
    apply: (more, ended = []) => {
      changes.push(...more);
      recoveries.push(...ended);
      return Promise.resolve();
    },
  };
  const clock = new ManualClock(1_000);
  const watch = new SelfWatch(book as AlertBook, clock, LIMITS);
  const late = { ...WELL, lagSeconds: 300 };
  await watch.look(late);
  expect(changes).toEqual([]);
  clock.advance(15_000);
  await watch.look(late);
  clock.advance(15_000);
  await watch.look(late);
  expect(changes.map(({ kind, alert }) => [kind, alert.count])).toEqual([
    ['raised', 1],
    ['changed', 2],
  ]);
  expect(new Set(changes.map(({ alert }) => alert.id)).size).toBe(1);
  recoveries.length = 0;
  clock.advance(15_000);
  await watch.look(WELL);
  expect(recoveries.map(({ rules, time }) => [rules, time])).toEqual([
    [['thapcanh-self-lag'], 46_000],
  ]);
  await watch.look(WELL);
  expect(recoveries).toHaveLength(1);
});

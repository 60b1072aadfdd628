import type { Alert } from '#libs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { modelGroups } from '../../test/model/groups.ts';
import { arrival, lives, orders, storyOf } from '../../test/support/alert-stories.ts';
import { faultCount } from '../../test/support/fault-count.ts';
import {
  aBook,
  AN,
  anAlert,
  groupsOf,
  MINUTE,
  MORNING,
  settleThroughFault,
} from '../../test/support/incident-parts.ts';
import type { IncidentLimits } from './limits.ts';

const HOUR = 60 * MINUTE;

/** The stories of alerts of two rules, so that these crowd. */
function crowded(stories: readonly (readonly Alert[])[]): Alert[][] {
  return stories.map((story, at) => story.map((alert) => ({ ...alert, rule: `rule-${at % 2}` })));
}

/** A book that took the stories in some order, restarted in between. */
async function settled(
  stories: readonly (readonly Alert[])[],
  choices: readonly number[],
  limits: Partial<IncidentLimits>,
) {
  const rig = await aBook(limits);
  for (const [at, batch] of arrival(stories, choices).entries()) {
    if (at === 3) await rig.restart();
    await settleThroughFault(rig, batch, at === 5 ? choices.length % 6 : Infinity);
  }
  return rig;
}

/** Alerts of one rule, each about another address, a second apart. */
function burst(n: number): Alert[] {
  return Array.from({ length: n }, (_, at) =>
    anAlert({ group: { 'source.ip': `10.0.0.${at}` }, first: MORNING + at * 1000 }),
  );
}

describe('a storm of alerts', () => {
  it('is one incident for each rule and province, a function of the set of alerts', async () => {
    await fc.assert(
      fc.asyncProperty(lives, orders, fc.integer({ min: 1, max: 4 }), async (all, choices, cap) => {
        const stories = crowded(storyOf(all));
        const rig = await settled(stories, choices, { stormAlertsMax: cap });
        const inForce = stories
          .map((story) => story.at(-1) as Alert)
          .filter(({ state }) => state.kind === 'in_force');
        const wanted = modelGroups(inForce, HOUR, cap);
        const sorted = wanted.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
        expect(groupsOf(rig.book)).toEqual(sorted);
        // Off or on, the same alerts are in force: only how they gather differs.
        const off = await settled(stories, choices, { stormAlertsMax: Infinity });
        expect(groupsOf(rig.book).flat().toSorted()).toEqual(groupsOf(off.book).flat().toSorted());
      }),
      { numRuns: faultCount({ few: 15, full: 3000 }) },
    );
  });

  it('gathers what its alerts had opened, says so loudly, with its count', async () => {
    const rig = await aBook({ stormAlertsMax: 5 });
    const all = burst(8);
    for (const alert of all.slice(0, 5)) await rig.book.settle([{ alert }]);
    expect([...rig.book.open()]).toHaveLength(5);
    await rig.book.settle(all.slice(5).map((alert) => ({ alert })));
    const [storm, ...others] = [...rig.book.open()];
    expect(others).toEqual([]);
    expect(storm).toMatchObject({
      title: 'Đang có bão cảnh báo: Dò mật khẩu tại Đồng Nai, 8 cảnh báo',
      titleEn: 'Alert storm: Brute force at Đồng Nai, 8 alerts',
      severity: 'high',
      alerts: all.map(({ id }) => id),
    });
    expect(rig.book.figures().stormy).toBe(8);
    await rig.restart();
    await rig.book.settle([{ alert: { ...(all[0] as Alert), count: 21 } }]);
    expect([...rig.book.open()]).toHaveLength(1);
  });

  it('leaves alone what a person works on', async () => {
    const rig = await aBook({ stormAlertsMax: 5 });
    const all = burst(8);
    await rig.book.settle([{ alert: all[0] as Alert }]);
    const [mine] = [...rig.book.open()];
    await rig.book.act(AN, mine?.id ?? '', 'acknowledge', { version: 1 });
    await rig.book.settle(all.map((alert) => ({ alert })));
    expect((await rig.book.get(mine?.id ?? ''))?.alerts).toContain(all[0]?.id);
    expect([...rig.book.open()].flatMap(({ alerts }) => alerts)).toHaveLength(8);
  });
});

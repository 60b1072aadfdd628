import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AlertRecord } from '#libs/model';

import {
  arrival,
  expectedGroups,
  lives,
  orders,
  storyOf,
} from '../../test/support/alert-stories.ts';
import { faultCount } from '../../test/support/fault-count.ts';
import { aBook, AN, groupsOf, type Rig } from '../../test/support/incident-parts.ts';
import type { IncidentRecord } from './record.ts';

/**
 * Every live alert is filed under the one incident that names it, and every merged incident has its
 * parent.
 */
async function expectConsistent(rig: Rig): Promise<void> {
  const incidents = [...(rig.documents.kinds.get('incident')?.values() ?? [])].map(
    (doc) => doc.body as IncidentRecord,
  );
  const namedBy = new Map<string, string>();
  for (const { incident } of incidents) {
    for (const alert of incident.status === 'closed' ? [] : incident.alerts) {
      expect(namedBy.has(alert)).toBe(false);
      namedBy.set(alert, incident.id);
    }
    if (incident.closedBy === 'merged')
      expect(await rig.book.get(incident.parent ?? '')).toBeDefined();
  }
  for (const doc of rig.documents.kinds.get('alert')?.values() ?? []) {
    const { alert, incident } = doc.body as AlertRecord;
    if (alert.state.kind !== 'in_force') continue;
    const home = incidents.find((record) => record.incident.id === incident);
    if (home?.incident.closedBy === 'person') continue;
    expect(namedBy.get(alert.id)).toBe(incident);
  }
}

describe('grouping', () => {
  it('is a function of the set of alerts, however they come, also over restarts', async () => {
    await fc.assert(
      fc.asyncProperty(lives, orders, fc.nat(10), async (all, choices, restartAt) => {
        const stories = storyOf(all);
        const rig = await aBook();
        for (const [at, batch] of arrival(stories, choices).entries()) {
          if (at === restartAt) await rig.restart();
          await rig.book.settle(batch.map((alert) => ({ alert })));
        }
        expect(groupsOf(rig.book)).toEqual(expectedGroups(stories));
        await expectConsistent(rig);
        await rig.restart();
        expect(groupsOf(rig.book)).toEqual(expectedGroups(stories));
      }),
      { numRuns: faultCount({ few: 40, full: 3000 }) },
    );
  });

  it('comes to the same after writes that failed half way', async () => {
    await fc.assert(
      fc.asyncProperty(
        lives,
        orders,
        fc.record({ failAt: fc.nat(10), keep: fc.nat(6), restarts: fc.boolean() }),
        async (all, choices, { failAt, keep, restarts }) => {
          const stories = storyOf(all);
          const rig = await aBook();
          for (const [at, batch] of arrival(stories, choices).entries()) {
            const facts = batch.map((alert) => ({ alert }));
            if (at === failAt) {
              rig.documents.failNext(keep);
              const failed = await rig.book.settle(facts).then(
                () => false,
                () => true,
              );
              rig.documents.failNext(Infinity);
              if (failed && restarts) await rig.restart();
            }
            await rig.book.settle(facts);
          }
          expect(groupsOf(rig.book)).toEqual(expectedGroups(stories));
          await expectConsistent(rig);
        },
      ),
      { numRuns: faultCount({ few: 30, full: 3000 }) },
    );
  });

  it('never takes an alert in force out of an incident that a person touched', async () => {
    await fc.assert(
      fc.asyncProperty(
        lives,
        orders,
        fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
        async (all, choices, touches) => {
          const rig = await aBook();
          const homes = new Map<string, string>();
          for (const [at, batch] of arrival(storyOf(all), choices).entries()) {
            await rig.book.settle(batch.map((alert) => ({ alert })));
            for (const [alert, home] of homes) {
              const record = await rig.book.alert(alert);
              if (record?.alert.state.kind === 'in_force') expect(record.incident).toBe(home);
            }
            const open = [...rig.book.open()];
            const touched = open[touches[at % touches.length] ?? 0];
            if (touched !== undefined) {
              const { version } = touched;
              const request = { version, text: `bước ${at}` };
              expect(await rig.book.act(AN, touched.id, 'comment', request)).toHaveProperty('done');
            }
            for (const incident of rig.book.open()) {
              if (!incident.touched) continue;
              for (const alert of incident.alerts) homes.set(alert, incident.id);
            }
          }
          await expectConsistent(rig);
          const before = groupsOf(rig.book);
          await rig.restart();
          expect(groupsOf(rig.book)).toEqual(before);
        },
      ),
      { numRuns: faultCount({ few: 30, full: 3000 }) },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Alert, alertId } from '#libs/model';

import { aBook, anAlert, groupsOf, MINUTE, MORNING } from '../../test/support/incident-parts.ts';
import { modelGroups } from '../../test/model/groups.ts';
import { JOIN_GAP_MS } from './limits.ts';

/** What the reference model says of the alerts that are in force at the end. */
function expected(alerts: readonly Alert[]): string[][] {
  const inForce = alerts.filter((alert) => alert.state.kind === 'in_force');
  return sorted(modelGroups(inForce, JOIN_GAP_MS));
}

function sorted(groups: string[][]): string[][] {
  return groups.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

const span = fc.record({
  first: fc.integer({ min: 0, max: 40 }),
  length: fc.integer({ min: 0, max: 12 }),
});

/** The lives of a few alerts: each a list of what it successively is, in one crowded place. */
const lives = fc.array(
  fc.record({
    commune: fc.constantFrom(undefined, '25993', '26008'),
    province: fc.constantFrom('75', '75', '75', '46'),
    entities: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
    steps: fc.array(span, { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom('in_force', 'in_force', 'withdrawn', 'superseded'),
  }),
  { minLength: 1, maxLength: 10 },
);

type Life = typeof lives extends fc.Arbitrary<infer L> ? L : never;

function storyOf(all: Life): Alert[][] {
  return all.map((life, at) => {
    const start = life.steps[0]?.first ?? 0;
    const id = alertId(`rule-${at}`, 'key', start);
    const heir = all.length > at + 1 ? `heir of ${at}` : 'nobody';
    const versions = life.steps.map(({ first, length }, step) =>
      anAlert({
        id,
        rule: `rule-${at}`,
        first: MORNING + first * 12 * MINUTE,
        last: MORNING + (first + length) * 12 * MINUTE,
        count: 10 + step,
        place:
          life.commune === undefined
            ? { province: life.province }
            : { province: life.province, commune: life.commune },
        entities: life.entities.map((value) => ({ kind: 'host', value })),
      }),
    );
    const last = versions.at(-1);
    if (last === undefined || life.end === 'in_force') return versions;
    const state =
      life.end === 'withdrawn'
        ? ({ kind: 'withdrawn', by: 'event' } as const)
        : ({ kind: 'superseded', by: heir } as const);
    return [...versions, { ...last, state }];
  });
}

/** Interleaves the stories by the choices given, some changes twice, cut into batches. */
function arrival(stories: readonly Alert[][], choices: readonly number[]): Alert[][] {
  const queues = stories.map((story) => [...story]);
  const batches: Alert[][] = [[]];
  for (let at = 0; queues.some((queue) => queue.length > 0); at += 1) {
    const choice = choices[at % choices.length] ?? 0;
    const left = queues.filter((queue) => queue.length > 0);
    const alert = left[choice % left.length]?.shift();
    if (alert === undefined) continue;
    batches.at(-1)?.push(alert);
    if (choice % 7 === 0) batches.push([alert]);
    if (choice % 3 === 0) batches.push([]);
  }
  return batches;
}

describe('grouping', () => {
  it('is a function of the set of alerts, however they come, also over restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        lives,
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
        fc.nat(10),
        async (all, choices, restartAt) => {
          const stories = storyOf(all);
          const rig = await aBook();
          for (const [at, batch] of arrival(stories, choices).entries()) {
            if (at === restartAt) await rig.restart();
            await rig.book.settle(batch.map((alert) => ({ alert })));
          }
          const final = stories.map((story) => story.at(-1)).filter((a) => a !== undefined);
          expect(groupsOf(rig.book)).toEqual(expected(final));
          await rig.restart();
          expect(groupsOf(rig.book)).toEqual(expected(final));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('comes to the same after writes that failed half way', async () => {
    await fc.assert(
      fc.asyncProperty(
        lives,
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
        fc.nat(10),
        fc.nat(6),
        fc.boolean(),
        async (all, choices, failAt, keep, restarts) => {
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
          const final = stories.map((story) => story.at(-1)).filter((a) => a !== undefined);
          expect(groupsOf(rig.book)).toEqual(expected(final));
        },
      ),
      { numRuns: 300 },
    );
  });
});

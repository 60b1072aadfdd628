import fc from 'fast-check';

import { type Alert, alertId } from '#libs/model';

import { modelGroups } from '../model/groups.ts';
import { anAlert, MINUTE, MORNING } from './incident-parts.ts';

const JOIN_GAP_MS = 3_600_000;

/** What the reference model says of the alerts that are in force at the end of their stories. */
export function expectedGroups(stories: readonly (readonly Alert[])[]): string[][] {
  const final = stories.map((story) => story.at(-1)).filter((alert) => alert !== undefined);
  const inForce = final.filter((alert) => alert.state.kind === 'in_force');
  return modelGroups(inForce, JOIN_GAP_MS).toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

const span = fc.record({
  first: fc.integer({ min: 0, max: 40 }),
  length: fc.integer({ min: 0, max: 12 }),
});

/** Choices of `arrival`. */
export const orders = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 });

/** The lives of a few alerts: each a list of what it successively is, in one crowded place. */
export const lives = fc.array(
  fc.record({
    commune: fc.constantFrom(undefined, '25993', '26008'),
    province: fc.constantFrom('75', '75', '75', '46'),
    entities: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
    steps: fc.array(span, { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom('in_force', 'in_force', 'withdrawn', 'superseded'),
  }),
  { minLength: 1, maxLength: 10 },
);

export type Lives = typeof lives extends fc.Arbitrary<infer L> ? L : never;

/**
 * Every version of every alert, in its own order; one that is superseded gives way to the next.
 * Alerts of two crowds share no entity.
 */
export function storyOf(all: Lives, crowd = ''): Alert[][] {
  const ids = all.map((life, at) =>
    alertId(`rule-${crowd}${at}`, 'key', life.steps[0]?.first ?? 0),
  );
  return all.map((life, at) => {
    const id = ids[at] ?? '';
    const heir = ids[at + 1] ?? 'an alert that never comes';
    const versions = life.steps.map(({ first, length }, step) =>
      anAlert({
        id,
        rule: `rule-${crowd}${at}`,
        first: MORNING + first * 12 * MINUTE,
        last: MORNING + (first + length) * 12 * MINUTE,
        count: 10 + step,
        place:
          life.commune === undefined
            ? { province: life.province }
            : { province: life.province, commune: life.commune },
        entities: life.entities.map((value) => ({ kind: 'host', value: crowd + value })),
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
export function arrival(
  stories: readonly (readonly Alert[])[],
  choices: readonly number[],
): Alert[][] {
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

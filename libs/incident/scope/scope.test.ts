import type { Alert, Entity, Place } from '#libs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arrival, orders } from '../../../test/support/alert-stories.ts';
import { faultCount } from '../../../test/support/fault-count.ts';
import {
  AN,
  aBook,
  anAlert,
  groupsOf,
  MINUTE,
  MORNING,
  type Rig,
  settleThroughFault,
} from '../../../test/support/incident-parts.ts';
import { modelGroups } from '../../../test/model/groups.ts';
import { keyOf, modelScopes } from '../../../test/model/scopes.ts';

let made = 0;

/** An alert of a rule that says people could not be served. */
function outage(
  place: Place,
  entities: Record<string, string>,
  minutes = 0,
  last = minutes,
): Alert {
  const group = { n: String((made += 1)) };
  return anAlert({
    rule: 'out-1',
    group,
    place,
    first: MORNING + minutes * MINUTE,
    last: MORNING + last * MINUTE,
    entities: Object.entries(entities).map(([kind, value]) => ({ kind, value }) as Entity),
  });
}

const settle = (rig: Rig, ...alerts: Alert[]) =>
  rig.book.settle(alerts.map((alert) => ({ alert })));
const rootsOf = (rig: Rig) => [...rig.book.open()].filter((one) => one.outage !== undefined);
const homeOf = async (rig: Rig, alert: Alert) => {
  const id = (await rig.book.alert(alert.id))?.incident ?? '';
  return rig.book.get(id);
};
const withdrawn = (alert: Alert): Alert => ({ ...alert, state: { kind: 'withdrawn', by: 'e' } });

/** What the book says is part of what, as the reference does. */
function scopesOf(rig: Rig): Record<string, string> {
  const names = new Map<string, string>();
  for (const { id, alerts, outage: facts, scope } of rig.book.open())
    names.set(
      id,
      facts === undefined
        ? (alerts.toSorted()[0] ?? '')
        : keyOf({ scope, ...facts, parts: [] } as never),
    );
  return Object.fromEntries(
    [...rig.book.open()]
      .filter(({ parent }) => parent !== undefined)
      .map(({ id, parent = '' }) => [names.get(id) ?? '', names.get(parent) ?? `closed ${parent}`]),
  );
}

const choice = (...values: (string | undefined)[]) => fc.constantFrom(...values);
const lives = fc.array(
  fc.record({
    province: fc.constantFrom('75', '46', '12', '22', '48', '52', '00'),
    commune: choice(undefined, undefined, 'a', 'b'),
    service: choice('one', 'one', 'two', 'three', 'ndop', undefined),
    upstream: choice('ndop', 'ndop', 'ndop', 'sms-a', 'csdldc', undefined),
    vendor: choice('v', 'v', 'w', undefined),
    steps: fc.array(fc.tuple(fc.nat(8), fc.nat(3)), { minLength: 1, maxLength: 2 }),
    end: fc.constantFrom('in_force', 'in_force', 'in_force', 'withdrawn'),
  }),
  { minLength: 2, maxLength: 14, size: 'max' },
);
type Lives = typeof lives extends fc.Arbitrary<infer L> ? L : never;

const faults = fc.record({ restartAt: fc.nat(10), failAt: fc.nat(6), keep: fc.nat(5) });

/** Everybody misses one national system at about one time, and so does the probe of the centre. */
const everywhere = (['75', '46', '12', '22', '48', '52', '00'] as const).map(
  (province, at): Lives[number] => ({
    province,
    commune: undefined,
    service: province === '00' ? 'ndop' : undefined,
    upstream: province === '00' ? undefined : 'ndop',
    vendor: undefined,
    steps: [[at % 2, 1]],
    end: 'in_force',
  }),
);
/** One or two of them may be missing, or come to nothing. */
const wide = fc.oneof(
  fc.constant<Lives>([]),
  fc.subarray([...everywhere], { minLength: 5 }).map((some): Lives => some),
);

function storiesOf(all: Lives): Alert[][] {
  return all.map(({ province, commune, service, upstream, vendor, steps, end }, at) => {
    const place = commune === undefined ? { province } : { province, commune };
    const named = Object.entries({ service, upstream, vendor }).filter(([, value]) => value);
    const first = anAlert({ rule: `out-${at}`, group: { at: String(at) } });
    const versions = steps.map(([begin, length]): Alert => ({
      ...first,
      place: province === '00' ? { province } : place,
      first: MORNING + begin * 10 * MINUTE,
      last: MORNING + (begin + length) * 10 * MINUTE,
      entities: named.map(([kind, value]) => ({ kind, value }) as Entity),
    }));
    const last = versions.at(-1);
    return last === undefined || end === 'in_force' ? versions : [...versions, withdrawn(last)];
  });
}

describe('how far outages reach', () => {
  it('is a function of the set of alerts, however they come, over restarts and failed writes', async () => {
    await fc.assert(
      fc.asyncProperty(wide, lives, orders, faults, async (some, all, choices, fault) => {
        const stories = storiesOf([...some, ...all]);
        const rig = await aBook();
        for (const [at, batch] of arrival(stories, choices).entries()) {
          if (at === fault.restartAt) await rig.restart();
          if (at === fault.failAt) await settleThroughFault(rig, batch, fault.keep);
          else await settle(rig, ...batch);
        }
        const inForce = stories.map((story) => story.at(-1) as Alert);
        const told = inForce.filter(({ state }) => state.kind === 'in_force');
        const groups = modelGroups(told);
        const { outages, parents } = modelScopes(told, groups, () => true);
        await rig.book.settle([]);
        expect(scopesOf(rig)).toEqual(parents);
        expect(rootsOf(rig)).toHaveLength(outages.length);
        await rig.restart();
        await rig.book.settle([]);
        expect(scopesOf(rig)).toEqual(parents);
      }),
      { numRuns: faultCount({ few: 15, full: 5000 }) },
    );
  });
});

/** One alert per province about the same vendor. */
const ofVendor = (...provinces: string[]): Alert[] =>
  provinces.map((province, at) => outage({ province }, { service: 'tthc', vendor: 'v' }, at));

describe('a wider incident', () => {
  it('stands for three provinces of one vendor, says why, and is told as part of nothing', async () => {
    const rig = await aBook();
    const [a, b, c] = ofVendor('75', '46', '12') as [Alert, Alert, Alert];
    await settle(rig, a, b);
    expect(rootsOf(rig)).toEqual([]);
    const told: string[] = [];
    rig.book.listen((changes) =>
      told.push(...changes.map(({ after }) => `${after.scope} ${after.parent}`)),
    );
    await settle(rig, c);
    const [root] = rootsOf(rig);
    expect(root).toMatchObject({
      title: 'Nền tảng của nhà cung cấp v gặp sự cố tại 3 tỉnh, thành phố',
      scope: 'vendor',
      severity: 'high',
      place: { province: '00' },
      entities: [{ kind: 'vendor', value: 'v' }],
      outage: { of: 'v', proof: ['12', '46', '75'], signs: 3, start: a.first, at: c.first },
    });
    expect((await homeOf(rig, b))?.parent).toBe(root?.id);
    // The third came with the wider one, so that nobody is paged for both.
    expect(told.toSorted()).toEqual([
      `system ${root?.id}`,
      `system ${root?.id}`,
      `system ${root?.id}`,
      'vendor undefined',
    ]);
    const view = await rig.book.view({ province: '00' }, root?.id ?? '');
    expect(view?.parts.map(({ id }) => id)).toHaveLength(3);
    expect(view?.outage?.reasons.vi[0]).toContain('3 tỉnh, thành phố cùng gặp sự cố của v');
    const childSeenFrom = async (province: string) =>
      rig.book.view({ province }, (await homeOf(rig, b))?.id ?? '');
    expect((await childSeenFrom('00'))?.wider?.title).toBe(root?.title);
    expect(await childSeenFrom('46')).toMatchObject({ parent: root?.id, wider: null });
  });

  it('is not there where another vendor is in trouble too', async () => {
    const rig = await aBook();
    await settle(rig, ...ofVendor('75', '46', '12'), outage({ province: '46' }, { vendor: 'w' }));
    expect(rootsOf(rig)).toEqual([]);
  });

  it('is national with five provinces and our own probe, over what was narrower', async () => {
    const rig = await aBook();
    const three = ['a', 'b', 'c'].map((service) => outage({ province: '52' }, { service }, 1));
    await settle(rig, ...three);
    const [narrow] = rootsOf(rig);
    expect(narrow).toMatchObject({ scope: 'province', severity: 'high' });
    const upstream = ['52', '15', '40', '56', '92'].map((province) =>
      outage({ province }, { upstream: 'ndop' }, 2),
    );
    await settle(rig, ...upstream);
    expect(rootsOf(rig)).toHaveLength(1);
    await settle(rig, outage({ province: '00' }, { service: 'ndop' }, 3));
    const national = rootsOf(rig).find(({ scope }) => scope === 'national');
    expect(national).toMatchObject({ severity: 'critical' });
    expect((await rig.book.get(narrow?.id ?? ''))?.parent).toBe(national?.id);
  });

  it('goes when late evidence undoes it, unless a person works on it', async () => {
    for (const touched of [false, true]) {
      const rig = await aBook();
      const [a, b, c] = ofVendor('75', '46', '12') as [Alert, Alert, Alert];
      await settle(rig, a, b, c);
      const [root] = rootsOf(rig);
      const id = root?.id ?? '';
      if (touched) await rig.book.act(AN, id, 'acknowledge', { version: 1 });
      await settle(rig, withdrawn(c));
      const now = await rig.book.get(id);
      expect(now?.closedBy).toBe(touched ? undefined : 'withdrawn');
      expect((await homeOf(rig, a))?.parent).toBe(touched ? id : undefined);
    }
  });

  it('is over once all it takes in are, and breaks again with one of them', async () => {
    const rig = await aBook();
    const all = ofVendor('75', '46', '12');
    await settle(rig, ...all);
    const id = rootsOf(rig)[0]?.id ?? '';
    const over = (alert: Alert) => ({ alert, recovered: { time: alert.last + 1, event: 'e' } });
    await rig.book.settle(all.slice(1).map(over));
    expect((await rig.book.get(id))?.status).toBe('new');
    const [first] = all as [Alert];
    const home = await homeOf(rig, first);
    const closing = {
      version: home?.version ?? 0,
      verdict: 'true_positive',
      text: 'xong',
    } as const;
    await rig.book.act(AN, home?.id ?? '', 'verdict', closing);
    await rig.book.settle([]);
    expect(await rig.book.get(id)).toMatchObject({ status: 'resolved', outage: { signs: 3 } });
    await rig.restart();
    await rig.book.settle([{ alert: all[1] as Alert }]);
    expect(await rig.book.get(id)).toMatchObject({ status: 'new', outage: { signs: 3 } });
  });

  it('leaves out what a person took out of it, until they undo that', async () => {
    const rig = await aBook();
    const all = ofVendor('75', '46', '12', '22');
    await settle(rig, ...all);
    const child = await homeOf(rig, all[0] as Alert);
    const act = async (action: 'release' | 'undo') => {
      const { version = 0 } = (await rig.book.get(child?.id ?? '')) ?? {};
      const result = await rig.book.act(AN, child?.id ?? '', action, { version });
      await rig.book.settle([]);
      return result;
    };
    expect(await act('release')).toMatchObject({ done: true });
    expect(await rig.book.get(child?.id ?? '')).toMatchObject({ apart: true });
    expect(rootsOf(rig)[0]?.outage?.covers).toHaveLength(3);
    expect(await act('release')).toMatchObject({ reason: 'invalid', code: 'not_part' });
    expect(await act('undo')).toMatchObject({ done: true });
    expect(rootsOf(rig)[0]?.outage?.covers).toHaveLength(4);
  });

  it('is not opened again for what people closed, and takes no alerts of its own', async () => {
    const rig = await aBook();
    const all = ofVendor('75', '46', '12');
    await settle(rig, ...all);
    const [root] = rootsOf(rig);
    const child = await homeOf(rig, all[0] as Alert);
    const merge = { version: 1, incidents: [child?.id ?? ''] };
    const merged = await rig.book.act(AN, root?.id ?? '', 'merge', merge);
    expect(merged).toMatchObject({ reason: 'invalid', code: 'wider' });
    const closing = { version: 1, verdict: 'false_positive', text: 'không liên quan' } as const;
    expect(await rig.book.act(AN, root?.id ?? '', 'verdict', closing)).toHaveProperty('done');
    await settle(rig, { ...(all[1] as Alert), count: 99 });
    expect(rootsOf(rig)).toEqual([]);
    expect((await homeOf(rig, all[1] as Alert))?.parent).toBe(root?.id);
  });

  it('comes to the same when a write failed half way', async () => {
    const rig = await aBook();
    const all = ofVendor('75', '46', '12');
    await settle(rig, ...all.slice(0, 2));
    for (const keep of [1, 2, 3]) {
      rig.documents.failNext(keep);
      await settle(rig, all[2] as Alert).catch(() => undefined);
      rig.documents.failNext(Infinity);
    }
    await settle(rig, all[2] as Alert);
    await rig.book.settle([]);
    const [root, ...others] = rootsOf(rig);
    expect(others).toEqual([]);
    expect(groupsOf(rig.book)).toHaveLength(4);
    expect((await homeOf(rig, all[2] as Alert))?.parent).toBe(root?.id);
  });
});

import { CENTRE, UNKNOWN_LOCALITY } from '#libs/model';

import type { ModelAlert } from './alerts.ts';

type Told = Pick<ModelAlert, 'id' | 'rule' | 'first' | 'last' | 'place' | 'entities'>;

const SCOPES = ['system', 'province', 'vendor', 'national'] as const;
type WideScope = (typeof SCOPES)[number];

/**
 * An outage wider than one incident; `parts` are the groups it is made of, each by its first id.
 */
export interface ModelOutage {
  readonly scope: WideScope;
  /** What they have in common: a service, a province, a vendor, an upstream. */
  readonly of: string;
  readonly start: number;
  readonly parts: readonly string[];
}

/** Outages, and what is part of which: groups by their first id, outages by `keyOf`. */
export interface ModelScopes {
  readonly outages: readonly ModelOutage[];
  readonly parents: Readonly<Record<string, string>>;
}

export const keyOf = ({ scope, of, start }: ModelOutage): string => `${scope} ${of} ${start}`;

const WINDOW = 900_000;
const NEEDED = { system: 2, province: 3, vendor: 3, national: 5 } as const;

const valuesOf = (a: Told, ...kinds: string[]) =>
  a.entities.filter((e) => kinds.includes(e.kind)).map((e) => e.value);
const upstreamsOf = (a: Told) => valuesOf(a, 'upstream', 'provider');
const providersOf = (a: Told) => [
  ...valuesOf(a, 'provider'),
  ...valuesOf(a, 'upstream').filter((v) => v.startsWith('sms-')),
];
const vendorsOf = (a: Told) => {
  const providers = providersOf(a);
  return providers.length > 0 ? providers : valuesOf(a, 'vendor');
};
const nationalsOf = (a: Told) => upstreamsOf(a).filter((v) => !providersOf(a).includes(v));
/** What does not work: what could not be reached where it is named, else the service itself. */
const thingsOf = (a: Told) => {
  const upstreams = upstreamsOf(a);
  return upstreams.length > 0 ? upstreams : valuesOf(a, 'service');
};
const isActive = (a: Told, t: number) => a.first <= t && t < a.last + WINDOW;

/** Different answers that the alerts active at `t` give. */
const count = (list: readonly Told[], t: number, answers: (a: Told) => readonly string[]) =>
  new Set(list.filter((a) => isActive(a, t)).flatMap((a) => answers(a))).size;

/** Provinces where only `of` is in trouble at `t`. */
function provincesOf(
  signs: readonly Told[],
  of: string,
  t: number,
  answers: (a: Told) => readonly string[],
): number {
  const active = signs.filter((a) => isActive(a, t) && a.place.province !== CENTRE);
  const all = new Set(
    active.filter((a) => answers(a).includes(of)).map(({ place }) => place.province),
  );
  const mixed = active.filter((a) => answers(a).some((other) => other !== of));
  return all.size - new Set(mixed.map((a) => a.place.province).filter((p) => all.has(p))).size;
}

interface Kind {
  readonly scope: WideScope;
  readonly of: string;
  readonly includes: (a: Told) => boolean;
  readonly holds: (members: readonly Told[], t: number) => boolean;
}

function kindsOf(signs: readonly Told[]): Kind[] {
  const names = (answers: (a: Told) => readonly string[]) => [...new Set(signs.flatMap(answers))];
  const local = signs.filter((a) => a.place.province !== CENTRE);
  const ownNames = (a: Told) =>
    a.place.province === CENTRE ? [...valuesOf(a, 'service'), ...upstreamsOf(a)] : [];
  return [
    ...names((a) => valuesOf(a, 'service').map((s) => JSON.stringify([a.place.province, s])))
      .map((of) => [of, JSON.parse(of) as [string, string]] as const)
      .filter(([, [province]]) => province !== CENTRE)
      .map(([of, [province, service]]): Kind => ({
        scope: 'system',
        of,
        includes: (a) => a.place.province === province && valuesOf(a, 'service').includes(service),
        holds: (m, t) =>
          count(m, t, (a) => (a.place.commune === undefined ? [] : [a.place.commune])) >=
          NEEDED.system,
      })),
    ...[...new Set(local.map((a) => a.place.province))].map((of): Kind => ({
      scope: 'province',
      of,
      includes: (a) => a.place.province === of && thingsOf(a).length > 0,
      holds: (m, t) => count(m, t, thingsOf) >= NEEDED.province,
    })),
    ...names((a) => (a.place.province === CENTRE ? [] : vendorsOf(a))).map((of): Kind => ({
      scope: 'vendor',
      of,
      includes: (a) => a.place.province !== CENTRE && vendorsOf(a).includes(of),
      holds: (_m, t) => provincesOf(signs, of, t, vendorsOf) >= NEEDED.vendor,
    })),
    ...names(nationalsOf).map((of): Kind => ({
      scope: 'national',
      of,
      includes: (a) =>
        ownNames(a).includes(of) || (a.place.province !== CENTRE && nationalsOf(a).includes(of)),
      holds: (m, t) =>
        m.some((a) => ownNames(a).includes(of) && isActive(a, t)) &&
        provincesOf(signs, of, t, nationalsOf) >= NEEDED.national,
    })),
  ];
}

/** Alerts of one kind that follow each other within the window. */
function stretches(members: readonly Told[]): Told[][] {
  const found: Told[][] = [];
  let reach = -Infinity;
  for (const a of members.toSorted((x, y) => x.first - y.first)) {
    if (a.first < reach + WINDOW) found.at(-1)?.push(a);
    else found.push([a]);
    reach = Math.max(reach, a.last);
  }
  return found;
}

const before = (a: ModelOutage, b: ModelOutage) =>
  SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope) || a.start - b.start || (a.of < b.of ? -1 : 1);

/**
 * Which outages are wider than one group of alerts, and what is part of them (semantics.md, From
 * alert to incident). `isOutage`: rules that say people could not be served.
 */
export function modelScopes(
  alerts: readonly Told[],
  groups: readonly (readonly string[])[],
  isOutage: (rule: string) => boolean,
): ModelScopes {
  const home = new Map(groups.flatMap((ids) => ids.map((id) => [id, ids[0] ?? ''] as const)));
  const signs = alerts.filter((a) => isOutage(a.rule) && a.place.province !== UNKNOWN_LOCALITY);
  const outages = kindsOf(signs)
    .flatMap(({ scope, of, includes, holds }) =>
      stretches(signs.filter(includes))
        .filter((members) => members.some(({ first }) => holds(members, first)))
        .map((members): ModelOutage => {
          const parts = [...new Set(members.map((a) => home.get(a.id) ?? ''))].toSorted();
          return { scope, of, start: Math.min(...members.map((a) => a.first)), parts };
        }),
    )
    .filter(({ parts }) => parts.length > 1)
    .toSorted(before);
  const parents: Record<string, string> = {};
  for (const outage of outages) for (const part of outage.parts) parents[part] ??= keyOf(outage);
  for (const outage of outages) {
    const wider = outages.find(
      (other) =>
        SCOPES.indexOf(other.scope) > SCOPES.indexOf(outage.scope) &&
        other.parts.some((part) => outage.parts.includes(part)),
    );
    if (wider !== undefined) parents[keyOf(outage)] = keyOf(wider);
  }
  return { outages, parents };
}

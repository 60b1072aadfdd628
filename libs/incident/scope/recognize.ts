import { type Held, namesOf } from './scope-index.ts';
import { isOwn, type ScopeKey, type Sign, thingsOf } from './sign.ts';

/** When several incidents are one outage. */
export interface ScopeLimits {
  /** A sign counts this long after the last match of its alert, ms. */
  readonly scopeWindowMs: number;
  /** Sites of one service, things of one province, provinces of one vendor or upstream. */
  readonly systemSitesMin: number;
  readonly provinceThingsMin: number;
  readonly vendorProvincesMin: number;
  readonly nationalProvincesMin: number;
}

/** One outage as its signs tell it. Times in ms. */
export interface Outage {
  readonly key: ScopeKey;
  readonly start: number;
  /** When it was first as wide as its scope says, and what showed it then. */
  readonly at: number;
  readonly proof: readonly string[];
  readonly members: readonly Held[];
}

/** Signs of a province that name some vendor, or some national system. */
type LaneOf = (scope: 'vendor' | 'national', province: string) => Iterable<Held>;

/**
 * The outages that signs of one key make (semantics.md, One outage, one incident). Signs that
 * follow each other within the window belong together; they are an outage of this scope when at the
 * first match of one of them enough of them count.
 */
export function outagesOf(
  key: ScopeKey,
  signs: readonly Held[],
  laneOf: LaneOf,
  limits: ScopeLimits,
): Outage[] {
  const inOrder = signs.toSorted(
    ({ sign: a }, { sign: b }) => a.first - b.first || (a.alert < b.alert ? -1 : 1),
  );
  const outages: Outage[] = [];
  for (const members of stretches(inOrder, limits.scopeWindowMs)) {
    const shown = firstShown(key, members, laneOf, limits);
    const start = members[0]?.sign.first ?? 0;
    if (shown !== undefined) outages.push({ key, start, ...shown, members });
  }
  return outages;
}

function stretches(inOrder: readonly Held[], windowMs: number): Held[][] {
  const found: Held[][] = [];
  let reach = -Infinity;
  for (const held of inOrder) {
    const stretch = held.sign.first < reach + windowMs ? found.at(-1) : undefined;
    if (stretch === undefined) found.push([held]);
    else stretch.push(held);
    reach = Math.max(reach, held.sign.last);
  }
  return found;
}

/** What each sign adds to the count of its scope. */
function answersOf({ scope }: ScopeKey, sign: Sign): readonly string[] {
  if (scope === 'province') return thingsOf(sign);
  if (scope === 'system') return sign.place.commune === undefined ? [] : [sign.place.commune];
  return isOwn(sign) ? [] : [sign.place.province];
}

const NEEDED = {
  system: 'systemSitesMin',
  province: 'provinceThingsMin',
  vendor: 'vendorProvincesMin',
  national: 'nationalProvincesMin',
} as const;

function firstShown(
  key: ScopeKey,
  members: readonly Held[],
  laneOf: LaneOf,
  limits: ScopeLimits,
): { at: number; proof: readonly string[] } | undefined {
  const needed = limits[NEEDED[key.scope]];
  const until = new Map<string, number>();
  let ownUntil = -Infinity;
  for (const [i, { sign }] of members.entries()) {
    const end = sign.last + limits.scopeWindowMs;
    if (isOwn(sign)) ownUntil = Math.max(ownUntil, end);
    for (const answer of answersOf(key, sign))
      until.set(answer, Math.max(until.get(answer) ?? end, end));
    const at = sign.first;
    // Those of one time count together.
    if (members[i + 1]?.sign.first === at) continue;
    if (key.scope === 'national' && ownUntil <= at) continue;
    const active = [...until].filter(([, to]) => to > at).map(([answer]) => answer);
    if (active.length < needed) continue;
    const proof = active.filter((answer) => isAlone(key, answer, at, laneOf, limits));
    if (proof.length >= needed) return { at, proof: proof.toSorted() };
  }
  return undefined;
}

/** Whether nothing else of its kind is in trouble in a province. */
function isAlone(
  { scope, of }: ScopeKey,
  province: string,
  at: number,
  laneOf: LaneOf,
  { scopeWindowMs }: ScopeLimits,
): boolean {
  if (scope !== 'vendor' && scope !== 'national') return true;
  for (const { sign } of laneOf(scope, province)) {
    if (sign.first > at || sign.last + scopeWindowMs <= at) continue;
    if (namesOf(sign, scope).some((other) => other !== of)) return false;
  }
  return true;
}

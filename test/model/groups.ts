import type { ModelAlert } from './alerts.ts';

type Grouped = Pick<ModelAlert, 'id' | 'first' | 'last' | 'place' | 'entities'> & {
  readonly rule?: string;
};

/** Alerts of one rule and province that begin within the window, more than the cap: a storm. */
function inStorms(alerts: readonly Grouped[], cap: number, windowMs = 600_000): Set<Grouped> {
  const storms = alerts.map((a) =>
    alerts.filter(
      (b) =>
        a.rule === b.rule &&
        a.place.province === b.place.province &&
        b.first <= a.first &&
        b.first > a.first - windowMs,
    ),
  );
  return new Set(storms.filter((storm) => storm.length > cap).flat());
}

/** Whether two alerts are worked as one where no person acted (semantics.md). */
function linked(a: Grouped, b: Grouped, joinGapMs: number): boolean {
  if (a.place.province !== b.place.province) return false;
  const communes = [a.place.commune, b.place.commune].filter((c) => c !== undefined);
  if (communes.length === 2 && communes[0] !== communes[1]) return false;
  if (Math.max(a.first, b.first) - Math.min(a.last, b.last) > joinGapMs) return false;
  const shared = a.entities.filter(({ kind }) => kind !== 'vendor');
  return shared.some((x) => b.entities.some((y) => x.kind === y.kind && x.value === y.value));
}

/** How alerts in force gather into incidents: sets of alert ids, each sorted. */
export function modelGroups(
  all: readonly Grouped[],
  joinGapMs = 3_600_000,
  stormAlertsMax = 500,
): string[][] {
  const stormy = inStorms(all, stormAlertsMax);
  // A storm's alerts are one incident by themselves, whatever else they name.
  const alerts = all.map((a): Grouped => {
    if (!stormy.has(a)) return a;
    const entities = [{ kind: 'source' as const, value: `\0 ${a.rule}` }];
    return { ...a, place: { province: a.place.province }, entities };
  });
  const left = new Set(alerts);
  const groups: string[][] = [];
  for (const seed of alerts) {
    if (!left.delete(seed)) continue;
    const group = [seed];
    for (const member of group)
      for (const other of left)
        if (linked(member, other, joinGapMs) && left.delete(other)) group.push(other);
    groups.push(group.map((a) => a.id).toSorted());
  }
  return groups.toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

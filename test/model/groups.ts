import type { ModelAlert } from './alerts.ts';

type Grouped = Pick<ModelAlert, 'id' | 'first' | 'last' | 'place' | 'entities'>;
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
export function modelGroups(alerts: readonly Grouped[], joinGapMs = 3_600_000): string[][] {
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

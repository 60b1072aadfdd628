import type { Alert } from '#libs/model';

import { JoinedSets } from './linking.ts';

/**
 * How many different events alerts count together. Exact while each keeps all its events as
 * evidence. Beyond that: the different events kept, and for alerts that share one the most that
 * any of them counts beyond its evidence, because they are taken to count the same ones.
 */
export function distinctEvents(alerts: readonly Alert[]): number {
  const owners = new Map<string, string>();
  const sharing = new JoinedSets();
  for (const { id, evidence } of alerts) {
    sharing.add(id);
    for (const { event } of evidence) {
      const owner = owners.get(event);
      if (owner === undefined) owners.set(event, id);
      else sharing.join(owner, id);
    }
  }
  const beyond = new Map<string, number>();
  for (const { id, count, evidence } of alerts) {
    const set = sharing.find(id);
    beyond.set(set, Math.max(beyond.get(set) ?? 0, count - evidence.length));
  }
  return [...beyond.values()].reduce((sum, most) => sum + most, owners.size);
}

import type { Cluster } from '#libs/platform';

/** Role under which collectors sign, each with the receipt time that it has handed over. */
export const COLLECTORS = 'collector';
/** Role under which engines sign. */
export const ENGINES = 'engine';

/**
 * Receipt time up to which everything of every live collector went through detection; undefined
 * while no collector is there.
 */
export async function reachedBy({ roster, carriage }: Cluster): Promise<number | undefined> {
  // Asked before the open batches: what is handed over meanwhile only makes it earlier.
  const collectors = await roster.present(COLLECTORS);
  if (collectors.length === 0) return undefined;
  const handed = Math.min(...collectors.map(({ facts }) => Number(facts['handed'] ?? 0)));
  const oldest = await carriage.box.oldest('detect');
  const reached = Math.min(handed, (oldest ?? Infinity) - 1);
  return reached > 0 ? reached : undefined;
}

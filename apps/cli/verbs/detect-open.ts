import type { RuleSet } from '#libs/sigma';

import type { CorrelatorDoor } from './detect-correlate.ts';

/** The product's own correlator, under its own limits; loaded only when it is asked for. */
export async function openCorrelator(set: RuleSet): Promise<CorrelatorDoor> {
  const { createCorrelator, DEFAULT_CORRELATE_LIMITS } = await import('#libs/correlate');
  return createCorrelator(set, DEFAULT_CORRELATE_LIMITS);
}

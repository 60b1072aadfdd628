import { createCorrelator, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { decode } from '#libs/decode';
import type { Fields } from '#libs/model';
import type { RuleSet } from '#libs/sigma';

import type { CorrelatorDoor } from './detect-correlate.ts';

/** As the collector reads a line of a source whose dataset the register names. */
export function decodeLine(dataset: string, line: string): Fields | undefined {
  const decoded = decode(line, dataset);
  if (decoded.dataset === '') return undefined;
  return Object.assign(decoded.fields, { 'event.dataset': decoded.dataset });
}

/** The product's own correlator, under its own limits. */
export function openCorrelator(set: RuleSet): Promise<CorrelatorDoor> {
  return Promise.resolve(createCorrelator(set, DEFAULT_CORRELATE_LIMITS));
}

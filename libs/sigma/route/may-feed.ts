import { sourceOf } from './event-source.ts';
import type { RuleLogsource } from './logsource.ts';
import { meets } from './route.ts';

/**
 * Whether a log source whose lines are in a dataset may bring events that a rule meets; one of
 * unknown dataset may.
 */
export function mayFeed(rule: RuleLogsource, dataset: string | undefined): boolean {
  if (dataset === undefined) return true;
  return meets(rule, sourceOf(['', '', '', dataset]), 'conflict');
}

import type { RuleLogsource, Routing } from './logsource.ts';
import type { EventSource } from './event-source.ts';

/**
 * Whether a rule meets events of a source. `strict`: every dimension the rule names must be the
 * event's.
 * `conflict`: none that both name may differ. `off`: always.
 */
export function meets(rule: RuleLogsource, event: EventSource, routing: Routing): boolean {
  if (routing === 'off') return true;
  const fits = (named: string | undefined, there: ReadonlySet<string>) =>
    named === undefined || there.has(named) || (routing === 'conflict' && there.size === 0);
  return (
    fits(rule.product, event.products) &&
    fits(rule.service, event.services) &&
    fits(rule.category, event.categories)
  );
}

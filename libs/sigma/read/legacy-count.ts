import { Refused } from '../refusal.ts';
import { child, type MapNode, type ScalarNode } from '../yaml.ts';

const AGGREGATION =
  /^\s*(count|sum|avg|min|max)\s*\(\s*([^)]*?)\s*\)\s*(?:by\s+([^<>=!]+?)\s*)?(<=|>=|==|!=|<|>|=)\s*(-?[\d.]+)\s*$/i;
const OPS: Readonly<Record<string, string>> = {
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
  '=': 'eq',
  '==': 'eq',
  '!=': 'neq',
};

/**
 * Refuses a condition with an aggregation behind `|`, which Sigma 2 dropped, and shows the
 * correlation that
 * replaces it.
 */
export function refuseAggregation(condition: ScalarNode, detection: MapNode): void {
  const bar = condition.text.indexOf('|');
  if (bar < 0) return;
  const at = {
    source: condition.source,
    offset: condition.offset + (condition.plain ? bar : 0),
  };
  const message = 'condition: an aggregation behind | is no longer part of Sigma';
  const before = condition.text.slice(0, bar).trim();
  const timeframe = child(detection, 'timeframe');
  const span = timeframe?.kind === 'scalar' ? timeframe.text : '5m';
  throw new Refused(
    'legacy_aggregation',
    at,
    message,
    replacement(before, condition.text.slice(bar + 1), span),
  );
}

function replacement(before: string, aggregation: string, timespan: string): string {
  const base = `condition: ${before}, a name in this rule (name: base_rule), and a second document:`;
  const found = AGGREGATION.exec(aggregation);
  if (found === null) {
    return `${base}\n${correlation('temporal', [], timespan, '')}`;
  }
  const [, what = '', field = '', by = '', op = '', value = ''] = found;
  const groups = by.split(',').map((one) => one.trim());
  const type = typeOf(what.toLowerCase(), field);
  const counted = type === 'event_count' ? '' : `\n    field: ${field}`;
  const condition = `\n  condition:\n    ${OPS[op] ?? 'gte'}: ${value}${counted}`;
  const group = groups.filter((one) => one !== '');
  return `${base}\n${correlation(type, group, timespan, condition)}`;
}

function typeOf(what: string, field: string): string {
  if (what === 'sum') return 'value_sum';
  if (what === 'avg') return 'value_avg';
  return field === '' ? 'event_count' : 'value_count';
}

function correlation(type: string, group: string[], timespan: string, rest: string): string {
  const groupBy = group.length > 0 ? `\n  group-by: [${group.join(', ')}]` : '';
  return `correlation:\n  type: ${type}\n  rules: [base_rule]${groupBy}\n  timespan: ${timespan}${rest}`;
}

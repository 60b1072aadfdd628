import type { CorrelationType, Comparison } from '#libs/model';

import { Refused } from '../refusal.ts';
import {
  asMap,
  asText,
  asTexts,
  booleanOf,
  child,
  numberOf,
  type MapNode,
  type ScalarNode,
  type YamlNode,
} from '../yaml.ts';
import { readDuration } from './duration.ts';
import { known } from './ours.ts';

/** A correlation as written: rules by id or name, fields by their Sigma names. */
export interface CorrelationDraft {
  readonly type: CorrelationType;
  readonly rules: readonly ScalarNode[];
  readonly groupBy: readonly ScalarNode[];
  readonly aliases: ReadonlyMap<string, MapNode>;
  readonly timespanMs: number;
  /** Thresholds, or the text of a boolean condition over the rules. */
  readonly condition: readonly Comparison[] | ScalarNode;
  readonly field: readonly string[];
  readonly percentile: number | undefined;
  readonly generate: boolean;
}

const TYPES: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'absence',
  'new_value',
];
const KEYS = [
  'type',
  'rules',
  'group-by',
  'timespan',
  'aliases',
  'condition',
  'generate',
  'field',
  'percentile',
];
const OPS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;
/** Types that need a field to count or calculate with. */
const WITH_FIELD: ReadonlySet<CorrelationType> = new Set<CorrelationType>([
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'new_value',
]);
const MEMBERS_MAX = 200;

/** The `correlation` section of a document (Sigma 2.1, correlation rules). */
export function readCorrelation(document: MapNode): CorrelationDraft {
  const map = asMap(required(document, 'correlation', 'the document'), 'correlation');
  known(map, KEYS, 'correlation');
  const type = readType(required(map, 'type', 'correlation'));
  const rules = scalars(required(map, 'rules', 'correlation'), 'rules');
  if (rules.length === 0 || rules.length > MEMBERS_MAX) {
    throw new Refused('correlation', map, `rules must name 1 to ${MEMBERS_MAX} rules`);
  }
  if (type === 'absence' && rules.length !== 2) {
    const message = 'absence needs two rules: what starts the wait, and what is expected';
    throw new Refused('correlation', map, message, 'rules: [request_sent, answer_received]');
  }
  const groupBy = child(map, 'group-by');
  const generate = child(map, 'generate');
  const draft = {
    type,
    rules,
    groupBy: groupBy === undefined ? [] : scalars(groupBy, 'group-by'),
    aliases: readAliases(child(map, 'aliases')),
    timespanMs: readDuration(required(map, 'timespan', 'correlation'), 'timespan'),
    generate: generate !== undefined && readGenerate(generate),
  };
  return { ...draft, ...readConditionOf(map, type, rules.length) };
}

function readType(node: YamlNode): CorrelationType {
  const text = asText(node, 'type');
  const type = TYPES.find((one) => one === text.toLowerCase());
  if (type !== undefined) return type;
  const message = `${text} is not a type of correlation`;
  throw new Refused('unknown_value', node, message, `one of ${TYPES.join(', ')}`);
}

function readGenerate(node: YamlNode): boolean {
  const value = booleanOf(node);
  if (value !== undefined) return value;
  throw new Refused('wrong_type', node, 'generate must be true or false');
}

function readAliases(node: YamlNode | undefined): Map<string, MapNode> {
  const aliases = new Map<string, MapNode>();
  if (node === undefined) return aliases;
  for (const { key, value } of asMap(node, 'aliases').entries) {
    aliases.set(key.text, asMap(value, `aliases.${key.text}`));
  }
  return aliases;
}

function readConditionOf(
  map: MapNode,
  type: CorrelationType,
  members: number,
): Pick<CorrelationDraft, 'condition' | 'field' | 'percentile'> {
  const node = child(map, 'condition');
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const inside = node?.kind === 'map' ? node : undefined;
  const fieldNode = (inside && child(inside, 'field')) ?? child(map, 'field');
  const percentNode = (inside && child(inside, 'percentile')) ?? child(map, 'percentile');
  const field = fieldNode === undefined ? [] : asTexts(fieldNode, 'field');
  if (WITH_FIELD.has(type) && field.length === 0) {
    const instead = 'condition:\n  gte: 10\n  field: user.name';
    throw new Refused('missing_key', node ?? map, `${type} needs a field`, instead);
  }
  const percentile = readPercentile(percentNode, type, map);
  if (node?.kind === 'scalar') {
    if (temporal) return { condition: node, field, percentile };
    const message = `the condition of ${type} is a mapping`;
    throw new Refused('wrong_type', node, message, 'condition:\n  gte: 10');
  }
  const thresholds = inside === undefined ? [] : readThresholds(inside);
  if (thresholds.length > 0) return { condition: thresholds, field, percentile };
  if (temporal) return { condition: [{ op: 'gte', value: members }], field, percentile };
  if (type === 'absence' || type === 'new_value') return { condition: [], field, percentile };
  const message = `${type} needs a condition`;
  throw new Refused('missing_key', node ?? map, message, 'condition:\n  gte: 10');
}

function readPercentile(
  node: YamlNode | undefined,
  type: CorrelationType,
  map: MapNode,
): number | undefined {
  if (node === undefined) {
    if (type !== 'value_percentile') return undefined;
    const message = 'value_percentile needs a percentile';
    throw new Refused('missing_key', map, message, 'percentile: 95');
  }
  const value = numberOf(node);
  if (value !== undefined && value >= 0 && value <= 100) return value;
  throw new Refused('wrong_type', node, 'percentile must be a number from 0 to 100');
}

function readThresholds(map: MapNode): Comparison[] {
  known(map, [...OPS, 'field', 'percentile'], 'condition');
  const thresholds: Comparison[] = [];
  for (const { key, value } of map.entries) {
    const op = OPS.find((one) => one === key.text);
    if (op === undefined) continue;
    const number = numberOf(value);
    if (number === undefined) {
      throw new Refused('wrong_type', value, `${op} must be a number`, `${op}: 10`);
    }
    thresholds.push({ op, value: number });
  }
  return thresholds;
}

function scalars(node: YamlNode, what: string): ScalarNode[] {
  const items = node.kind === 'seq' ? node.items : [node];
  return items.map((item) => {
    asText(item, `an entry of ${what}`);
    if (item.kind === 'scalar') return item;
    throw new Refused('wrong_type', item, `an entry of ${what} must be text`);
  });
}

function required(map: MapNode, key: string, what: string): YamlNode {
  const value = child(map, key);
  if (value !== undefined) return value;
  throw new Refused('missing_key', map, `${what} needs ${key}`);
}

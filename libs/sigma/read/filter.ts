import { Refused } from '../refusal.ts';
import type { RuleLogsource } from '../route/logsource.ts';
import { asMap, asText, asTexts, child, type MapNode, type ScalarNode } from '../yaml.ts';
import { refuseAggregation } from './legacy-count.ts';
import { readLogsource } from './logsource.ts';

/**
 * A filter as written; its selections are read per rule, whose log source gives the field names.
 */
export interface FilterDraft {
  readonly node: MapNode;
  readonly title: string;
  readonly logsource: RuleLogsource;
  /** Ids or names; undefined stands for every rule of the log source. */
  readonly rules: readonly string[] | undefined;
  /** The selections, with `condition` and `rules` beside them. */
  readonly section: MapNode;
  readonly condition: ScalarNode;
}

/**
 * A filter document (Sigma 2.1, filters): its condition is put behind `and` to that of its rules.
 */
export function readFilter(document: MapNode): FilterDraft {
  const section = child(document, 'filter');
  if (section === undefined) throw new Refused('filter', document, 'the filter is missing');
  const map = asMap(section, 'filter');
  const rules = child(map, 'rules');
  const names = rules === undefined ? [] : asTexts(rules, 'rules');
  const every = names.length === 0 || (names.length === 1 && names[0]?.toLowerCase() === 'any');
  const condition = child(map, 'condition');
  if (condition?.kind !== 'scalar') {
    const message = 'the filter has no condition';
    throw new Refused('missing_key', map, message, 'condition: not selection');
  }
  refuseAggregation(condition, map);
  const title = child(document, 'title');
  return {
    node: document,
    title: title === undefined ? document.source.file : asText(title, 'title'),
    logsource: readLogsource(document),
    rules: every ? undefined : names,
    section: { ...map, entries: map.entries.filter(({ key }) => key.text !== 'rules') },
    condition,
  };
}

import { SEVERITIES, type Severity } from '#libs/model';

import { Refused, position } from '../refusal.ts';
import type { RuleMeta } from '../rule-set.ts';
import { asText, asTexts, child, isNull, type MapNode, type YamlNode } from '../yaml.ts';

/** The heading of any Sigma document. */
export interface Header {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: Severity;
  readonly meta: RuleMeta;
}

/** A rule that does not say its level is taken for this one. */
const LEVEL_DEFAULT: Severity = 'medium';

/** Title, id, level and what is kept for people. `nth` tells documents of one file apart that have no id. */
export function readHeader(node: MapNode, nth: number): Header {
  const title = child(node, 'title');
  if (title === undefined) throw new Refused('missing_key', node, 'the rule has no title');
  const name = optionalText(node, 'name');
  const file = node.source.file;
  const id = optionalText(node, 'id') ?? name ?? (nth === 0 ? file : `${file}#${nth + 1}`);
  return {
    id,
    ...(name === undefined ? {} : { name }),
    title: asText(title, 'title'),
    level: readLevel(child(node, 'level')),
    meta: readMeta(node),
  };
}

/** A severity, `medium` when there is none. */
export function readLevel(node: YamlNode | undefined): Severity {
  if (node === undefined) return LEVEL_DEFAULT;
  const text = asText(node, 'level');
  const level = SEVERITIES.find((one) => one === text.toLowerCase());
  if (level !== undefined) return level;
  const message = `${text} is not a level`;
  throw new Refused('unknown_value', node, message, `one of ${SEVERITIES.join(', ')}`);
}

function readMeta(node: MapNode): RuleMeta {
  const optional = (key: string) => {
    const text = optionalText(node, key);
    return text === undefined ? {} : { [key]: text };
  };
  return {
    file: node.source.file,
    line: position(node).line,
    ...optional('status'),
    ...optional('author'),
    ...optional('license'),
    ...optional('description'),
    ...optional('date'),
    ...optional('modified'),
    references: optionalTexts(node, 'references'),
    tags: optionalTexts(node, 'tags'),
    falsepositives: optionalTexts(node, 'falsepositives'),
    related: readRelated(child(node, 'related')),
    fields: optionalTexts(node, 'fields'),
  };
}

/** The text under a key that may be missing or null. */
export function optionalText(node: MapNode, key: string): string | undefined {
  const value = child(node, key);
  if (value === undefined || (value.kind === 'scalar' && isNull(value))) return undefined;
  return asText(value, key);
}

/** The texts under a key that may be missing or null; entries without text are left out. */
export function optionalTexts(node: MapNode, key: string): string[] {
  const value = child(node, key);
  if (value === undefined || (value.kind === 'scalar' && isNull(value))) return [];
  if (value.kind !== 'seq') return asTexts(value, key);
  return value.items
    .filter((item) => item.kind !== 'scalar' || !isNull(item))
    .map((item) => asText(item, `an entry of ${key}`));
}

function readRelated(node: YamlNode | undefined): RuleMeta['related'] {
  if (node === undefined) return [];
  if (node.kind !== 'seq') throw new Refused('wrong_type', node, 'related must be a list');
  return node.items.map((item) => {
    if (item.kind !== 'map') {
      throw new Refused('wrong_type', item, 'an entry of related has id and type');
    }
    return { id: optionalText(item, 'id') ?? '', type: optionalText(item, 'type') ?? '' };
  });
}

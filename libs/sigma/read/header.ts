import { SEVERITIES, type Severity } from '#libs/model';

import { Refused } from '../refusal.ts';
import { asText, child, isNull, type MapNode, type YamlNode } from '../yaml.ts';

/** The heading of any Sigma document. */
export interface Header {
  readonly id: string;
  readonly name?: string;
  readonly title: string;
  readonly level: Severity;
  /** Where it stands, and the number of the document in its file. */
  readonly node: MapNode;
  readonly nth: number;
}

/** A rule that does not say its level is taken for this one. */
const LEVEL_DEFAULT: Severity = 'medium';

/**
 * Title, id, level and what is kept for people. `nth` tells documents of one file apart that have
 * no id.
 */
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
    node,
    nth,
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

/** The text under a key that may be missing or null. */
export function optionalText(node: MapNode, key: string): string | undefined {
  const value = child(node, key);
  if (value === undefined || (value.kind === 'scalar' && isNull(value))) return undefined;
  return asText(value, key);
}

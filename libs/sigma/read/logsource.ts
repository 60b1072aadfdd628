import { Refused } from '../refusal.ts';
import { DIMENSIONS, type RuleLogsource } from '../route/logsource.ts';
import { asMap, child, type MapNode } from '../yaml.ts';
import { optionalText } from './header.ts';

/** The log source of a rule or filter, in lower case. */
export function readLogsource(document: MapNode): RuleLogsource {
  const node = child(document, 'logsource');
  if (node === undefined) {
    const message = 'the rule has no logsource';
    throw new Refused('missing_key', document, message, 'logsource:\n  product: linux');
  }
  const map = asMap(node, 'logsource');
  const found = DIMENSIONS.flatMap((dimension) => {
    const text = optionalText(map, dimension);
    return text === undefined || text === '' ? [] : [[dimension, text.toLowerCase()] as const];
  });
  if (found.length > 0) return Object.fromEntries(found);
  const message = 'logsource names neither category nor product nor service';
  throw new Refused('missing_key', map, message, 'product: linux');
}

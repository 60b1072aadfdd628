import { position } from '../refusal.ts';
import type { Origin } from '../source.ts';
import type { RuleMeta } from '../rule-set.ts';
import { child, isNull, type MapNode, type YamlNode } from '../yaml.ts';
import { readWholeDocuments } from './documents.ts';

/** A document of a source; keeps its text, not what was made of it. */
export interface DocumentPlace extends Origin {
  readonly nth: number;
}

/**
 * What a document holds for people, read from its source again: most of it is never asked for. What
 * is not as it
 * should be is left out.
 */
export function readMeta(place: DocumentPlace): RuleMeta {
  const found = readWholeDocuments(place.source).find(({ nth }) => nth === place.nth);
  const from: MapNode = found?.node ?? { ...place, kind: 'map', entries: [], size: 0 };
  const optional = (key: string) => {
    const [text] = texts(from, key);
    return text === undefined ? {} : { [key]: text };
  };
  return {
    file: place.source.file,
    line: position(place).line,
    ...optional('status'),
    ...optional('author'),
    ...optional('license'),
    ...optional('description'),
    ...optional('date'),
    ...optional('modified'),
    references: texts(from, 'references'),
    tags: texts(from, 'tags'),
    falsepositives: texts(from, 'falsepositives'),
    related: related(child(from, 'related')),
    fields: texts(from, 'fields'),
  };
}

function texts(node: MapNode, key: string): string[] {
  const value = child(node, key);
  if (value === undefined) return [];
  const items = value.kind === 'seq' ? value.items : [value];
  return items.flatMap((item) => (item.kind === 'scalar' && !isNull(item) ? [item.text] : []));
}

function related(node: YamlNode | undefined): RuleMeta['related'] {
  if (node?.kind !== 'seq') return [];
  return node.items.flatMap((item) => {
    if (item.kind !== 'map') return [];
    return [{ id: texts(item, 'id')[0] ?? '', type: texts(item, 'type')[0] ?? '' }];
  });
}

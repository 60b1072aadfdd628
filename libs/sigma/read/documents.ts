import { Refused, refusalOf, type Refusal } from '../refusal.ts';
import { child, parseYaml, type MapNode, type YamlNode } from '../yaml.ts';
import type { SigmaSource } from '../source.ts';

export type DocumentKind = 'detection' | 'correlation' | 'filter';

/** One document of a file that says what it is. `nth` counts the documents of its file from 0. */
export interface SigmaDocument {
  readonly kind: DocumentKind;
  readonly node: MapNode;
  readonly nth: number;
}

const KINDS: readonly DocumentKind[] = ['correlation', 'filter', 'detection'];

/** Keys that decide what a rule does; the others are for people and are read when asked for. */
const DECIDING: ReadonlySet<string> = new Set([
  'action',
  'title',
  'id',
  'name',
  'level',
  'logsource',
  'detection',
  'correlation',
  'filter',
  'thapcanh',
]);

/** The documents of a file with everything that is only for people. */
export function readWholeDocuments(source: SigmaSource): readonly SigmaDocument[] {
  return documentsOf(parseYaml(source), []);
}

/** The documents of a file, with those of `action: global`, `repeat` and `reset` worked in. */
export function readDocuments(source: SigmaSource, refused: Refusal[]): readonly SigmaDocument[] {
  try {
    return documentsOf(parseYaml(source, DECIDING), refused);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused.push(refusalOf(error));
    return [];
  }
}

function documentsOf(nodes: readonly YamlNode[], refused: Refusal[]): SigmaDocument[] {
  const documents: SigmaDocument[] = [];
  let global: MapNode | undefined;
  let previous: MapNode | undefined;
  for (const node of nodes) {
    if (node.kind !== 'map') {
      const message = 'a document must be a mapping of keys and values';
      refused.push(refusalOf(new Refused('not_a_rule', node, message)));
      continue;
    }
    const action = child(node, 'action');
    const word = action?.kind === 'scalar' ? action.text : undefined;
    if (word === 'global') {
      global = global === undefined ? node : merged(global, node);
      continue;
    }
    if (word === 'reset') {
      global = undefined;
      continue;
    }
    const base = word === 'repeat' ? previous : global;
    const whole = base === undefined ? node : merged(base, node);
    previous = whole;
    const kind = KINDS.find((one) => child(whole, one) !== undefined);
    if (kind === undefined) {
      const message = 'the document has neither detection nor correlation nor filter';
      refused.push(refusalOf(new Refused('not_a_rule', whole, message)));
    } else documents.push({ kind, node: whole, nth: documents.length });
  }
  return documents;
}

/** `over` laid on `base`: mappings are merged, anything else is replaced; `action` is left out. */
function merged(base: MapNode, over: MapNode): MapNode {
  const entries = base.entries
    .filter(({ key }) => key.text !== 'action')
    .map((entry) => {
      const upper = child(over, entry.key.text);
      if (upper === undefined) return entry;
      const both = upper.kind === 'map' && entry.value.kind === 'map';
      return { key: entry.key, value: both ? merged(entry.value, upper) : upper };
    });
  const names = new Set(base.entries.map(({ key }) => key.text));
  const added = over.entries.filter(({ key }) => !names.has(key.text) && key.text !== 'action');
  return { ...over, entries: [...entries, ...added] };
}

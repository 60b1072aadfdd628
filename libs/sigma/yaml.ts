import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  SCALAR_STYLE_PLAIN,
  YAMLException,
  getScalarValue,
  parseEvents,
  type Event as YamlEvent,
} from 'js-yaml';

import { parsePlainYaml } from './plain-yaml.ts';
import { Refused } from './refusal.ts';
import type { Origin, SigmaSource } from './source.ts';
import type { MapNode, ScalarNode, SeqNode, YamlNode } from './yaml-node.ts';

export type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode } from './yaml-node.ts';

/** Characters of one file. */
const FILE_CHARS_MAX = 4 * 1024 * 1024;
/** Nodes of one document with every alias written out. */
const NODES_MAX = 200_000;
const DEPTH_MAX = 50;

/**
 * The documents of one file, of their top keys only those of `wanted` when it is given. Throws
 * `Refused` where the
 * text is not YAML or larger than the limits.
 */
export function parseYaml(source: SigmaSource, wanted?: ReadonlySet<string>): YamlNode[] {
  const start: Origin = { source, offset: 0 };
  if (source.text.length > FILE_CHARS_MAX) {
    throw new Refused('too_large', start, `the file is longer than ${FILE_CHARS_MAX} characters`);
  }
  return parsePlainYaml(source, wanted) ?? parseAnyYaml(source, wanted);
}

/** The same by way of the library, which reads all of YAML. */
export function parseAnyYaml(source: SigmaSource, wanted?: ReadonlySet<string>): YamlNode[] {
  let events: YamlEvent[];
  try {
    events = parseEvents(source.text, { filename: source.file, maxDepth: DEPTH_MAX });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = { source, offset: error.mark?.position ?? 0 };
    throw new Refused('yaml', at, `not valid YAML: ${error.reason}`);
  }
  return new TreeBuilder(source, events, wanted).documents();
}

/** Builds the node trees out of the parser's events. */
class TreeBuilder {
  readonly #source: SigmaSource;
  readonly #events: readonly YamlEvent[];
  #next = 0;
  #reached = 0;
  #depth = 0;
  #anchors = new Map<string, YamlNode>();
  readonly #wanted: ReadonlySet<string> | undefined;

  constructor(
    source: SigmaSource,
    events: readonly YamlEvent[],
    wanted: ReadonlySet<string> | undefined,
  ) {
    this.#source = source;
    this.#events = events;
    this.#wanted = wanted;
  }

  documents(): YamlNode[] {
    const documents: YamlNode[] = [];
    while (this.#next < this.#events.length) {
      const event = this.#events[this.#next];
      this.#next++;
      if (event?.type !== EVENT_DOCUMENT) continue;
      this.#anchors = new Map();
      const node = this.#node();
      if (node !== undefined && !isEmpty(node)) documents.push(node);
      this.#next++;
    }
    return documents;
  }

  /** The node at the cursor, or undefined where the open collection or document ends. */
  #node(): YamlNode | undefined {
    const event = this.#events[this.#next];
    if (event === undefined) return undefined;
    if (event.type === EVENT_SCALAR) {
      this.#next++;
      const text = getScalarValue(this.#source.text, event);
      const node: ScalarNode = {
        kind: 'scalar',
        text,
        plain: event.style === SCALAR_STYLE_PLAIN && event.tagStart < 0,
        source: this.#source,
        // Nothing written has no place of its own: it stands behind what was read last.
        offset: event.valueStart < 0 ? this.#reached : event.valueStart,
        size: 1,
      };
      this.#reached = Math.max(this.#reached, event.valueEnd);
      this.#remember(event, node);
      return node;
    }
    if (event.type === EVENT_ALIAS) {
      this.#next++;
      const name = this.#source.text.slice(event.anchorStart, event.anchorEnd);
      const node = this.#anchors.get(name);
      if (node !== undefined) return node;
      throw this.#refused('yaml', event.anchorStart, `unknown alias *${name}`);
    }
    if (event.type === EVENT_SEQUENCE) return this.#sequence(event);
    if (event.type === EVENT_MAPPING) return this.#mapping(event);
    return undefined;
  }

  #sequence(event: Extract<YamlEvent, { type: typeof EVENT_SEQUENCE }>): SeqNode {
    this.#next++;
    const node: SeqNode = {
      kind: 'seq',
      items: [],
      source: this.#source,
      offset: event.start,
      size: 1,
    };
    for (let item = this.#node(); item !== undefined; item = this.#node()) {
      node.items.push(item);
      this.#grow(node, item.size, item.offset);
    }
    this.#next++;
    this.#remember(event, node);
    return node;
  }

  #mapping(event: Extract<YamlEvent, { type: typeof EVENT_MAPPING }>): MapNode {
    this.#next++;
    const node: MapNode = {
      kind: 'map',
      entries: [],
      source: this.#source,
      offset: event.start,
      size: 1,
    };
    const seen = new Set<string>();
    this.#depth++;
    for (let key = this.#node(); key !== undefined; key = this.#node()) {
      if (key.kind !== 'scalar') {
        throw this.#refused('yaml', key.offset, 'a key must be plain text');
      }
      if (this.#depth === 1 && this.#wanted?.has(key.text) === false && this.#skipped()) continue;
      const value = this.#node();
      if (value === undefined) throw this.#refused('yaml', key.offset, 'a key without value');
      this.#grow(node, value.size + 1, key.offset);
      if (key.plain && key.text === '<<') {
        this.#merge(node, seen, value);
        continue;
      }
      if (seen.has(key.text)) {
        throw this.#refused('yaml', key.offset, `the key ${key.text} is there twice`);
      }
      seen.add(key.text);
      node.entries.push({ key, value });
    }
    this.#depth--;
    this.#next++;
    this.#remember(event, node);
    return node;
  }

  /**
   * Goes past the value at the cursor; false, and still before it, when others may refer to a part
   * of it.
   */
  #skipped(): boolean {
    let open = 0;
    for (let at = this.#next; at < this.#events.length; at++) {
      const event = this.#events[at];
      if (event === undefined || event.type === EVENT_DOCUMENT) return false;
      if (event.type === EVENT_POP) open--;
      else if (event.anchorStart >= 0 && event.type !== EVENT_ALIAS) return false;
      if (event.type === EVENT_SEQUENCE || event.type === EVENT_MAPPING) open++;
      if (open > 0) continue;
      this.#next = at + 1;
      return open === 0;
    }
    return false;
  }

  #merge(node: MapNode, seen: Set<string>, value: YamlNode): void {
    for (const from of value.kind === 'seq' ? value.items : [value]) {
      if (from.kind !== 'map') {
        throw this.#refused('yaml', value.offset, '<< takes a mapping or a list of mappings');
      }
      for (const entry of from.entries) {
        if (seen.has(entry.key.text)) continue;
        seen.add(entry.key.text);
        node.entries.push(entry);
      }
    }
  }

  #grow(node: SeqNode | MapNode, by: number, offset: number): void {
    node.size += by;
    if (node.size > NODES_MAX) {
      throw this.#refused('too_large', offset, `the document has more than ${NODES_MAX} values`);
    }
  }

  #remember(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): void {
    if (event.anchorStart < 0) return;
    this.#anchors.set(this.#source.text.slice(event.anchorStart, event.anchorEnd), node);
  }

  #refused(reason: 'yaml' | 'too_large', offset: number, message: string): Refused {
    return new Refused(reason, { source: this.#source, offset }, message);
  }
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && isNull(node);
}

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUES: ReadonlySet<string> = new Set(['true', 'True', 'TRUE']);
const FALSES: ReadonlySet<string> = new Set(['false', 'False', 'FALSE']);
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** True for an unquoted `null`, `~` or nothing. */
export function isNull(node: ScalarNode): boolean {
  return node.plain && NULLS.has(node.text);
}

/** The value of an unquoted `true` or `false`, else undefined. */
export function booleanOf(node: YamlNode): boolean | undefined {
  if (node.kind !== 'scalar') return undefined;
  if (TRUES.has(node.text)) return true;
  return FALSES.has(node.text) ? false : undefined;
}

/** The value of a decimal number, quoted or not, else undefined. */
export function numberOf(node: YamlNode): number | undefined {
  return node.kind === 'scalar' && NUMBER.test(node.text) ? Number(node.text) : undefined;
}

/** The value under a key, undefined where there is none. */
export function child(node: MapNode, key: string): YamlNode | undefined {
  for (const entry of node.entries) if (entry.key.text === key) return entry.value;
  return undefined;
}

/** A mapping, or a refusal that names it. */
export function asMap(node: YamlNode, what: string): MapNode {
  if (node.kind === 'map') return node;
  throw new Refused('wrong_type', node, `${what} must be a mapping of keys and values`);
}

/** The text of a scalar that is not null, or a refusal that names it. */
export function asText(node: YamlNode, what: string): string {
  if (node.kind === 'scalar' && !isNull(node)) return node.text;
  throw new Refused('wrong_type', node, `${what} must be text`);
}

/** The texts of a list, or of one scalar taken as a list of one. */
export function asTexts(node: YamlNode, what: string): string[] {
  if (node.kind === 'seq') return node.items.map((item) => asText(item, `an entry of ${what}`));
  return [asText(node, what)];
}

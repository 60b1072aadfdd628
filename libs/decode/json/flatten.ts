import type { Fields, Scalar } from '#libs/model';

import { DEPTH_MAX, FIELDS_MAX, NAME_CHARS_MAX, VALUES_MAX } from '../limits.ts';

/** `whole`: everything is in the fields; otherwise which limit kept a part out of them. */
export type Flattened = 'whole' | 'too_deep' | 'too_many_fields';

/**
 * Names at the top of a record that decoders take away or give another name. They are laid aside
 * until it is known what becomes of them: a name that is deleted from the fields makes every later
 * access to them slow.
 */
export const ASIDE_NAMES = [
  '@timestamp',
  'timestamp',
  'host',
  'user',
  'message',
  'log',
  'MESSAGE',
  'msg',
  'line',
] as const;
export type AsideName = (typeof ASIDE_NAMES)[number];

/** Plain values that stand under `ASIDE_NAMES`, by their place in it. */
export type Aside = (Scalar | undefined)[];

/** One dotted name and the names below it, so that a name seen before is not built again. */
interface NameNode {
  readonly name: string;
  /** Place in `ASIDE_NAMES`; -1 for all other names. */
  readonly aside: number;
  children: Map<string, NameNode> | undefined;
}

/** Values and levels looked at below the deepest level that has fields. */
const DEEP_VALUES_MAX = 100_000;
const NAME_NODES_MAX = 20_000;
const root: NameNode = { name: '', aside: -1, children: undefined };
let nodes = 0;

function child(parent: NameNode, key: string): NameNode {
  const known = parent.children?.get(key);
  if (known !== undefined) return known;
  const joined = parent === root ? key : `${parent.name}.${key}`;
  const aside = parent === root ? ASIDE_NAMES.indexOf(key as AsideName) : -1;
  const node: NameNode = { name: joined.slice(0, NAME_CHARS_MAX), aside, children: undefined };
  // Hostile names must not fill memory: past the limit a name is built each time it is met.
  if (nodes < NAME_NODES_MAX) {
    nodes++;
    (parent.children ??= new Map()).set(key, node);
  }
  return node;
}

/** One record on its way into its fields. */
class Work {
  readonly #fields: Fields;
  readonly #aside: Aside;
  #count = 0;
  state: Flattened = 'whole';
  /** What lay too deep for a field. */
  readonly cut: object[] = [];

  constructor(fields: Fields, aside: Aside) {
    this.#fields = fields;
    this.#aside = aside;
  }

  object(value: object, parent: NameNode, depth: number): void {
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key];
      if (item === null || item === undefined) continue;
      if (typeof item !== 'object') this.leaf(child(parent, key), item as Scalar);
      else if (depth >= DEPTH_MAX) this.#tooDeep(item);
      else if (Array.isArray(item)) this.array(item, child(parent, key), depth + 1);
      else this.object(item, child(parent, key), depth + 1);
    }
  }

  #tooDeep(item: object): void {
    this.state = 'too_deep';
    if (this.cut.length < VALUES_MAX) this.cut.push(item);
  }

  leaf({ name, aside }: NameNode, value: Scalar): void {
    if (name === '' || value === '') return;
    if (aside !== -1) {
      this.#aside[aside] = value;
      return;
    }
    const before = this.#fields[name];
    if (before === undefined) {
      if (this.#count >= FIELDS_MAX) {
        this.state = 'too_many_fields';
        return;
      }
      this.#count++;
      this.#fields[name] = value;
    } else this.#append(name, before, value);
  }

  #append(name: string, before: Scalar | readonly Scalar[], value: Scalar): void {
    if (!Array.isArray(before)) this.#fields[name] = [before as Scalar, value];
    else if (before.length < VALUES_MAX) (before as Scalar[]).push(value);
    else this.state = 'too_many_fields';
  }

  /**
   * As Elasticsearch has it: a list is a multi-valued field, objects in it lend their names to the
   * list's.
   */
  array(items: readonly unknown[], node: NameNode, depth: number): void {
    const scalars: Scalar[] = [];
    for (const item of items) {
      if (item === null || item === undefined) continue;
      if (typeof item !== 'object') {
        if (scalars.length < VALUES_MAX) scalars.push(item as Scalar);
        else this.state = 'too_many_fields';
      } else if (depth >= DEPTH_MAX) this.#tooDeep(item);
      else if (Array.isArray(item)) this.array(item, node, depth + 1);
      else this.object(item, node, depth + 1);
    }
    if (scalars.length === 0 || node.name === '') return;
    const before = this.#fields[node.name];
    if (before !== undefined) {
      for (const value of scalars) this.#append(node.name, this.#fields[node.name]!, value);
    } else if (this.#count < FIELDS_MAX) {
      this.#count++;
      this.#fields[node.name] = scalars;
    } else this.state = 'too_many_fields';
  }
}

/** The plain values of what lay too deep, in order, one after the other; bounded, any depth. */
function wordsOf(cut: readonly object[]): string {
  const words: string[] = [];
  const rest: unknown[] = cut.toReversed();
  for (let seen = 0; rest.length > 0 && seen < DEEP_VALUES_MAX; seen++) {
    const item = rest.pop();
    if (typeof item === 'object' && item !== null) {
      const inside: unknown[] = Object.values(item);
      for (const each of inside.slice(0, VALUES_MAX).toReversed()) rest.push(each);
    } else if (typeof item === 'string') words.push(item);
    else if (typeof item === 'number' || typeof item === 'boolean') words.push(String(item));
  }
  return words.join(' ');
}

/** How far a record came into its fields, and the words of what did not, for want of depth. */
export interface Flattening {
  readonly state: Flattened;
  readonly deepWords: string;
}

/**
 * Writes every leaf of `value` under its dotted name, those of `ASIDE_NAMES` into `aside` instead.
 * Bounded in depth, names and values; linear in the leaves.
 */
export function flatten(value: object, fields: Fields, aside: Aside): Flattening {
  const work = new Work(fields, aside);
  work.object(value, root, 1);
  return { state: work.state, deepWords: work.cut.length === 0 ? '' : wordsOf(work.cut) };
}

import { allOf, anyOf, not, type Expr } from '../expr.ts';
import type { FieldRef } from '../fields/field-ref.ts';
import { fold } from '../fold.ts';
import { STAR, hasSpecial, tidy, type Pattern } from '../pattern.ts';
import { Refused } from '../refusal.ts';
import {
  booleanOf,
  isNull,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type YamlNode,
} from '../yaml.ts';
import type { Origin } from '../source.ts';
import { LIST_MODIFIERS, modifierOf, type Placeholders } from './modifiers.ts';
import { startValue, testOf, type Value } from './value.ts';

/** What the reading of a selection needs to know of its rule. */
export interface DetectionContext {
  readonly placeholders: Placeholders;
  readonly resolve: (name: string) => FieldRef;
}

/** Nested lists of one selection. */
const NESTING_MAX = 20;

/** Sections of `detection` that are no selections. */
const RESERVED: ReadonlySet<string> = new Set(['condition', 'timeframe']);

/** The selections of a detection by name (Sigma 2.1, rules, detection). */
export function readSelections(
  detection: MapNode,
  context: DetectionContext,
): ReadonlyMap<string, Expr> {
  const selections = new Map<string, Expr>();
  for (const { key, value } of detection.entries) {
    if (RESERVED.has(key.text)) continue;
    selections.set(key.text, named(readSelection(value, context, key, 0), key.text));
  }
  return selections;
}

function named(expr: Expr, name: string): Expr {
  if (expr.op === 'and' || expr.op === 'or') return { ...expr, name };
  return { op: 'and', of: [expr], name };
}

function readSelection(
  node: YamlNode,
  context: DetectionContext,
  key: Origin,
  depth: number,
): Expr {
  if (depth > NESTING_MAX) {
    throw new Refused('too_large', node, `lists are nested deeper than ${NESTING_MAX}`);
  }
  if (node.kind === 'scalar') {
    if (isNull(node)) throw new Refused('empty_selection', key, 'the selection is empty');
    return readItem({ key: { ...node, text: '' }, value: node }, context);
  }
  const parts =
    node.kind === 'seq'
      ? node.items.map((item) => readSelection(item, context, item, depth + 1))
      : node.entries.map((entry) => readItem(entry, context));
  if (parts.length === 0) {
    throw new Refused('empty_selection', key, 'the selection is empty, it would match nothing');
  }
  return node.kind === 'seq' ? anyOf(parts) : allOf(parts);
}

/** The items of a mapping by itself, all of which must hold. */
export function readItems(entries: readonly MapEntry[], context: DetectionContext): Expr[] {
  return entries.map((entry) => readItem(entry, context));
}

/** One item: a field with modifiers and its values; no field says keywords. */
function readItem(entry: MapEntry, context: DetectionContext): Expr {
  const [name = '', ...modifiers] = entry.key.text.split('|');
  const field = name === '' ? undefined : context.resolve(name);
  if (modifiers.includes('exists')) return existsItem(entry, field, modifiers);
  const scalars = scalarsOf(entry.value, entry.key);
  const chain = modifiers.filter((modifier) => !LIST_MODIFIERS.has(modifier));
  const shape = field === undefined ? undefined : plainShape(chain);
  const steps = chain.map((modifier) => ({ modifier, apply: modifierOf(modifier, entry.key) }));
  const parts = scalars.map((node): Expr => {
    // Nearly all values are plain text: they need none of what follows.
    if (shape !== undefined && isLiteral(node)) {
      const pattern = shape(fold(node.text.toWellFormed()));
      return { op: 'atom', field, test: { kind: 'text', pattern, cased: false } };
    }
    let values: Value[] = [startValue(node)];
    for (const [i, { modifier, apply }] of steps.entries()) {
      if (values.some((value) => value.kind === 'null')) {
        const message = `|${modifier} does not go with null`;
        throw new Refused('modifier_value', node, message, 'an item of its own for null');
      }
      const place = {
        node,
        key: entry.key,
        placeholders: context.placeholders,
        first: i === 0,
      };
      values = values.flatMap((value) => apply(value, place));
    }
    return anyOf(values.map((value) => valueExpr(value, node, field, context)));
  });
  const joined = modifiers.includes('all')
    ? allOf(parts, entry.key.text)
    : anyOf(parts, entry.key.text);
  return modifiers.includes('neq') ? not(joined) : joined;
}

/** How a literal becomes a pattern under modifiers that only place it; undefined for any others. */
function plainShape(chain: readonly string[]): ((literal: string) => Pattern) | undefined {
  const [only] = chain;
  if (chain.length > 1) return undefined;
  if (only === undefined) return (literal) => [literal];
  if (only === 'contains') return (literal) => [STAR, literal, STAR];
  if (only === 'startswith') return (literal) => [literal, STAR];
  return only === 'endswith' ? (literal) => [STAR, literal] : undefined;
}

function isLiteral(node: ScalarNode): boolean {
  return node.text !== '' && !hasSpecial(node.text) && !isNull(node);
}

function valueExpr(
  value: Value,
  node: ScalarNode,
  field: FieldRef | undefined,
  context: DetectionContext,
): Expr {
  if (field !== undefined) {
    return { op: 'atom', field, test: testOf(value, node, context.resolve) };
  }
  if (value.kind !== 'text' && value.kind !== 'regex') {
    throw new Refused('wrong_type', node, 'a keyword must be text', 'name a field');
  }
  const sought: Value =
    value.kind === 'text' && !value.placed
      ? { ...value, tokens: tidy([STAR, ...value.tokens, STAR]) }
      : value;
  return { op: 'atom', field: undefined, test: testOf(sought, node, context.resolve) };
}

function existsItem(
  entry: MapEntry,
  field: FieldRef | undefined,
  modifiers: readonly string[],
): Expr {
  if (modifiers.length > 1) {
    const message = '|exists stands alone, without other modifiers';
    throw new Refused('modifier_order', entry.key, message);
  }
  const wanted = booleanOf(entry.value);
  if (field === undefined || wanted === undefined) {
    const message = '|exists needs a field and the value true or false';
    throw new Refused('modifier_value', entry.value, message, 'field|exists: true');
  }
  const atom: Expr = { op: 'atom', field, test: { kind: 'exists' } };
  return { op: 'and', of: [wanted ? atom : not(atom)], name: entry.key.text };
}

function scalarsOf(node: YamlNode, key: Origin): ScalarNode[] {
  if (node.kind === 'scalar') return [node];
  if (node.kind === 'map') {
    const message = 'the value of an item is text, a number or a list of them, not a mapping';
    throw new Refused('wrong_type', node, message, 'write the field with dots: a.b: value');
  }
  if (node.items.length === 0) {
    throw new Refused('empty_selection', key, 'the list of values is empty');
  }
  return node.items.map((item) => {
    if (item.kind === 'scalar') return item;
    throw new Refused('wrong_type', item, 'a list of values holds only text and numbers');
  });
}

import type { FieldRef } from '../fields/field-ref.ts';
import type { CompareOp, Test, TimePart } from '../expr.ts';
import { parsePattern, prepare, type Token } from '../pattern.ts';
import { Refused } from '../refusal.ts';
import { isNull, type ScalarNode } from '../yaml.ts';

/** A value on its way through its modifiers. */
export type Value =
  | {
      readonly kind: 'text';
      readonly tokens: readonly Token[];
      readonly cased: boolean;
      /** Each character is one byte (after `wide` and its like). */
      readonly bytes: boolean;
      readonly raw: string;
      /** `startswith` or `endswith` was asked for, so a keyword is not sought everywhere. */
      readonly placed: boolean;
    }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly how: 'equals' | 'startswith' | 'endswith' | 'contains';
      readonly cased: boolean;
    }
  | { readonly kind: 'time'; readonly part: TimePart; readonly value: number }
  | { readonly kind: 'done'; readonly test: Test }
  | { readonly kind: 'null' };

export type TextValue = Extract<Value, { kind: 'text' }>;

/** The value as written, before any modifier. */
export function startValue(node: ScalarNode): Value {
  if (isNull(node)) return { kind: 'null' };
  return {
    kind: 'text',
    tokens: parsePattern(node.text),
    cased: false,
    bytes: false,
    raw: node.text,
    placed: false,
  };
}

/** The test that a value asks for once all modifiers are applied. */
export function testOf(value: Value, node: ScalarNode, resolve: (name: string) => FieldRef): Test {
  switch (value.kind) {
    case 'null':
      return { kind: 'null' };
    case 'text':
      return { kind: 'text', pattern: prepare(value.tokens, value.cased), cased: value.cased };
    case 'regex':
      return { kind: 'regex', source: value.source, flags: value.flags };
    case 'field':
      return {
        kind: 'field',
        other: resolve(value.name),
        how: value.how,
        cased: value.cased,
      };
    case 'time':
      return { kind: 'time', part: value.part, op: 'eq', value: value.value };
    case 'done':
      return value.test;
    default:
      throw new Refused('modifier_value', node, 'this value can not be compared');
  }
}

/** A comparison of a number, or of a part of a time when one was asked for before. */
export function compareTest(value: Value, op: CompareOp, number: number): Test {
  if (value.kind === 'time') return { kind: 'time', part: value.part, op, value: number };
  return { kind: 'compare', op, value: number };
}

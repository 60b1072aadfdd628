import type { Pattern } from './pattern.ts';
import type { FieldRef } from './fields/field-ref.ts';

export type CompareOp = 'lt' | 'lte' | 'gt' | 'gte' | 'eq';

export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Network of `cidr`: the first `bits` of `bytes` (4 or 16 of them). */
export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/**
 * What one value of a detection item asks of one field value. Patterns are prepared (`prepare`).
 */
export type Test =
  | { readonly kind: 'text'; readonly pattern: Pattern; readonly cased: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: Network }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly value: number }
  | {
      readonly kind: 'time';
      readonly part: TimePart;
      readonly op: CompareOp;
      readonly value: number;
    }
  | {
      readonly kind: 'field';
      readonly other: FieldRef;
      readonly how: 'equals' | 'startswith' | 'endswith' | 'contains';
      readonly cased: boolean;
    }
  | { readonly kind: 'exists' }
  | { readonly kind: 'null' };

/** A test of one field, or of every text of the event (`field` undefined: a keyword). */
export interface Atom {
  readonly op: 'atom';
  readonly field: FieldRef | undefined;
  readonly test: Test;
}

/**
 * A rule's condition with its selections put in. `name` tells which selection or item a part came
 * from.
 */
export type Expr =
  | Atom
  | { readonly op: 'and' | 'or'; readonly of: readonly Expr[]; readonly name?: string }
  | { readonly op: 'not'; readonly of: Expr; readonly name?: string }
  | { readonly op: 'const'; readonly value: boolean; readonly name?: string };

/** All of them; one alone stands for itself. */
export function allOf(of: readonly Expr[], name?: string): Expr {
  const [only] = of;
  if (of.length === 1 && only !== undefined && name === undefined) return only;
  return { op: 'and', of, ...(name === undefined ? {} : { name }) };
}

/** Any of them; one alone stands for itself. */
export function anyOf(of: readonly Expr[], name?: string): Expr {
  const [only] = of;
  if (of.length === 1 && only !== undefined && name === undefined) return only;
  return { op: 'or', of, ...(name === undefined ? {} : { name }) };
}

export function not(of: Expr): Expr {
  return { op: 'not', of };
}

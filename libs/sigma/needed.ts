import type { Atom, Expr, Test } from './expr.ts';
import { DASH, ONE, shapeOf, STAR, type Pattern } from './pattern.ts';
import { requiredTexts } from './regex/required.ts';

/** What an event must hold for a condition to be worth trying on it; texts fold case. */
export type Needed =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Needed[] }
  | { readonly kind: 'there'; readonly field: string }
  | {
      readonly kind: 'text';
      readonly field: string;
      readonly how: 'exact' | 'prefix' | 'suffix' | 'contains';
      readonly text: string;
    };

const ANY: Needed = { kind: 'any' };
const NONE: Needed = { kind: 'none' };
/** Texts that every store compares alike; for any other the field is only asked to be there. */
const PLAIN = /^[\x20-\x7e]+$/;
const TEXT_CHARS_MAX = 500;
/** Conditions that one part may ask for; beyond that it asks for nothing. */
const LEAVES_MAX = 100;

/**
 * A condition that every event meets which meets the given one: what a store is asked before the
 * matcher looks. Fields stand under all names that events may have for them.
 */
export function neededOf(expr: Expr, negated = false): Needed {
  if (expr.op === 'const') return expr.value === negated ? NONE : ANY;
  if (expr.op === 'not') return neededOf(expr.of, !negated);
  if (expr.op === 'atom') return negated ? ANY : ofAtom(expr);
  const parts = expr.of.map((part) => neededOf(part, negated));
  return (expr.op === 'and') === !negated ? every(parts) : some(parts);
}

/** Any of several. */
export function some(parts: readonly Needed[]): Needed {
  const all = parts.filter(({ kind }) => kind !== 'none');
  if (all.some(({ kind }) => kind === 'any')) return ANY;
  const [only] = all;
  if (only === undefined) return NONE;
  if (all.length === 1) return only;
  const joined: Needed = { kind: 'or', parts: all };
  return leaves(joined) > LEAVES_MAX ? ANY : joined;
}

function every(parts: readonly Needed[]): Needed {
  if (parts.some(({ kind }) => kind === 'none')) return NONE;
  const all = parts.filter(({ kind }) => kind !== 'any').toSorted((a, b) => leaves(a) - leaves(b));
  const taken: Needed[] = [];
  let room = LEAVES_MAX;
  for (const part of all) {
    room -= leaves(part);
    if (room < 0) break;
    taken.push(part);
  }
  const [only] = taken;
  if (only === undefined) return ANY;
  return taken.length === 1 ? only : { kind: 'and', parts: taken };
}

function leaves(needed: Needed): number {
  if (needed.kind !== 'and' && needed.kind !== 'or') return 1;
  return needed.parts.reduce((sum, part) => sum + leaves(part), 0);
}

function ofAtom({ field, test }: Atom): Needed {
  // A keyword may stand anywhere, a made value in other words, and null is no value.
  if (field === undefined || field.made !== undefined) return ANY;
  if (test.kind === 'null' || test.kind === 'exists') return ANY;
  const texts = textsOf(test);
  return some(
    field.names.flatMap((name): Needed[] => {
      if (texts === undefined) return [{ kind: 'there', field: name }];
      return texts.map(({ how, text }) => ({ kind: 'text', field: name, how, text }));
    }),
  );
}

interface Sought {
  readonly how: 'exact' | 'prefix' | 'suffix' | 'contains';
  readonly text: string;
}

/** Texts of which one is there; undefined when only some value has to be. */
function textsOf(test: Test): Sought[] | undefined {
  const sought = test.kind === 'text' ? ofPattern(test.pattern) : undefined;
  const required = test.kind === 'regex' ? requiredTexts(test.source) : undefined;
  const all = sought ?? required?.map((text): Sought => ({ how: 'contains', text }));
  const fine = all?.every(({ text }) => PLAIN.test(text) && text.length <= TEXT_CHARS_MAX);
  return fine === true ? all : undefined;
}

function ofPattern(pattern: Pattern): Sought[] | undefined {
  const shape = shapeOf(pattern);
  if (shape.kind === 'any') return undefined;
  if (shape.kind !== 'glob') return [{ how: shape.kind, text: shape.text.toLowerCase() }];
  let longest = '';
  for (const token of pattern) {
    if (token === STAR || token === ONE || token === DASH) continue;
    if (token.length > longest.length) longest = token;
  }
  return longest === '' ? undefined : [{ how: 'contains', text: longest.toLowerCase() }];
}

import type { Atom, Expr } from '../expr.ts';
import { fold } from '../fold.ts';
import { kindOf, literalOf } from '../pattern.ts';
import type { FieldTable } from './field-table.ts';
import {
  ANY_SLOT,
  PRESENT_GUESS,
  guessOf,
  textGuess,
  textWitnesses,
  type Witness,
} from './witness.ts';

/**
 * The witnesses of a condition while no event was seen: the set that is guessed to be there least
 * often; undefined when the condition can hold without any. Sets are weighed before one is made,
 * since thousands of rules are read at once.
 */
export function firstWitnesses(expr: Expr, table: FieldTable): readonly Witness[] | undefined {
  if (weigh(expr, false, table) === Infinity) return undefined;
  const witnesses: Witness[] = [];
  gather(expr, false, table, witnesses);
  return witnesses;
}

/** How often one of the part's witnesses is there, by guess; Infinity when it needs none. */
function weigh(expr: Expr, negated: boolean, table: FieldTable): number {
  if (expr.op === 'const') return expr.value === negated ? 0 : Infinity;
  if (expr.op === 'not') return weigh(expr.of, !negated, table);
  if (expr.op === 'atom') return negated ? Infinity : atomGuess(expr, table);
  const each = (expr.op === 'and') === !negated;
  let guess = each ? Infinity : 0;
  for (const part of expr.of) {
    const one = weigh(part, negated, table);
    if (!each) guess += one;
    else if (one < guess) guess = one;
  }
  return guess;
}

function gather(expr: Expr, negated: boolean, table: FieldTable, into: Witness[]): void {
  if (expr.op === 'const') return;
  if (expr.op === 'not') gather(expr.of, !negated, table, into);
  else if (expr.op === 'atom') gatherAtom(expr, table, into);
  else if ((expr.op === 'and') !== negated)
    gather(rarest(expr.of, negated, table), negated, table, into);
  else for (const part of expr.of) gather(part, negated, table, into);
}

function rarest(of: readonly Expr[], negated: boolean, table: FieldTable): Expr {
  let least = Infinity;
  let found = of[0] as Expr;
  if (of.length === 1) return found;
  for (const part of of) {
    const guess = weigh(part, negated, table);
    if (guess >= least) continue;
    least = guess;
    found = part;
  }
  return found;
}

function atomGuess({ field, test }: Atom, table: FieldTable): number {
  if (test.kind === 'null') return Infinity;
  const slot = field === undefined ? ANY_SLOT : table.slotOf(field);
  const guess = testGuess(test, slot);
  // Very short texts are in nearly every value: then it is cheaper not to look for them.
  return slot === ANY_SLOT ? guess : Math.min(guess, PRESENT_GUESS);
}

function testGuess(test: Atom['test'], slot: number): number {
  if (test.kind === 'text') {
    const kind = kindOf(test.pattern);
    if (kind === 'any') return Infinity;
    if (kind !== 'glob') {
      const text = literalOf(test.pattern);
      return textGuess(kind, test.cased ? fold(text) : text, slot);
    }
  }
  const texts = textWitnesses(test, slot);
  if (texts === undefined) return Infinity;
  let guess = 0;
  for (const witness of texts) guess += guessOf(witness);
  return guess;
}

function gatherAtom(atom: Atom, table: FieldTable, into: Witness[]): void {
  const slot = atom.field === undefined ? ANY_SLOT : table.slotOf(atom.field);
  if (slot !== ANY_SLOT && testGuess(atom.test, slot) >= PRESENT_GUESS) {
    into.push({ kind: 'present', slot });
    return;
  }
  for (const witness of textWitnesses(atom.test, slot) ?? []) into.push(witness);
}

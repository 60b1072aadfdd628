import type { Atom, Expr, Test } from '../expr.ts';
import { fold } from '../fold.ts';
import {
  DASH,
  DASHES,
  ONE,
  STAR,
  kindOf,
  literalOf,
  type Pattern,
  type Token,
} from '../pattern.ts';
import { requiredTexts } from '../regex/required.ts';
import type { FieldTable } from './field-table.ts';

/**
 * A condition that an event must meet for a rule to be worth looking at; texts are in lower case.
 */
export type Witness = TextWitness | { readonly kind: 'present'; readonly slot: number };

/** A text that must stand in a field in some place. */
export interface TextWitness {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains';
  /** Slot of the field; -1 for any text of the event. */
  readonly slot: number;
  readonly text: string;
  /**
   * The test itself is not on the lower-case text: any text with unusual letters has to be let
   * through.
   */
  readonly loose: boolean;
}

/** Slot of witnesses that may stand in any text. */
export const ANY_SLOT = -1;

/** At least one of `any` is there when the condition holds. */
export interface WitnessSet {
  readonly any: readonly Witness[];
  /** How often that was expected before events were seen; for comparison only. */
  readonly guess: number;
  /** The sample events that have one of them, a bit each. */
  readonly seen: bigint;
}

/** Which events of a sample show a witness, a bit each. */
export type Seen = (witness: Witness) => bigint;

/** Texts made of one pattern with dashes. */
const DASH_TEXTS_MAX = 25;
/** Weight of the guess beside one sample event. */
const GUESS_WEIGHT = 0.1;

/**
 * Finds for a condition the set of witnesses that is there least often in the events of a sample;
 * undefined when it can hold without any.
 */
export class WitnessFinder {
  readonly #table: FieldTable;
  readonly #seen: Seen;

  constructor(table: FieldTable, seen: Seen) {
    this.#table = table;
    this.#seen = seen;
  }

  find(expr: Expr, negated = false): WitnessSet | undefined {
    if (expr.op === 'const') {
      return expr.value === negated ? { any: [], guess: 0, seen: 0n } : undefined;
    }
    if (expr.op === 'not') return this.find(expr.of, !negated);
    if (expr.op === 'atom') return negated ? undefined : this.#atom(expr);
    const each = (expr.op === 'and') === !negated;
    return each ? this.#rarest(expr.of, negated) : this.#union(expr.of, negated);
  }

  #rarest(of: readonly Expr[], negated: boolean): WitnessSet | undefined {
    let rarest: WitnessSet | undefined;
    for (const part of of) {
      const set = this.find(part, negated);
      if (set !== undefined && (rarest === undefined || price(set) < price(rarest))) rarest = set;
    }
    return rarest;
  }

  #union(of: readonly Expr[], negated: boolean): WitnessSet | undefined {
    const any: Witness[] = [];
    let guess = 0;
    let seen = 0n;
    for (const part of of) {
      const set = this.find(part, negated);
      if (set === undefined) return undefined;
      for (const witness of set.any) any.push(witness);
      guess += set.guess;
      seen |= set.seen;
    }
    return { any, guess, seen };
  }

  #atom({ field, test }: Atom): WitnessSet | undefined {
    if (test.kind === 'null') return undefined;
    const slot = field === undefined ? ANY_SLOT : this.#table.slotOf(field);
    const texts = textWitnesses(test, slot);
    const set = texts === undefined ? undefined : this.#set(texts);
    if (slot === ANY_SLOT) return set;
    const there = this.#set([{ kind: 'present', slot }]);
    // Very short texts are in nearly every value: then it is cheaper not to look for them.
    return set === undefined || price(there) <= price(set) ? there : set;
  }

  #set(any: readonly Witness[]): WitnessSet {
    let guess = 0;
    let seen = 0n;
    for (const witness of any) {
      guess += guessOf(witness);
      seen |= this.#seen(witness);
    }
    return { any, guess, seen };
  }
}

function price({ seen, guess }: WitnessSet): number {
  let events = 0;
  for (let bits = seen; bits > 0n; bits &= bits - 1n) events++;
  return events + GUESS_WEIGHT * guess;
}

/**
 * Texts of which one is there in whatever passes the test; undefined when there is no such set. Of
 * a test without value (`null`) that is for the caller to know.
 */
export function textWitnesses(test: Test, slot: number): TextWitness[] | undefined {
  if (test.kind === 'regex') {
    const texts = requiredTexts(test.source);
    return texts?.map((text) => ({ kind: 'contains', slot, text: fold(text), loose: true }));
  }
  if (test.kind !== 'text') return undefined;
  const loose = test.cased;
  const kind = kindOf(test.pattern);
  if (kind === 'any') return undefined;
  if (kind !== 'glob') {
    const text = literalOf(test.pattern);
    return [{ kind, slot, text: loose ? fold(text) : text, loose }];
  }
  const texts = globTexts(test.pattern);
  return texts?.map((text) => ({
    kind: 'contains',
    slot,
    text: loose ? fold(text) : text,
    loose,
  }));
}

/** Texts of which one stands in whatever the pattern matches; a dash stands for five characters. */
function globTexts(pattern: Pattern): string[] | undefined {
  let best: Token[] = [];
  let run: Token[] = [];
  for (const token of [...pattern, STAR] as Token[]) {
    if (token === STAR || token === ONE) {
      const window = bestWindow(run);
      if (lengthOf(window) > lengthOf(best)) best = window;
      run = [];
    } else run.push(token);
  }
  if (best.length === 0) return undefined;
  let texts = [''];
  for (const token of best) {
    const choices = token === DASH ? [...DASHES] : [token as string];
    texts = texts.flatMap((text) => choices.map((choice) => text + choice));
  }
  return texts;
}

/** The longest part of a run of literals and dashes that does not make too many texts. */
function bestWindow(run: readonly Token[]): Token[] {
  let best: Token[] = [];
  for (let from = 0; from < run.length; from++) {
    let texts = 1;
    for (let to = from; to < run.length; to++) {
      if (run[to] === DASH) texts *= DASHES.size;
      if (texts > DASH_TEXTS_MAX) break;
      const window = run.slice(from, to + 1);
      if (lengthOf(window) > lengthOf(best)) best = window;
    }
  }
  return best;
}

function lengthOf(window: readonly Token[]): number {
  let length = 0;
  for (const token of window) length += typeof token === 'string' ? token.length : 1;
  return length;
}

const NUMBER = /^\d+$/;

/** How likely a field is to hold anything. */
export const PRESENT_GUESS = 0.4;
/** How likely a text of each length is to be there. */
const UNLIKELY = Array.from({ length: 20 }, (_, length) => Math.max(0.0005, 0.4 * 0.7 ** length));

/** A guess before events were seen: longer texts are rarer, numbers are event ids and common. */
export function guessOf(witness: Witness): number {
  if (witness.kind === 'present') return PRESENT_GUESS;
  return textGuess(witness.kind, witness.text, witness.slot);
}

/** The same for a text by itself. */
export function textGuess(kind: TextWitness['kind'], text: string, slot: number): number {
  const unlikely = UNLIKELY[Math.min(text.length, UNLIKELY.length - 1)] as number;
  // A keyword is sought in every text, a field's text only there.
  const places = slot === ANY_SLOT ? 3 : 1;
  if (kind === 'exact') return NUMBER.test(text) ? 0.04 : 0.01;
  return places * (kind === 'contains' ? unlikely : 0.8 * unlikely + 0.001);
}

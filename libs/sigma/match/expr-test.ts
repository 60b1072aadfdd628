import type { Atom, Expr } from '../expr.ts';
import { shapeOf } from '../pattern.ts';
import { compileAtom, type AtomTest } from './atom.ts';
import type { FieldTable } from './field-table.ts';
import { TextIndex, type TextEntry } from './text-index.ts';

/** From so many texts of one field on they are sought together. */
const TOGETHER_MIN = 6;

/** Compiles conditions into functions of an event. */
export class ExprCompiler {
  readonly #table: FieldTable;

  constructor(table: FieldTable) {
    this.#table = table;
  }

  compile(expr: Expr): AtomTest {
    if (expr.op === 'const') return () => expr.value;
    if (expr.op === 'atom') return compileAtom(expr, this.#table);
    if (expr.op === 'not') {
      const inner = this.compile(expr.of);
      return (view) => !inner(view);
    }
    const parts = expr.op === 'or' ? this.#alternatives(expr.of) : this.#all(expr.of);
    const [first, second, third] = parts;
    if (first === undefined) return () => expr.op === 'and';
    if (second === undefined) return first;
    if (expr.op === 'and') {
      if (third === undefined) return (view) => first(view) && second(view);
      return (view) => {
        for (const part of parts) if (!part(view)) return false;
        return true;
      };
    }
    if (third === undefined) return (view) => first(view) || second(view);
    return (view) => {
      for (const part of parts) if (part(view)) return true;
      return false;
    };
  }

  #all(of: readonly Expr[]): AtomTest[] {
    return of.map((part) => this.compile(part));
  }

  /** Many texts of one field are one search; what is left is tried one by one. */
  #alternatives(of: readonly Expr[]): AtomTest[] {
    const together = new Map<number, TextEntry[]>();
    const alone: Expr[] = [];
    const flat = flattened(of);
    if (flat.length < TOGETHER_MIN) return this.#all(flat);
    for (const part of flat) {
      const text = part.op === 'atom' ? textOf(part) : undefined;
      if (text === undefined || part.op !== 'atom') alone.push(part);
      else {
        const slot = part.field === undefined ? ANYWHERE : this.#table.slotOf(part.field);
        const list = together.get(slot) ?? [];
        list.push(text);
        together.set(slot, list);
      }
    }
    return [...[...together].map(([slot, texts]) => searched(slot, texts)), ...this.#all(alone)];
  }
}

const ANYWHERE = -1;

function flattened(of: readonly Expr[]): Expr[] {
  return of.flatMap((part) => (part.op === 'or' ? flattened(part.of) : [part]));
}

function textOf({ test }: Atom): TextEntry | undefined {
  if (test.kind !== 'text' || test.cased) return undefined;
  const shape = shapeOf(test.pattern);
  if (shape.kind === 'glob' || shape.kind === 'any') return undefined;
  return { kind: shape.kind, text: shape.text, number: 0 };
}

function searched(slot: number, texts: readonly TextEntry[]): AtomTest {
  const index = new TextIndex(texts);
  if (slot === ANYWHERE) return (view) => view.foldedLeaves().some((text) => index.fits(text));
  return (view) => {
    const found = view.folded(slot);
    if (typeof found === 'string') return index.fits(found);
    return found !== undefined && found.some((text) => index.fits(text));
  };
}

import type { Atom, Expr, Test } from '../expr.ts';
import { compileAtom, type AtomTest } from './atom.ts';
import type { Slots } from './record.ts';

/** Compiles conditions; atoms that rules share are compiled once. */
export class ExprCompiler {
  readonly #slots: Slots;
  readonly #known = new Map<string, AtomTest>();

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** The condition as a function of an event. */
  compile(expr: Expr): AtomTest {
    if (expr.op === 'const') return () => expr.value;
    if (expr.op === 'atom') return this.atom(expr);
    if (expr.op === 'not') {
      const inner = this.compile(expr.of);
      return (view) => !inner(view);
    }
    const parts = expr.of.map((part) => this.compile(part));
    const [first, second] = parts;
    if (first === undefined) return () => expr.op === 'and';
    if (second === undefined) return first;
    if (expr.op === 'and') return (view) => parts.every((part) => part(view));
    return (view) => parts.some((part) => part(view));
  }

  /** One test; equal ones are the same function. */
  atom(atom: Atom): AtomTest {
    const key = `${atom.field === undefined ? '' : this.#slots.slotOf(atom.field)} ${testKey(atom.test)}`;
    let test = this.#known.get(key);
    if (test === undefined) {
      test = compileAtom(atom, this.#slots);
      this.#known.set(key, test);
    }
    return test;
  }
}

function testKey(test: Test): string {
  return JSON.stringify(test);
}

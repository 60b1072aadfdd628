import { contains, parseAddress } from '../cidr.ts';
import type { Atom, CompareOp, Test } from '../expr.ts';
import { compileRegex } from '../regex/vet.ts';
import { compilePattern, type TextTest } from './glob.ts';
import type { FieldTable } from './field-table.ts';
import { DEPTH_MAX, type RecordView, type Texts } from './record.ts';
import { timePart } from './time.ts';

/** Tells whether an event passes a test. */
export type AtomTest = (view: RecordView) => boolean;

const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;
/** Values of either field that are compared with each other, pair by pair. */
const COMPARED_MAX = 200;
/** Characters of a number in text. */
const NUMBER_CHARS_MAX = 40;

/** An atom as a function of an event. */
export function compileAtom(atom: Atom, table: FieldTable): AtomTest {
  if (atom.field === undefined) return compileKeyword(atom.test);
  const slot = table.slotOf(atom.field);
  const { test } = atom;
  if (test.kind === 'exists') return (view) => view.value(slot) !== undefined;
  if (test.kind === 'null') return (view) => isNothing(view.value(slot));
  if (test.kind === 'field') return compileFieldRef(test, slot, table);
  if (test.kind === 'compare') {
    return (view) =>
      someValue(view.value(slot), (value) => {
        const number = numberOf(value);
        return number !== undefined && compared(number, test.op, test.value);
      });
  }
  if (test.kind === 'time') {
    return (view) =>
      someValue(view.value(slot), (value) => {
        const part = timePart(value, test.part);
        return part !== undefined && compared(part, test.op, test.value);
      });
  }
  const passes = compileText(test);
  return test.kind === 'text' && !test.cased
    ? (view) => someText(view.folded(slot), passes)
    : (view) => someText(view.plain(slot), passes);
}

function compileKeyword(test: Test): AtomTest {
  if (test.kind !== 'text' && test.kind !== 'regex') return () => false;
  const passes = compileText(test);
  return test.kind === 'text' && !test.cased
    ? (view) => view.foldedLeaves().some(passes)
    : (view) => view.plainLeaves().some(passes);
}

function compileText(test: Extract<Test, { kind: 'text' | 'regex' | 'cidr' }>): TextTest {
  if (test.kind === 'text') return compilePattern(test.pattern);
  if (test.kind === 'regex') return lazyRegex(test.source, test.flags);
  const { network } = test;
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && contains(network, address);
  };
}

function lazyRegex(source: string, flags: string): TextTest {
  let compiled: ReturnType<typeof compileRegex> | undefined;
  return (text) => {
    compiled ??= compileRegex(source, flags);
    return compiled.test(text);
  };
}

function compileFieldRef(
  test: Extract<Test, { kind: 'field' }>,
  slot: number,
  table: FieldTable,
): AtomTest {
  const other = table.slotOf(test.other);
  const compare: (text: string, wanted: string) => boolean = {
    equals: (text: string, wanted: string) => text === wanted,
    startswith: (text: string, wanted: string) => text.startsWith(wanted),
    endswith: (text: string, wanted: string) => text.endsWith(wanted),
    contains: (text: string, wanted: string) => text.includes(wanted),
  }[test.how];
  const read = (view: RecordView, at: number) => (test.cased ? view.plain(at) : view.folded(at));
  return (view) => {
    const texts = listed(read(view, slot));
    const wanted = listed(read(view, other));
    if (test.how === 'equals' && texts.length > 1) {
      const all = new Set(texts);
      return wanted.some((one) => all.has(one));
    }
    return wanted
      .slice(0, COMPARED_MAX)
      .some((one) => texts.slice(0, COMPARED_MAX).some((text) => compare(text, one)));
  };
}

function listed(texts: Texts): readonly string[] {
  if (texts === undefined) return [];
  return typeof texts === 'string' ? [texts] : texts;
}

function someText(texts: Texts, passes: TextTest): boolean {
  if (typeof texts === 'string') return passes(texts);
  return texts !== undefined && texts.some(passes);
}

function someValue(value: unknown, passes: (value: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return value !== undefined && passes(value);
  return value.flat(DEPTH_MAX).some(passes);
}

function isNothing(value: unknown): boolean {
  if (!Array.isArray(value)) return value === undefined || value === null;
  return value.flat(DEPTH_MAX).every((item) => item === undefined || item === null);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > NUMBER_CHARS_MAX) return undefined;
  return NUMBER.test(value) ? Number(value) : undefined;
}

function compared(value: number, op: CompareOp, limit: number): boolean {
  if (op === 'lt') return value < limit;
  if (op === 'lte') return value <= limit;
  if (op === 'gt') return value > limit;
  return op === 'gte' ? value >= limit : value === limit;
}

import type { RuleException } from '../exceptions.ts';
import type { Atom, Expr } from '../expr.ts';
import { writePattern } from '../pattern.ts';
import type { Explanation, PartOutcome, TestOutcome } from '../explanation.ts';
import type { Rule } from '../rule-set.ts';
import type { EventSource } from '../route/event-source.ts';
import type { ExprCompiler } from './expr-test.ts';
import type { FieldTable } from './field-table.ts';
import type { RecordView } from './record.ts';

/** Tests shown for one part. */
const TESTS_MAX = 5;
/** Values of a list shown. */
const VALUES_MAX = 20;
/** Characters of a value shown. */
const SHOWN_CHARS_MAX = 200;

/** What of a rule an event passed and what not. */
export function explainParts(
  rule: Rule,
  view: RecordView,
  compiler: ExprCompiler,
  table: FieldTable,
): PartOutcome[] {
  const parts: PartOutcome[] = [];
  collect(rule.condition, (expr, name) => {
    const passed = compiler.compile(expr)(view);
    const tests: TestOutcome[] = [];
    outcomes(expr, passed, view, compiler, table, tests);
    parts.push({ name, passed, tests });
  });
  return parts;
}

function collect(expr: Expr, found: (expr: Expr, name: string) => void): void {
  if (expr.op === 'atom' || expr.op === 'const') return;
  if (expr.name !== undefined) {
    found(expr, expr.name);
    return;
  }
  if (expr.op === 'not') collect(expr.of, found);
  else for (const part of expr.of) collect(part, found);
}

/**
 * The atoms that made the outcome: for a part that failed those that failed, else those that
 * passed.
 */
function outcomes(
  expr: Expr,
  passed: boolean,
  view: RecordView,
  compiler: ExprCompiler,
  table: FieldTable,
  into: TestOutcome[],
): void {
  if (into.length >= TESTS_MAX || expr.op === 'const') return;
  if (expr.op === 'not') outcomes(expr.of, !passed, view, compiler, table, into);
  else if (expr.op !== 'atom') {
    for (const part of expr.of) outcomes(part, passed, view, compiler, table, into);
  } else if (compiler.compile(expr)(view) === passed) {
    into.push(outcomeOf(expr, passed, view, table));
  }
}

function outcomeOf(atom: Atom, passed: boolean, view: RecordView, table: FieldTable): TestOutcome {
  const texts = atom.field === undefined ? undefined : view.plain(table.slotOf(atom.field));
  const found = typeof texts === 'object' ? texts.slice(0, VALUES_MAX).join(', ') : texts;
  return {
    field: atom.field?.name ?? '(any text)',
    asked: describe(atom).slice(0, SHOWN_CHARS_MAX),
    ...(found === undefined ? {} : { found: found.slice(0, SHOWN_CHARS_MAX) }),
    passed,
  };
}

function describe({ test }: Atom): string {
  if (test.kind === 'text') return writePattern(test.pattern);
  if (test.kind === 'regex') return `/${test.source}/${test.flags}`;
  if (test.kind === 'cidr') return `in ${test.network.bytes.join('.')}/${test.network.bits}`;
  if (test.kind === 'compare') return `${test.op} ${test.value}`;
  if (test.kind === 'time') return `${test.part} ${test.op} ${test.value}`;
  return test.kind === 'field' ? `${test.how} ${test.other.name}` : test.kind;
}

/** The source of an event for people. */
export function shownSource(source: EventSource): Explanation['logsource']['event'] {
  return {
    product: [...source.products],
    service: [...source.services],
    category: [...source.categories],
  };
}

/** An exception for people. */
export function shownException({
  id,
  owner,
  reason,
  expires,
}: RuleException): NonNullable<Explanation['exception']> {
  return { id, owner, reason, expires };
}

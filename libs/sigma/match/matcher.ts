import type { Explanation } from '../explanation.ts';
import { isOpen, type ExceptionInForce } from '../exceptions.ts';
import type { FieldRef } from '../fields/field-ref.ts';
import type { FieldResolver } from '../fields/resolve.ts';
import {
  EXPLICIT_FIELDS,
  SOURCE_FIELDS,
  sourceOf,
  type EventSource,
} from '../route/event-source.ts';
import type { Routing } from '../route/logsource.ts';
import { meets } from '../route/route.ts';
import type { Rule } from '../rule-set.ts';
import type { AtomTest } from './atom.ts';
import { explainParts, shownException, shownSource } from './explain.ts';
import { ExprCompiler } from './expr-test.ts';
import { FieldTable } from './field-table.ts';
import { Learning } from './learning.ts';
import { MemoBudget } from './memo.ts';
import { RecordView, textOf, type Json } from './record.ts';
import { Routes } from './routes.ts';
import { RuleIndex } from './rule-index.ts';

/** A longer text names no source. */
const SOURCE_CHARS_MAX = 200;
/** Indexes kept, each for another selection of rules. */
const INDEXES_MAX = 256;

/** What most events meet. */
const NO_RULES: readonly Rule[] = [];

/** The rules that events of one kind may meet. */
interface Route {
  readonly index: RuleIndex;
  readonly learning: Learning;
}

/** Finds the rules that an event meets. */
export class Matcher {
  readonly #rules: readonly Rule[];
  readonly #byId: ReadonlyMap<string, Rule>;
  readonly #routing: Routing;
  readonly #resolver: FieldResolver;
  readonly #table = new FieldTable();
  readonly #compiler: ExprCompiler;
  readonly #tests: (AtomTest | undefined)[];
  readonly #exceptions = new Map<ExceptionInForce, AtomTest>();
  readonly #held = new Map<string, number>();
  readonly #sources: readonly number[];
  /** The texts of these in the event at hand. */
  readonly #texts: string[];
  readonly #view: RecordView;
  readonly #routes = new Routes<Route>();
  /** The route of every event, without routing. */
  #only: Route | undefined;
  readonly #budget = new MemoBudget();
  readonly #indexes = new Map<string, Route>();
  /** Number of the event in which a rule was last looked at. */
  readonly #lookedAt: Float64Array;
  #event = 0;
  #readsAll = false;

  constructor(rules: readonly Rule[], routing: Routing, resolver: FieldResolver) {
    this.#rules = rules;
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
    this.#routing = routing;
    this.#resolver = resolver;
    this.#compiler = new ExprCompiler(this.#table);
    this.#tests = rules.map(() => undefined);
    this.#lookedAt = new Float64Array(rules.length);
    this.#sources = SOURCE_FIELDS.map((names) => this.#table.slotOf(sourceRef(names)));
    const told = routing === 'conflict' ? EXPLICIT_FIELDS : this.#sources.length;
    this.#texts = Array.from({ length: told }, () => '');
    for (const ref of resolver.known()) this.#table.slotOf(ref);
    this.#view = new RecordView(this.#table);
  }

  match(record: Json): readonly Rule[] {
    const view = this.#view;
    const all = this.#routing === 'off' ? (this.#only ??= this.#routeFor([])) : undefined;
    // Events of one kind mostly follow each other, so the last one's needs are the best guess.
    view.readsAll = all?.index.readsAll ?? this.#readsAll;
    view.load(record);
    return this.#matched(all ?? this.#routeOf(record), record);
  }

  explain(record: Json, ruleId: string): Explanation | undefined {
    const rule = this.#byId.get(ruleId);
    if (rule === undefined) return undefined;
    const view = this.#view;
    view.readsAll = false;
    view.load(record);
    const source = sourceOf(this.#sourceTexts().map(cleaned));
    const met = meets(rule.logsource, source, this.#routing);
    const passed = this.#compiler.compile(rule.condition)(view);
    const held = passed ? this.#excepted(rule, record) : undefined;
    const outcome = !passed ? 'condition' : held === undefined ? 'matched' : 'exception';
    return {
      rule: rule.id,
      matched: met && outcome === 'matched',
      reason: met ? outcome : 'log_source',
      ...(held === undefined ? {} : { exception: shownException(held) }),
      logsource: {
        meets: met,
        routing: this.#routing,
        rule: rule.logsource,
        event: shownSource(source),
      },
      parts: explainParts(rule, view, this.#compiler, this.#table),
    };
  }

  read(record: Json, ruleId: string, field: string): unknown {
    const rule = this.#byId.get(ruleId);
    if (rule === undefined) return undefined;
    const table = new FieldTable();
    const slot = table.slotOf(this.#resolver.resolve(field, rule.logsource));
    const view = new RecordView(table);
    view.load(record);
    return view.value(slot);
  }

  /**
   * The route of the event in view, which is read again when the route asks for more than was
   * guessed.
   */
  #routeOf(record: Json): Route {
    const view = this.#view;
    const texts = this.#sourceTexts();
    let route = this.#routes.find(texts);
    if (route === undefined) {
      route = this.#routeFor(texts.map(cleaned));
      this.#routes.keep([...texts], route);
    }
    this.#readsAll = route.index.readsAll;
    if (this.#readsAll && !view.readsAll) {
      view.readsAll = true;
      view.load(record);
    }
    return route;
  }

  #matched({ index, learning }: Route, record: Json): readonly Rule[] {
    let found: number[] | undefined;
    const event = ++this.#event;
    const calls = index.candidates(this.#view);
    for (let i = 0; i < calls.count; i++) {
      const at = calls.at(i);
      if (this.#lookedAt[at] === event) continue;
      this.#lookedAt[at] = event;
      if (!this.#test(at)(this.#view)) learning.missed(at);
      else if (this.#exceptionOf(at, record) !== undefined) continue;
      else if (found === undefined) found = [at];
      else found.push(at);
    }
    learning.event(record);
    if (found === undefined) return NO_RULES;
    if (found.length > 1) found.sort((a, b) => a - b);
    return found.map((at) => this.#rules[at] as Rule);
  }

  /** How many events each exception held. */
  held(): ReadonlyMap<string, number> {
    return new Map(this.#held);
  }

  /** The exception that holds an event which meets the rule; counted. */
  #exceptionOf(at: number, record: Json): ExceptionInForce | undefined {
    const rule = this.#rules[at] as Rule;
    if (rule.exceptions.length === 0) return undefined;
    const found = this.#excepted(rule, record);
    if (found !== undefined) this.#held.set(found.id, (this.#held.get(found.id) ?? 0) + 1);
    return found;
  }

  #excepted({ exceptions }: Rule, record: Json): ExceptionInForce | undefined {
    return exceptions.find((exception) => {
      let test = this.#exceptions.get(exception);
      if (test === undefined) {
        test = this.#compiler.compile(exception.condition);
        this.#exceptions.set(exception, test);
      }
      return test(this.#view) && isOpen(exception, record['@timestamp']);
    });
  }

  #test(at: number): AtomTest {
    const known = this.#tests[at];
    if (known !== undefined) return known;
    // Compiled when it is first called: most rules never are.
    const test = this.#compiler.compile((this.#rules[at] as Rule).condition);
    this.#tests[at] = test;
    return test;
  }

  /** Texts of the fields that tell where the event comes from. */
  #sourceTexts(): readonly string[] {
    const texts = this.#texts;
    for (let i = 0; i < texts.length; i++) {
      const value = this.#view.value(this.#sources[i] as number);
      const text = Array.isArray(value) ? value.map(textOf).join(' ') : (textOf(value) ?? '');
      texts[i] = text.length > SOURCE_CHARS_MAX ? '' : text;
    }
    return texts;
  }

  #routeFor(values: readonly string[]): Route {
    const rules = this.#routed(sourceOf(values));
    const name = rules.join(' ');
    let route = this.#indexes.get(name);
    if (route === undefined) {
      if (this.#indexes.size >= INDEXES_MAX) this.#indexes.clear();
      const indexed = rules.map((at) => ({
        at,
        condition: (this.#rules[at] as Rule).condition,
      }));
      const index = new RuleIndex(indexed, this.#table, this.#budget);
      const learning = new Learning(index, indexed, this.#table, this.#rules.length);
      route = { index, learning };
      this.#indexes.set(name, route);
    }
    return route;
  }

  #routed(source: EventSource): number[] {
    if (this.#routing === 'off') return [...this.#rules.keys()];
    const routed: number[] = [];
    for (const [at, rule] of this.#rules.entries()) {
      if (meets(rule.logsource, source, this.#routing)) routed.push(at);
    }
    return routed;
  }
}

function cleaned(text: string): string {
  return text.trim().toLowerCase();
}

function sourceRef(names: readonly string[]): FieldRef {
  return { name: names[0] ?? '', names };
}

import { FieldResolver } from '../fields/resolve.ts';
import {
  EXPLICIT_FIELDS,
  SOURCE_FIELDS,
  sourceOf,
  type EventSource,
} from '../route/event-source.ts';
import { meets } from '../route/route.ts';
import type { Routing } from '../route/logsource.ts';
import type { Explanation } from '../explanation.ts';
import type { Rule } from '../rule-set.ts';
import type { AtomTest } from './atom.ts';
import { explainParts, shownSource } from './explain.ts';
import { ExprCompiler } from './expr-test.ts';
import { RecordView, Slots, textOf, type Json } from './record.ts';

/** Rule sets kept per distinct log source of events. */
const ROUTES_MAX = 512;

/** Finds the rules that an event meets. */
export class Matcher {
  readonly #rules: readonly Rule[];
  readonly #routing: Routing;
  readonly #resolver: FieldResolver;
  readonly #slots = new Slots();
  readonly #compiler: ExprCompiler;
  readonly #tests: readonly AtomTest[];
  readonly #sourceSlots: readonly number[];
  readonly #view: RecordView;
  readonly #routes = new Map<string, readonly number[]>();

  constructor(rules: readonly Rule[], routing: Routing, resolver: FieldResolver) {
    this.#rules = rules;
    this.#routing = routing;
    this.#resolver = resolver;
    this.#compiler = new ExprCompiler(this.#slots);
    this.#tests = rules.map((rule) => this.#compiler.compile(rule.condition));
    this.#sourceSlots = SOURCE_FIELDS.map(([name = '', ...others]) =>
      this.#slots.slotOf({ name, names: [name, ...others] }),
    );
    this.#view = new RecordView(this.#slots, true);
  }

  match(record: Json): readonly Rule[] {
    const view = this.#view;
    view.load(record);
    const found: Rule[] = [];
    for (const at of this.#routed()) {
      const rule = this.#rules[at];
      if (rule !== undefined && this.#tests[at]?.(view) === true) found.push(rule);
    }
    return found;
  }

  explain(record: Json, ruleId: string): Explanation | undefined {
    const rule = this.#rules.find(({ id }) => id === ruleId);
    if (rule === undefined) return undefined;
    this.#view.load(record);
    const source = this.#source();
    const met = meets(rule.logsource, source, this.#routing);
    const passed = this.#compiler.compile(rule.condition)(this.#view);
    return {
      rule: rule.id,
      matched: met && passed,
      reason: met ? (passed ? 'matched' : 'condition') : 'log_source',
      logsource: {
        meets: met,
        routing: this.#routing,
        rule: rule.logsource,
        event: shownSource(source),
      },
      parts: explainParts(rule, this.#view, this.#compiler, this.#slots),
    };
  }

  read(record: Json, ruleId: string, field: string): unknown {
    const rule = this.#rules.find(({ id }) => id === ruleId);
    if (rule === undefined) return undefined;
    const slots = new Slots();
    const slot = slots.slotOf(this.#resolver.resolve(field, rule.logsource));
    const view = new RecordView(slots, false);
    view.load(record);
    return view.value(slot);
  }

  #source(): EventSource {
    return sourceOf(this.#sourceValues());
  }

  #sourceValues(): string[] {
    const asked =
      this.#routing === 'conflict'
        ? this.#sourceSlots.slice(0, EXPLICIT_FIELDS)
        : this.#sourceSlots;
    return asked.map((slot) => (textOf(this.#view.value(slot)) ?? '').trim().toLowerCase());
  }

  #routed(): readonly number[] {
    const values = this.#routing === 'off' ? [] : this.#sourceValues();
    const key = values.join('\0');
    let routed = this.#routes.get(key);
    if (routed === undefined) {
      const source = sourceOf(values);
      routed = [...this.#rules.keys()].filter((at) => {
        const rule = this.#rules[at];
        return rule !== undefined && meets(rule.logsource, source, this.#routing);
      });
      if (this.#routes.size >= ROUTES_MAX) this.#routes.clear();
      this.#routes.set(key, routed);
    }
    return routed;
  }
}

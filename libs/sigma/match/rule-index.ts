import type { Expr } from '../expr.ts';
import { partsOf } from '../fields/field-ref.ts';
import { FieldIndex } from './field-index.ts';
import type { FieldTable, Slot } from './field-table.ts';
import { IndexEntries } from './index-entries.ts';
import { Memo, type MemoBudget } from './memo.ts';
import { textOf, type RecordView } from './record.ts';
import { WitnessFinder, type Seen } from './witness.ts';

/** What the index has for one name of events. */
interface NameIndex {
  readonly own: FieldIndex | undefined;
  readonly memo: Memo;
  /** Rules called by any value. */
  readonly present: readonly number[];
}

/** A rule by its number, and its condition. */
export interface IndexedRule {
  readonly at: number;
  readonly condition: Expr;
}

/** Calls the rules an event may meet: those of which a necessary condition is there. */
export class RuleIndex {
  readonly #rules: readonly IndexedRule[];
  readonly #table: FieldTable;
  readonly #budget: MemoBudget;
  readonly #entries: IndexEntries;
  /** Made when an event first has the name: most names never come. */
  readonly #names: (NameIndex | undefined)[];
  #anywhere: FieldIndex | undefined;
  #always: readonly number[] = [];
  readonly #out: number[] = [];

  constructor(rules: readonly IndexedRule[], table: FieldTable, budget: MemoBudget) {
    this.#budget = budget;
    this.#rules = rules;
    this.#table = table;
    this.#entries = new IndexEntries();
    this.#names = Array.from({ length: table.names }, () => undefined);
    const finder = new WitnessFinder(table);
    for (const { at, condition } of rules) this.#entries.add(at, finder.find(condition)?.any);
    this.#build();
  }

  /** True when every text of an event has to be read. */
  get readsAll(): boolean {
    return this.#anywhere !== undefined;
  }

  /** The rules to look at, some of them several times. Valid until the next call. */
  candidates(view: RecordView): readonly number[] {
    const out = this.#out;
    out.length = 0;
    for (const rule of this.#always) out.push(rule);
    for (const name of view.names) {
      this.#named(this.#names[name] ?? this.#makeName(name), view, name, out);
    }
    if (this.#anywhere !== undefined) {
      for (const text of view.foldedStrays()) this.#anywhere.collect(text, out);
    }
    return out;
  }

  /** Looks anew for the witnesses of some rules, now that it is known how often each was seen. */
  improve(rules: ReadonlySet<number>, seen: Seen): void {
    const finder = new WitnessFinder(this.#table, seen);
    this.#entries.drop(rules);
    for (const { at, condition } of this.#rules) {
      if (rules.has(at)) this.#entries.add(at, finder.find(condition)?.any);
    }
    this.#build();
  }

  /** Takes over what changed; the names it concerns are made anew when they come. */
  #build(): void {
    const entries = this.#entries;
    this.#always = [...entries.always];
    if (entries.anywhereChanged) {
      const { anywhere } = entries;
      this.#anywhere = anywhere.length > 0 ? new FieldIndex(anywhere) : undefined;
      this.#budget.forget();
    }
    for (const at of entries.changed) {
      const { names, made } = this.#table.slots[at] as Slot;
      for (const name of names) this.#names[name] = undefined;
      for (const part of made === undefined ? [] : partsOf(made)) {
        this.#names[this.#table.nameOf(part)] = undefined;
      }
    }
    entries.settle();
  }

  #makeName(name: number): NameIndex {
    const slots = this.#table.slotsOf[name] ?? [];
    // A made value has no name of its own: any of its parts calls.
    const made = this.#table.madeOf[name] ?? [];
    const present = new Set(slots.flatMap((slot) => [...(this.#entries.present.get(slot) ?? [])]));
    for (const slot of made) {
      for (const rule of this.#entries.present.get(slot) ?? []) present.add(rule);
      for (const { rule } of this.#entries.texts.get(slot) ?? []) present.add(rule);
    }
    const texts = slots.flatMap((slot) => this.#entries.texts.get(slot) ?? []);
    const index: NameIndex = {
      own: texts.length > 0 ? new FieldIndex(texts) : undefined,
      memo: new Memo(this.#budget),
      present: [...present],
    };
    this.#names[name] = index;
    return index;
  }

  #named(index: NameIndex, view: RecordView, name: number, out: number[]): void {
    for (const rule of index.present) out.push(rule);
    if (index.own === undefined && this.#anywhere === undefined) return;
    const value = view.named(name);
    if (typeof value === 'object') {
      const texts = view.foldedName(name);
      if (typeof texts === 'object') for (const text of texts) this.#text(index, text, out);
      return;
    }
    const text = textOf(value);
    if (text === undefined) return;
    const known = index.memo.find(text);
    if (known !== undefined) {
      for (const rule of known) out.push(rule);
      return;
    }
    const from = out.length;
    this.#text(index, view.foldedName(name) as string, out);
    index.memo.keep(text, out, from);
  }

  #text(index: NameIndex, folded: string, out: number[]): void {
    index.own?.collect(folded, out);
    this.#anywhere?.collect(folded, out);
  }
}

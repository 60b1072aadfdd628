import type { Expr } from '../expr.ts';
import { partsOf } from '../fields/field-ref.ts';
import { fold } from '../fold.ts';
import { Calls } from './calls.ts';
import { FieldIndex } from './field-index.ts';
import type { FieldTable, Slot } from './field-table.ts';
import { IndexEntries } from './index-entries.ts';
import { Memo, type MemoBudget } from './memo.ts';
import { textOf, type RecordView } from './record.ts';
import { firstWitnesses } from './first-witnesses.ts';
import { WitnessFinder, type Seen } from './witness.ts';

/** What the index has for one name of events. */
interface NameIndex {
  /** Witnesses of the name's fields, and those of any text unless they stand apart. */
  readonly texts: FieldIndex | undefined;
  /** Witnesses of any text where these are too many to be laid into every name's. */
  readonly apart: FieldIndex | undefined;
  /** A text of usual letters that is shorter calls nothing. */
  readonly lengthMin: number;
  /** True when a number under the name may be a witness. */
  readonly own: boolean;
  readonly memo: Memo;
  /** Rules called by any value. */
  readonly present: readonly number[];
}

/** Witnesses of any text that are sought together with those of a name's fields. */
const TOGETHER_MAX = 1_000;

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
  readonly #calls = new Calls();

  constructor(rules: readonly IndexedRule[], table: FieldTable, budget: MemoBudget) {
    this.#budget = budget;
    this.#rules = rules;
    this.#table = table;
    this.#entries = new IndexEntries();
    this.#names = Array.from({ length: table.names }, () => undefined);
    for (const { at, condition } of rules) {
      this.#entries.add(at, firstWitnesses(condition, table));
    }
    this.#build();
  }

  /** True when every text of an event has to be read. */
  get readsAll(): boolean {
    return this.#anywhere !== undefined;
  }

  /** The rules to look at, some of them several times. Valid until the next call. */
  candidates(view: RecordView): Calls {
    const calls = this.#calls;
    calls.count = 0;
    for (const rule of this.#always) calls.add(rule);
    for (let i = 0; i < view.nameCount; i++) {
      const name = view.names[i] as number;
      this.#named(this.#names[name] ?? this.#makeName(name), view, name);
    }
    const anywhere = this.#anywhere;
    if (anywhere !== undefined) {
      for (let i = 0; i < view.strayCount; i++) {
        const text = view.strays[i] as string;
        if (!isTooShort(text, anywhere.lengthMin)) anywhere.collect(fold(text), calls);
      }
    }
    return calls;
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
      this.#names.fill(undefined);
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
    const own = slots.flatMap((slot) => this.#entries.texts.get(slot) ?? []);
    const { anywhere } = this.#entries;
    const together = own.length > 0 && anywhere.length <= TOGETHER_MAX;
    const alone = own.length === 0;
    const texts = alone ? this.#anywhere : new FieldIndex(together ? [...own, ...anywhere] : own);
    const apart = alone || together ? undefined : this.#anywhere;
    const index: NameIndex = {
      texts,
      apart,
      lengthMin: Math.min(texts?.lengthMin ?? 0, apart?.lengthMin ?? Infinity),
      own: !alone,
      memo: new Memo(this.#budget),
      present: [...present],
    };
    this.#names[name] = index;
    return index;
  }

  #named(index: NameIndex, view: RecordView, name: number): void {
    const calls = this.#calls;
    for (const rule of index.present) calls.add(rule);
    const { texts } = index;
    if (texts === undefined) return;
    const value = view.named(name);
    if (typeof value === 'object') {
      const folded = view.foldedName(name);
      if (typeof folded === 'string') this.#text(index, folded);
      else if (folded !== undefined) for (const text of folded) this.#text(index, text);
      return;
    }
    // A keyword is sought in texts alone.
    const text = typeof value === 'string' ? value : index.own ? textOf(value) : undefined;
    if (text === undefined || isTooShort(text, index.lengthMin)) return;
    const known = index.memo.find(text);
    if (known !== undefined) {
      for (const rule of known) calls.add(rule);
      return;
    }
    const from = calls.count;
    this.#text(index, view.foldedName(name) as string);
    index.memo.keep(text, calls, from);
  }

  #text(index: NameIndex, folded: string): void {
    index.texts?.collect(folded, this.#calls);
    index.apart?.collect(folded, this.#calls);
  }
}

/** True for a text that is shorter than any witness, in lower case too. */
function isTooShort(text: string, lengthMin: number): boolean {
  return text.length < lengthMin && !UNUSUAL.test(text);
}

// Beyond Latin-1 a text may grow when it is folded.
const UNUSUAL = /[\u0080-\uffff]/;

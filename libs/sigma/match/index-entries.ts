import { partsOf } from '../fields/field-ref.ts';
import type { FieldEntry } from './field-index.ts';
import type { FieldTable } from './field-table.ts';
import { ANY_SLOT, type Witness } from './witness.ts';

/** The witnesses of rules by the names of events that show them, and which of these changed. */
export class IndexEntries {
  readonly #table: FieldTable;
  /** Rules without witness. */
  readonly always = new Set<number>();
  anywhere: FieldEntry[] = [];
  anywhereChanged = false;
  readonly texts = new Map<number, FieldEntry[]>();
  readonly present = new Map<number, Set<number>>();
  readonly changed = new Set<number>();

  constructor(table: FieldTable) {
    this.#table = table;
  }

  /** Notes the witnesses of a rule; undefined when it has none. */
  add(rule: number, witnesses: readonly Witness[] | undefined): void {
    if (witnesses === undefined) this.always.add(rule);
    for (const witness of witnesses ?? []) {
      if (witness.slot === ANY_SLOT) this.#addAnywhere(witness, rule);
      else this.#addNamed(witness, rule);
    }
  }

  /** Forgets the witnesses of rules. */
  drop(rules: ReadonlySet<number>): void {
    const stays = ({ rule }: FieldEntry) => !rules.has(rule);
    for (const rule of rules) this.always.delete(rule);
    if (!this.anywhere.every(stays)) {
      this.anywhere = this.anywhere.filter(stays);
      this.anywhereChanged = true;
    }
    for (const [name, entries] of this.texts) {
      if (entries.every(stays)) continue;
      this.texts.set(name, entries.filter(stays));
      this.changed.add(name);
    }
    for (const [name, there] of this.present) {
      for (const rule of rules) if (there.delete(rule)) this.changed.add(name);
    }
  }

  /** What changed has been taken over. */
  settle(): void {
    this.changed.clear();
    this.anywhereChanged = false;
  }

  #addAnywhere(witness: Witness, rule: number): void {
    if (witness.kind === 'present') return;
    this.anywhere.push({ witness, rule });
    this.anywhereChanged = true;
  }

  #addNamed(witness: Witness, rule: number): void {
    const slot = this.#table.slots[witness.slot];
    for (const name of slot?.names ?? []) {
      this.changed.add(name);
      if (witness.kind === 'present') this.#addPresent(name, rule);
      else this.#addText(name, { witness, rule });
    }
    // A made value has no name of its own: any of its parts calls.
    for (const part of slot?.made === undefined ? [] : partsOf(slot.made)) {
      this.#addPresent(this.#table.nameOf(part), rule);
    }
  }

  #addText(name: number, entry: FieldEntry): void {
    const entries = this.texts.get(name);
    if (entries === undefined) this.texts.set(name, [entry]);
    else entries.push(entry);
  }

  #addPresent(name: number, rule: number): void {
    const there = this.present.get(name);
    if (there === undefined) this.present.set(name, new Set([rule]));
    else there.add(rule);
    this.changed.add(name);
  }
}

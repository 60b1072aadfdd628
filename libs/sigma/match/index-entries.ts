import type { FieldEntry } from './field-index.ts';
import { ANY_SLOT, type Witness } from './witness.ts';

/** The witnesses of rules by the fields that show them. */
export class IndexEntries {
  /** Rules without witness. */
  readonly always = new Set<number>();
  anywhere: FieldEntry[] = [];
  readonly texts = new Map<number, FieldEntry[]>();
  /** Rules that any value of a field calls. */
  readonly present = new Map<number, Set<number>>();
  /** Fields whose witnesses changed since `settle`. */
  readonly changed = new Set<number>();
  anywhereChanged = false;

  /** Notes the witnesses of a rule; undefined when it has none. */
  add(rule: number, witnesses: readonly Witness[] | undefined): void {
    if (witnesses === undefined) this.always.add(rule);
    let slot = ANY_SLOT;
    let list = this.anywhere;
    for (const witness of witnesses ?? []) {
      if (witness.kind === 'present') {
        this.#addPresent(witness.slot, rule);
        continue;
      }
      // Those of one field mostly follow each other.
      if (witness.slot !== slot) {
        ({ slot } = witness);
        list = slot === ANY_SLOT ? this.anywhere : this.#textsOf(slot);
      }
      if (slot === ANY_SLOT) this.anywhereChanged = true;
      list.push({ witness, rule });
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
    for (const [slot, entries] of this.texts) {
      if (entries.every(stays)) continue;
      this.texts.set(slot, entries.filter(stays));
      this.changed.add(slot);
    }
    for (const [slot, there] of this.present) {
      for (const rule of rules) if (there.delete(rule)) this.changed.add(slot);
    }
  }

  /** What changed was taken over. */
  settle(): void {
    this.changed.clear();
    this.anywhereChanged = false;
  }

  #textsOf(slot: number): FieldEntry[] {
    this.changed.add(slot);
    let entries = this.texts.get(slot);
    if (entries === undefined) {
      entries = [];
      this.texts.set(slot, entries);
    }
    return entries;
  }

  #addPresent(slot: number, rule: number): void {
    this.changed.add(slot);
    const there = this.present.get(slot);
    if (there === undefined) this.present.set(slot, new Set([rule]));
    else there.add(rule);
  }
}

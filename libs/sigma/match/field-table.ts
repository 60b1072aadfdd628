import { partsOf, type FieldRef, type Making } from '../fields/field-ref.ts';

/** Where a key of an event leads: to a name that rules look at, and to names below it. */
export interface Place {
  /** Number of the name; -1 when rules look only below. */
  name: number;
  children: Map<string, Place> | undefined;
}

/** A field of rules: the names it may have, by number, first that holds a value wins. */
export interface Slot {
  readonly names: readonly number[];
  readonly made: Making | undefined;
}

export const NO_NAME = -1;

/** Numbers the fields that rules look at and the names that events may have for them. */
export class FieldTable {
  readonly root: Place = { name: NO_NAME, children: undefined };
  readonly slots: Slot[] = [];
  /**
   * By the number of a name: the fields that may stand under it, and those made of it among others.
   */
  readonly slotsOf: number[][] = [];
  readonly madeOf: number[][] = [];
  readonly #slotOf = new Map<FieldRef, number>();
  readonly #nameOf = new Map<string, number>();

  /** How many names there are. */
  get names(): number {
    return this.#nameOf.size;
  }

  /** The number of a field; the same reference always has the same. */
  slotOf(ref: FieldRef): number {
    const known = this.#slotOf.get(ref);
    if (known !== undefined) return known;
    const slot = this.slots.length;
    const names = ref.names.map((name) => this.nameOf(name));
    this.slots.push({ names, made: ref.made });
    this.#slotOf.set(ref, slot);
    for (const name of names) this.slotsOf[name]?.push(slot);
    for (const part of ref.made === undefined ? [] : partsOf(ref.made)) {
      this.madeOf[this.nameOf(part)]?.push(slot);
    }
    return slot;
  }

  /** The number of a name of events. */
  nameOf(name: string): number {
    const known = this.#nameOf.get(name);
    if (known !== undefined) return known;
    const number = this.#nameOf.size;
    this.#nameOf.set(name, number);
    this.slotsOf.push([]);
    this.madeOf.push([]);
    this.#place(this.root, name, number);
    return number;
  }

  // A dotted name may be one key, nested objects, or any mixture of both.
  #place(from: Place, rest: string, number: number): void {
    childOf(from, rest).name = number;
    for (let dot = rest.indexOf('.'); dot > 0; dot = rest.indexOf('.', dot + 1)) {
      this.#place(childOf(from, rest.slice(0, dot)), rest.slice(dot + 1), number);
    }
  }
}

function childOf(place: Place, key: string): Place {
  place.children ??= new Map();
  let child = place.children.get(key);
  if (child === undefined) {
    child = { name: NO_NAME, children: undefined };
    place.children.set(key, child);
  }
  return child;
}

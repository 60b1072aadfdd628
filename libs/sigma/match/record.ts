import { compose, fold } from '../fold.ts';
import { makeValue, namesOf, type FieldRef } from '../fields/field-ref.ts';

/** Objects and lists inside each other; what lies deeper is not looked at. */
const DEPTH_MAX = 64;

/** A text, the texts of a list, or undefined when the field holds none. */
export type Texts = string | readonly string[] | undefined;

/** Where the name of a field leads: to slots, and to names below it. */
interface Place {
  /** Pairs of slot and rank of the name; the lowest rank that is there wins. */
  readonly slots: number[];
  children: Map<string, Place> | undefined;
}

/** Any JSON object, or a flat dotted ECS record. */
export type Json = Readonly<Record<string, unknown>>;

/** Gives every field that rules look at a number, its slot, and finds the slots of an event's names. */
export class Slots {
  readonly root: Place = { slots: [], children: undefined };
  readonly refs: FieldRef[] = [];
  readonly #known = new Map<FieldRef, number>();

  /** The slot of a field. */
  slotOf(ref: FieldRef): number {
    const known = this.#known.get(ref);
    if (known !== undefined) return known;
    const slot = this.refs.length;
    this.refs.push(ref);
    this.#known.set(ref, slot);
    for (const [rank, name] of ref.names.entries()) this.#add(this.root, name, slot, rank);
    if (ref.made !== undefined) {
      for (const name of namesOf(ref).slice(ref.names.length)) this.slotOf(this.partOf(name));
    }
    return slot;
  }

  /** A reference to one ECS field that others are made of. */
  partOf(name: string): FieldRef {
    let part = this.#parts.get(name);
    if (part === undefined) {
      part = { name, names: [name] };
      this.#parts.set(name, part);
    }
    return part;
  }

  readonly #parts = new Map<string, FieldRef>();

  // A dotted name may be one key, nested objects, or any mixture of both.
  #add(from: Place, name: string, slot: number, rank: number): void {
    const own = childOf(from, name);
    own.slots.push(slot, rank);
    for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
      this.#add(childOf(from, name.slice(0, dot)), name.slice(dot + 1), slot, rank);
    }
  }
}

function childOf(place: Place, key: string): Place {
  place.children ??= new Map();
  let child = place.children.get(key);
  if (child === undefined) {
    child = { slots: [], children: undefined };
    place.children.set(key, child);
  }
  return child;
}

const ABSENT = 1 << 20;
/** A null stands behind every name that holds a value. */
const NULL_RANK = 1 << 16;

/** One event as the rules see it: the values of the slots, and texts in lower case made once. */
export class RecordView {
  readonly #slots: Slots;
  readonly #keywords: boolean;
  readonly values: unknown[] = [];
  readonly #ranks: number[] = [];
  readonly #folded: Texts[] = [];
  readonly #ready: boolean[] = [];
  /** Slots that hold something. */
  readonly touched: number[] = [];
  /** Every text of the event, when keywords are asked for. */
  readonly leaves: string[] = [];
  #foldedLeaves: string[] | undefined;

  constructor(slots: Slots, keywords: boolean) {
    this.#slots = slots;
    this.#keywords = keywords;
    for (let i = 0; i < slots.refs.length; i++) {
      this.values.push(undefined);
      this.#ranks.push(ABSENT);
      this.#folded.push(undefined);
      this.#ready.push(false);
    }
  }

  /** Looks at another event; what was read of the one before is forgotten. */
  load(record: Json): void {
    for (const slot of this.touched) {
      this.values[slot] = undefined;
      this.#ranks[slot] = ABSENT;
      this.#folded[slot] = undefined;
      this.#ready[slot] = false;
    }
    this.touched.length = 0;
    this.leaves.length = 0;
    this.#foldedLeaves = undefined;
    this.#walk(record, this.#slots.root, 0);
  }

  /** The value of a slot; undefined when the event has no such field, null when it is null. */
  value(slot: number): unknown {
    const value = this.values[slot];
    if (value !== undefined && value !== null) return value;
    const made = this.#slots.refs[slot]?.made;
    if (made === undefined) return value;
    return makeValue(made, (name) => {
      const part = this.values[this.#slots.slotOf(this.#slots.partOf(name))];
      const text = Array.isArray(part) ? textOf(part[0]) : textOf(part);
      return text === undefined ? undefined : compose(text);
    });
  }

  /** The texts of a slot in lower case. */
  folded(slot: number): Texts {
    if (this.#ready[slot]) return this.#folded[slot];
    const texts = mapTexts(textsOf(this.value(slot)), fold);
    this.#folded[slot] = texts;
    if (this.#ranks[slot] !== ABSENT) this.#ready[slot] = true;
    return texts;
  }

  /** The texts of a slot as they are. */
  plain(slot: number): Texts {
    return mapTexts(textsOf(this.value(slot)), compose);
  }

  /** Every text of the event in lower case. */
  foldedLeaves(): readonly string[] {
    this.#foldedLeaves ??= this.leaves.map(fold);
    return this.#foldedLeaves;
  }

  #walk(object: Json, place: Place | undefined, depth: number): void {
    const children = place?.children;
    for (const key in object) {
      const value = object[key];
      const child = children?.get(key);
      if (child !== undefined) this.#put(child, value);
      else if (!this.#keywords) continue;
      if (typeof value === 'string') {
        if (this.#keywords) this.leaves.push(value);
      } else if (typeof value === 'object' && value !== null) {
        if (child?.children !== undefined || this.#keywords) this.#below(value, child, depth);
      }
    }
  }

  #below(value: object, place: Place | undefined, depth: number): void {
    if (depth >= DEPTH_MAX) return;
    if (!Array.isArray(value)) {
      this.#walk(value as Json, place, depth + 1);
      return;
    }
    for (const item of value as unknown[]) {
      if (typeof item === 'string') {
        if (this.#keywords) this.leaves.push(item);
      } else if (typeof item === 'object' && item !== null) this.#below(item, place, depth + 1);
    }
  }

  #put(place: Place, value: unknown): void {
    const { slots } = place;
    for (let i = 0; i < slots.length; i += 2) {
      const slot = slots[i] as number;
      const rank = (slots[i + 1] as number) + (value === null ? NULL_RANK : 0);
      const held = this.#ranks[slot] as number;
      if (held === ABSENT) this.touched.push(slot);
      if (rank < held) {
        this.values[slot] = value;
        this.#ranks[slot] = rank;
      } else if (rank === held) {
        // Reached again through a list of objects: the field has several values.
        this.values[slot] = [this.values[slot], value].flat();
      }
    }
  }
}

/** The text of a scalar as rules compare it; undefined for null, objects and nothing. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function textsOf(value: unknown): Texts {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return textOf(value);
  return value.flat(DEPTH_MAX).flatMap((item) => textOf(item) ?? []);
}

function mapTexts(texts: Texts, change: (text: string) => string): Texts {
  if (texts === undefined) return undefined;
  return typeof texts === 'string' ? change(texts) : texts.map(change);
}

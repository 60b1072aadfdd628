import { makeValue } from '../fields/field-ref.ts';
import { compose, fold } from '../fold.ts';
import { NO_NAME, type FieldTable, type Place, type Slot } from './field-table.ts';

/** Objects and lists inside each other; what lies deeper is not looked at. */
export const DEPTH_MAX = 64;

/** A text, the texts of a list, or undefined when the field holds none. */
export type Texts = string | readonly string[] | undefined;

/** Any JSON object, or a flat dotted ECS record. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * One event as the rules see it: the values of the names they look at, and texts in lower case made
 * once.
 */
export class RecordView {
  readonly #table: FieldTable;
  readonly #values: unknown[] = [];
  readonly #folded: Texts[] = [];
  readonly #isFolded: boolean[] = [];
  readonly #plain: Texts[] = [];
  readonly #isPlain: boolean[] = [];
  /** Numbers of the names that the event has. */
  readonly names: number[] = [];
  /** Whether `strays` are gathered. */
  readsAll = false;
  /** Texts under names that no rule looks at. */
  readonly strays: string[] = [];
  #record: Json = {};
  #leaves: readonly string[] | undefined;
  #foldedLeaves: readonly string[] | undefined;

  constructor(table: FieldTable) {
    this.#table = table;
    for (let i = 0; i < table.names; i++) {
      this.#values.push(undefined);
      this.#folded.push(undefined);
      this.#isFolded.push(false);
      this.#plain.push(undefined);
      this.#isPlain.push(false);
    }
  }

  /** Looks at another event; what was read of the one before is forgotten. */
  load(record: Json): void {
    for (const name of this.names) {
      this.#values[name] = undefined;
      this.#folded[name] = undefined;
      this.#isFolded[name] = false;
      if (this.#isPlain[name] === true) {
        this.#plain[name] = undefined;
        this.#isPlain[name] = false;
      }
    }
    this.names.length = 0;
    this.strays.length = 0;
    this.#record = record;
    this.#leaves = undefined;
    this.#foldedLeaves = undefined;
    this.#walk(record, this.#table.root, 0);
  }

  /** The value of a field; undefined when the event has no such field, null when it is null. */
  value(slot: number): unknown {
    const { names, made } = this.#table.slots[slot] as Slot;
    let nothing: unknown;
    for (const name of names) {
      const value = this.#values[name];
      if (value !== undefined && value !== null) return value;
      if (value === null) nothing = null;
    }
    if (made === undefined) return nothing;
    return makeValue(made, (part) => this.#firstText(this.#table.nameOf(part))) ?? nothing;
  }

  /** The value under a name. */
  named(name: number): unknown {
    return this.#values[name];
  }

  /** The texts of a field in lower case. */
  folded(slot: number): Texts {
    const { names, made } = this.#table.slots[slot] as Slot;
    for (const name of names) {
      const value = this.#values[name];
      if (value !== undefined && value !== null) return this.foldedName(name);
    }
    return made === undefined ? undefined : mapTexts(textsOf(this.value(slot)), fold);
  }

  /** The texts under a name in lower case. */
  foldedName(name: number): Texts {
    if (this.#isFolded[name]) return this.#folded[name];
    const texts = mapTexts(textsOf(this.#values[name]), fold);
    this.#folded[name] = texts;
    this.#isFolded[name] = true;
    return texts;
  }

  /** The texts of a field, composed but otherwise as they are. */
  plain(slot: number): Texts {
    const { names, made } = this.#table.slots[slot] as Slot;
    for (const name of names) {
      const value = this.#values[name];
      if (value === undefined || value === null) continue;
      if (this.#isPlain[name] === true) return this.#plain[name];
      const texts = mapTexts(textsOf(value), compose);
      this.#plain[name] = texts;
      this.#isPlain[name] = true;
      return texts;
    }
    return made === undefined ? undefined : mapTexts(textsOf(this.value(slot)), compose);
  }

  /** Every text of the event as it is. */
  plainLeaves(): readonly string[] {
    this.#leaves ??= leavesOf(this.#record, 0, []).map(compose);
    return this.#leaves;
  }

  /** Every text of the event in lower case. */
  foldedLeaves(): readonly string[] {
    this.#foldedLeaves ??= this.plainLeaves().map(fold);
    return this.#foldedLeaves;
  }

  /** Texts under names that no rule looks at, in lower case. */
  foldedStrays(): readonly string[] {
    return this.strays.map(fold);
  }

  #firstText(name: number): string | undefined {
    const value = this.#values[name];
    const text = textOf(Array.isArray(value) ? (value as unknown[])[0] : value);
    return text === undefined ? undefined : compose(text);
  }

  #walk(object: Json, place: Place | undefined, depth: number): void {
    const children = place?.children;
    for (const key in object) {
      const child = children?.get(key);
      if (child === undefined && !this.readsAll) continue;
      const value = object[key];
      const known = child !== undefined && child.name !== NO_NAME;
      if (known) this.#put(child.name, value);
      if (typeof value === 'string') {
        if (this.readsAll && !known) this.strays.push(value);
      } else if (typeof value === 'object' && value !== null) {
        if (child?.children !== undefined || this.readsAll) this.#below(value, child, depth);
      }
    }
  }

  #below(value: object, place: Place | undefined, depth: number): void {
    if (depth >= DEPTH_MAX) return;
    if (!Array.isArray(value)) {
      this.#walk(value as Json, place, depth + 1);
      return;
    }
    const known = place !== undefined && place.name !== NO_NAME;
    for (const item of value as unknown[]) {
      if (typeof item === 'string') {
        if (this.readsAll && !known) this.strays.push(item);
      } else if (typeof item === 'object' && item !== null) this.#below(item, place, depth + 1);
    }
  }

  #put(name: number, value: unknown): void {
    const held = this.#values[name];
    if (value === undefined) return;
    if (held === undefined) {
      this.#values[name] = value;
      this.names.push(name);
    } else if (Array.isArray(held) && this.#gathered.has(held)) held.push(value);
    else {
      // Reached again, through a list of objects: the field has several values.
      const values = [held, value];
      this.#gathered.add(values);
      this.#values[name] = values;
    }
  }

  readonly #gathered = new WeakSet<object>();
}

function leavesOf(value: object, depth: number, into: string[]): string[] {
  for (const item of Object.values(value) as unknown[]) {
    if (typeof item === 'string') into.push(item);
    else if (typeof item === 'object' && item !== null && depth < DEPTH_MAX) {
      leavesOf(item, depth + 1, into);
    }
  }
  return into;
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

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
  readonly #values: unknown[];
  readonly #folded: Texts[];
  readonly #plain: Texts[];
  /** The event in which a name got its value, and its texts: what is older does not count. */
  readonly #valueIn: Int32Array;
  readonly #foldedIn: Int32Array;
  readonly #plainIn: Int32Array;
  /** Numbers of the names that the event has; the first `nameCount` count. */
  readonly names: Int32Array;
  nameCount = 0;
  /** Whether `strays` are gathered. */
  readsAll = false;
  /** Texts under names that no rule looks at; the first `strayCount` count. */
  strays: string[] = [];
  strayCount = 0;
  readonly #gathered = new WeakSet<object>();
  #event = 0;
  #record: Json = {};
  #leaves: readonly string[] | undefined;
  #foldedLeaves: readonly string[] | undefined;

  constructor(table: FieldTable) {
    const count = table.names;
    this.#table = table;
    this.#values = Array.from({ length: count }, () => undefined);
    this.#folded = Array.from({ length: count }, () => undefined);
    this.#plain = Array.from({ length: count }, () => undefined);
    this.#valueIn = new Int32Array(count);
    this.#foldedIn = new Int32Array(count);
    this.#plainIn = new Int32Array(count);
    this.names = new Int32Array(count);
  }

  /** Looks at another event; what was read of the one before is forgotten. */
  load(record: Json): void {
    if (this.#event === EVENTS_MAX) this.#beginAnew();
    this.#event++;
    this.nameCount = 0;
    if (this.strayCount > STRAYS_KEPT) this.strays = [];
    this.strayCount = 0;
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
      const value = this.named(name);
      if (value !== undefined && value !== null) return value;
      if (value === null) nothing = null;
    }
    if (made === undefined) return nothing;
    return makeValue(made, (part) => this.#firstText(this.#table.nameOf(part))) ?? nothing;
  }

  /** The value under a name. */
  named(name: number): unknown {
    return this.#valueIn[name] === this.#event ? this.#values[name] : undefined;
  }

  /** The texts of a field in lower case. */
  folded(slot: number): Texts {
    const { names, made } = this.#table.slots[slot] as Slot;
    for (const name of names) {
      const value = this.named(name);
      if (value !== undefined && value !== null) return this.foldedName(name);
    }
    return made === undefined ? undefined : mapTexts(textsOf(this.value(slot)), fold);
  }

  /** The texts under a name in lower case. */
  foldedName(name: number): Texts {
    if (this.#foldedIn[name] === this.#event) return this.#folded[name];
    const texts = mapTexts(textsOf(this.named(name)), fold);
    this.#folded[name] = texts;
    this.#foldedIn[name] = this.#event;
    return texts;
  }

  /** The texts of a field, composed but otherwise as they are. */
  plain(slot: number): Texts {
    const { names, made } = this.#table.slots[slot] as Slot;
    for (const name of names) {
      const value = this.named(name);
      if (value === undefined || value === null) continue;
      if (this.#plainIn[name] === this.#event) return this.#plain[name];
      const texts = mapTexts(textsOf(value), compose);
      this.#plain[name] = texts;
      this.#plainIn[name] = this.#event;
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

  #firstText(name: number): string | undefined {
    const value = this.named(name);
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
        if (this.readsAll && !known) this.#stray(value);
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
        if (this.readsAll && !known) this.#stray(item);
      } else if (typeof item === 'object' && item !== null) this.#below(item, place, depth + 1);
    }
  }

  #stray(text: string): void {
    this.strays[this.strayCount++] = text;
  }

  #put(name: number, value: unknown): void {
    if (value === undefined) return;
    if (this.#valueIn[name] !== this.#event) {
      this.#valueIn[name] = this.#event;
      this.#values[name] = value;
      this.names[this.nameCount++] = name;
      return;
    }
    const held = this.#values[name];
    if (Array.isArray(held) && this.#gathered.has(held)) held.push(value);
    else {
      // Reached again, through a list of objects: the field has several values.
      const values = [held, value];
      this.#gathered.add(values);
      this.#values[name] = values;
    }
  }

  #beginAnew(): void {
    this.#event = 0;
    this.#valueIn.fill(0);
    this.#foldedIn.fill(0);
    this.#plainIn.fill(0);
  }
}

/** Events counted before the count begins anew. */
const EVENTS_MAX = 2 ** 30;
/** Room for texts under other names that is kept from event to event. */
const STRAYS_KEPT = 256;

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
  const items = value as readonly unknown[];
  // Most lists hold one text.
  if (items.length === 1 && typeof items[0] === 'string') return items[0];
  const flat = items.some((item) => Array.isArray(item)) ? items.flat(DEPTH_MAX) : items;
  const texts: string[] = [];
  for (const item of flat) {
    const text = textOf(item);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

function mapTexts(texts: Texts, change: (text: string) => string): Texts {
  if (texts === undefined) return undefined;
  return typeof texts === 'string' ? change(texts) : texts.map(change);
}

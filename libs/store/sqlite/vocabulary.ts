import type { FieldValue } from '#libs/model';

import { CommonWords } from './common-words.ts';
import {
  CODE_BEYOND,
  COLUMN_VALUES_MAX,
  DAY_FIELDS_MAX,
  DAY_SHAPES_MAX,
  HAS_WORD,
  indexingOf,
  SHAPE_BEYOND,
  SLOT_OF_FIELD,
  TOKEN_END,
  WORD_SLOT,
} from './layout.ts';
import { fieldPrefix, tokenOf } from './tokens.ts';

/** A field of a day: its number, and how its values are found. */
export class DayField {
  readonly id: number;
  readonly name: string;
  readonly indexing: 'column' | 'token' | 'read';
  /** Column number; -1 when it is none. */
  readonly slot: number;
  readonly #prefix: string;
  #lastValue: string | number | boolean = '';
  #lastToken: string;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
    this.indexing = indexingOf(name);
    this.slot = SLOT_OF_FIELD.get(name) ?? -1;
    this.#prefix = TOKEN_END + fieldPrefix(id);
    this.#lastToken = this.#prefix + tokenOf('');
  }

  /** A value's token with `TOKEN_END` before it. A value like the one before is not made again. */
  token(value: string | number | boolean): string {
    if (value === this.#lastValue) return this.#lastToken;
    this.#lastValue = value;
    return (this.#lastToken = this.#prefix + tokenOf(value));
  }
}

/** A list of field names in order, reached name by name. */
export interface ShapeNode {
  readonly next: Map<string, ShapeNode>;
  /** The field of the last name; undefined at the root and beyond the bounds. */
  readonly field: DayField | undefined;
  /** The name, behind a NUL when the field is empty. */
  readonly key: string;
  readonly parent: ShapeNode | undefined;
  likely: ShapeNode | undefined;
  /** Number of the shape that ends here, once an event had it. */
  shape: number | undefined;
}

/** What a day's file has to be told. */
export interface Additions {
  readonly fields: DayField[];
  readonly shapes: { id: number; fields: string }[];
  readonly values: { slot: number; code: number; v: string }[];
}

const NODES_MAX = 65_536;
const RECENT_VALUES = 64;
const RECENT_SIZE = (SLOT_OF_FIELD.size + 2) * RECENT_VALUES;
/** Longer values are no column values; they are found by tokens. */
const COLUMN_VALUE_CHARS_MAX = 256;

/**
 * Numbers for the names, shapes and column values of one day; what is new is handed out by
 * `takeAdditions`.
 */
export class DayVocabulary {
  readonly root: ShapeNode = node(undefined, undefined, '');
  readonly words = new CommonWords();
  readonly #fields = new Map<string, DayField>();
  /** By column number. */
  readonly #codes: (Map<FieldValue, number> | undefined)[] = [];
  /**
   * What `codeOf` was asked last, by column number and the look of the value; lists of one text
   * come after the texts.
   */
  readonly #recentValues: string[] = Array.from({ length: RECENT_SIZE * 2 }, () => '');
  readonly #recentCodes = new Uint16Array(RECENT_SIZE * 2);
  #shapes = 0;
  #nodes = 0;
  #additions: Additions = { fields: [], shapes: [], values: [] };

  /** Remembers what the file has. Shapes hold field numbers, negative where the field was empty. */
  load(known: {
    readonly fields: readonly { id: number; name: string }[];
    readonly shapes: readonly { id: number; fields: string }[];
    readonly values: readonly { slot: number; code: number; v: string }[];
  }): void {
    const names = new Map<number, string>();
    for (const { id, name } of known.fields) {
      this.#fields.set(name, new DayField(id, name));
      names.set(id, name);
    }
    for (const { id, fields } of known.shapes) {
      let at: ShapeNode | undefined = this.root;
      for (const number of JSON.parse(fields) as number[]) {
        at = at && this.step(at, names.get(Math.abs(number)) ?? '', number < 0);
      }
      if (at !== undefined) at.shape = id;
      this.#shapes = Math.max(this.#shapes, id);
    }
    for (const { slot, code, v } of known.values) {
      if (slot >= WORD_SLOT) this.words.load(JSON.parse(v) as string, slot);
      else this.#codesOf(slot).set(codeKey(JSON.parse(v) as FieldValue), code);
    }
    this.#additions = { fields: [], shapes: [], values: [] };
  }

  /** Undefined when the day has no room for another field or another branch of shapes. */
  step(from: ShapeNode, name: string, empty: boolean): ShapeNode | undefined {
    const key = empty ? `\0${name}` : name;
    // What followed last time mostly follows again.
    if (from.likely?.key === key) return from.likely;
    const known = from.next.get(key);
    if (known !== undefined) return (from.likely = known);
    const field = this.field(name);
    if (field === undefined || this.#nodes >= NODES_MAX) return undefined;
    this.#nodes++;
    const made = node(from, field, key);
    from.next.set(key, made);
    return made;
  }

  /** Undefined when the day has no room for the name; it then never gets one. */
  field(name: string): DayField | undefined {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    // Columns always find room: there are fewer of them than the bound leaves.
    const room = DAY_FIELDS_MAX - (SLOT_OF_FIELD.has(name) ? 0 : SLOT_OF_FIELD.size);
    // A name that begins with NUL would be taken for an empty field of another name.
    if (this.#fields.size >= room || name.startsWith('\0')) return undefined;
    const field = new DayField(this.#fields.size + 1, name);
    this.#fields.set(name, field);
    this.#additions.fields.push(field);
    return field;
  }

  /**
   * The number of the shape that ends at `end`; `SHAPE_BEYOND` when the day has no room for
   * another.
   */
  shapeOf(end: ShapeNode): number {
    if (end.shape !== undefined) return end.shape;
    if (this.#shapes >= DAY_SHAPES_MAX) return SHAPE_BEYOND;
    end.shape = ++this.#shapes;
    const fields: number[] = [];
    for (let at: ShapeNode | undefined = end; at?.field !== undefined; at = at.parent) {
      fields.unshift(at.key.startsWith('\0') ? -at.field.id : at.field.id);
    }
    this.#additions.shapes.push({ id: end.shape, fields: JSON.stringify(fields) });
    return end.shape;
  }

  /**
   * The code of a value that is not empty; `CODE_BEYOND` when the column has no room for another.
   */
  codeOf(slot: number, value: FieldValue): number {
    const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof only !== 'string' || only === '') return this.#lookUp(slot, value);
    // Comparing with a neighbor of the same look is quicker than hashing a fresh string.
    const { length } = only;
    const look = length * 5 + only.charCodeAt(length - 1) * 3 + only.charCodeAt(length >> 1);
    const kind = only === value ? 0 : RECENT_SIZE;
    const at = kind + slot * RECENT_VALUES + (look & (RECENT_VALUES - 1));
    if (only === this.#recentValues[at]) return this.#recentCodes[at] ?? 0;
    const code = this.#lookUp(slot, value);
    this.#recentValues[at] = only;
    this.#recentCodes[at] = code;
    return code;
  }

  #lookUp(slot: number, value: FieldValue): number {
    const codes = this.#codesOf(slot);
    const key = codeKey(value);
    if (typeof key === 'string' && key.length > COLUMN_VALUE_CHARS_MAX) return CODE_BEYOND;
    const known = codes.get(key);
    if (known !== undefined) return known;
    if (codes.size >= COLUMN_VALUES_MAX) return CODE_BEYOND;
    const code = codes.size + 1;
    codes.set(key, code);
    this.#additions.values.push({ slot, code, v: JSON.stringify(value) });
    return code;
  }

  /** Between two chunks: words that were common in the last one have columns from now on. */
  settleWords(): void {
    for (const { word, slot } of this.words.settle()) {
      this.#additions.values.push({ slot, code: HAS_WORD, v: JSON.stringify(word) });
    }
  }

  takeAdditions(): Additions {
    const additions = this.#additions;
    this.#additions = { fields: [], shapes: [], values: [] };
    return additions;
  }

  #codesOf(slot: number): Map<FieldValue, number> {
    return (this.#codes[slot] ??= new Map());
  }
}

function node(parent: ShapeNode | undefined, field: DayField | undefined, key: string): ShapeNode {
  return { next: new Map(), field, key, parent, likely: undefined, shape: undefined };
}

/**
 * A key that no value of another kind has: lists and what looks like one begin with NUL and a
 * letter.
 */
function codeKey(value: FieldValue): FieldValue {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
  if (!Array.isArray(value)) return value;
  const [only] = value;
  if (value.length === 1 && typeof only === 'string') return `\0o${only}`;
  return `\0l${JSON.stringify(value)}`;
}

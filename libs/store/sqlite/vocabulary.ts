import type { FieldValue, Scalar } from '#libs/model';

import { AFTER_RECEIPT, AFTER_TIME, AS_MESSAGE, PLAIN, SectionText } from './block-section.ts';
import type { SectionKind } from './block-section.ts';
import {
  CODE_BEYOND,
  COLUMN_FIELDS,
  COLUMN_VALUES_MAX,
  DAY_FIELDS_MAX,
  DAY_SHAPES_MAX,
  hasTokens,
  SHAPE_BEYOND,
  SLOT_OF_FIELD,
} from './layout.ts';
import { hashValue, seedOf } from './token-hash.ts';
import { TokenPairs } from './token-pairs.ts';

/** What stands for the values of fields that often say what another says already. */
const SHORT_KINDS: Readonly<Record<string, SectionKind>> = {
  '@timestamp': AFTER_TIME,
  'event.created': AFTER_TIME,
  'event.start': AFTER_TIME,
  'event.end': AFTER_TIME,
  'event.ingested': AFTER_RECEIPT,
  'event.original': AS_MESSAGE,
};

/** A field of a day: its number, and how its values are kept and found. */
export class DayField {
  readonly id: number;
  readonly name: string;
  /** Column number; -1 when it is none. */
  readonly slot: number;
  readonly hasTokens: boolean;
  /** Where the hashes of its values begin. */
  readonly seed: number;
  /** Values that are no column's, in the block at hand. */
  readonly plain: SectionText;
  /** Those of them that have a shorter form. */
  readonly short: SectionText | undefined;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
    this.slot = SLOT_OF_FIELD.get(name) ?? -1;
    this.hasTokens = hasTokens(name);
    this.seed = seedOf(name);
    this.plain = new SectionText(id, PLAIN);
    const kind = Object.hasOwn(SHORT_KINDS, name) ? SHORT_KINDS[name] : undefined;
    this.short = kind === undefined ? undefined : new SectionText(id, kind);
  }
}

const SLOT_SEEDS = new Map(COLUMN_FIELDS.map((name) => [SLOT_OF_FIELD.get(name), seedOf(name)]));

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

/** Codes of one column: of single values and long lists, and of lists of one text by that text. */
interface SlotCodes {
  readonly values: Map<FieldValue, number>;
  readonly lists: Map<FieldValue, number>;
  last: number;
}

const NODES_MAX = 65_536;
const RECENT_VALUES = 64;
const RECENT_SIZE = (SLOT_OF_FIELD.size + 2) * RECENT_VALUES;
/** Longer values are no column values; they are found by tokens. */
const COLUMN_VALUE_CHARS_MAX = 256;

/**
 * Numbers for the names, shapes and column values of one day.
 */
export class DayVocabulary {
  readonly root: ShapeNode = node(undefined, undefined, '');
  /** Where the tokens of column values lead: to their codes. */
  readonly codePairs = new TokenPairs();
  readonly #fields = new Map<string, DayField>();
  readonly #fieldsById: DayField[] = [];
  /** By column number. */
  readonly #codes: (SlotCodes | undefined)[] = [];
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
    for (const { id, name } of known.fields) this.#remember(new DayField(id, name));
    for (const { id, fields } of known.shapes) {
      let at: ShapeNode | undefined = this.root;
      for (const number of JSON.parse(fields) as number[]) {
        at = at && this.step(at, this.fieldOf(Math.abs(number))?.name ?? '', number < 0);
      }
      if (at !== undefined) at.shape = id;
      this.#shapes = Math.max(this.#shapes, id);
    }
    for (const { slot, code, v } of known.values) {
      this.#loadCode(slot, code, JSON.parse(v) as FieldValue);
    }
  }

  #loadCode(slot: number, code: number, value: FieldValue): void {
    const codes = this.#codesOf(slot);
    const only = onlyText(value);
    if (only === undefined) codes.values.set(codeKey(value), code);
    else codes.lists.set(only, code);
    codes.last = Math.max(codes.last, code);
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
    // Columns and texts always find room: there are fewer of them than the bound leaves.
    const reserved = SLOT_OF_FIELD.has(name) || name === 'message' || name === 'event.original';
    const room = DAY_FIELDS_MAX - (reserved ? 0 : SLOT_OF_FIELD.size + 2);
    // A name that begins with NUL would be taken for an empty field of another name.
    if (this.#fields.size >= room || name.startsWith('\0')) return undefined;
    const field = new DayField(this.#fields.size + 1, name);
    this.#remember(field);
    this.#additions.fields.push(field);
    return field;
  }

  /** The field of a number. */
  fieldOf(id: number): DayField | undefined {
    return this.#fieldsById[id];
  }

  #remember(field: DayField): void {
    this.#fields.set(field.name, field);
    this.#fieldsById[field.id] = field;
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
    const only = onlyText(value);
    const key = only ?? codeKey(value);
    if (typeof key === 'string' && key.length > COLUMN_VALUE_CHARS_MAX) return CODE_BEYOND;
    const among: Map<FieldValue, number> = only === undefined ? codes.values : codes.lists;
    const known = among.get(key);
    if (known !== undefined) return known;
    if (codes.last >= COLUMN_VALUES_MAX) return CODE_BEYOND;
    const code = ++codes.last;
    among.set(key, code);
    this.#additions.values.push({ slot, code, v: JSON.stringify(value) });
    const seed = SLOT_SEEDS.get(slot) ?? 0;
    for (const one of Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar]) {
      if (one !== null) this.codePairs.push(hashValue(seed, one), code);
    }
    return code;
  }

  /** What is new since `settle`. */
  get additions(): Additions {
    return this.#additions;
  }

  /** Once the file has what was new. */
  settle(): void {
    this.#additions = { fields: [], shapes: [], values: [] };
    this.codePairs.clear();
  }

  #codesOf(slot: number): SlotCodes {
    return (this.#codes[slot] ??= { values: new Map(), lists: new Map(), last: 0 });
  }
}

function node(parent: ShapeNode | undefined, field: DayField | undefined, key: string): ShapeNode {
  return { next: new Map(), field, key, parent, likely: undefined, shape: undefined };
}

/** The text of a list of one text. */
function onlyText(value: FieldValue): string | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const [only] = value as readonly Scalar[];
  return typeof only === 'string' ? only : undefined;
}

/** A key that no value of another kind has: lists and what looks like one begin with NUL. */
function codeKey(value: FieldValue): FieldValue {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
  return Array.isArray(value) ? `\0l${JSON.stringify(value)}` : value;
}

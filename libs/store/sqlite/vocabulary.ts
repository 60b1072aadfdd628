import { Dictionaries, type DictionaryRow } from './dictionaries.ts';
import { AFTER_RECEIPT, AFTER_TIME, AS_MESSAGE, PLAIN, SectionText } from './block-section.ts';
import type { SectionKind } from './block-section.ts';
import {
  DAY_FIELDS_MAX,
  DAY_SHAPES_MAX,
  EMPTY,
  FORMS,
  hasTokens,
  LIST_OF_ONE,
  SHAPE_BEYOND,
  SLOT_OF_FIELD,
  type Form,
} from './layout.ts';
import { seedOf } from './token-hash.ts';

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

/** A list of field names in order, reached name by name. */
export interface ShapeNode {
  readonly next: Map<string, ShapeNode>;
  /** The field of the last name; undefined at the root and beyond the bounds. */
  readonly field: DayField | undefined;
  readonly name: string;
  readonly form: Form;
  readonly parent: ShapeNode | undefined;
  likely: ShapeNode | undefined;
  /** Number of the shape that ends here, once an event had it. */
  shape: number | undefined;
}

/** What a day's file has to be told. */
export interface Additions {
  readonly fields: DayField[];
  readonly shapes: { id: number; fields: string }[];
}

/** Before a name whose field has a form of its own. */
const MARKS: Readonly<Record<Form, string>> = { 0: '', [EMPTY]: '\0', [LIST_OF_ONE]: '\0\0' };
const NODES_MAX = 65_536;

/**
 * Numbers for the names, shapes and column values of one day.
 */
export class DayVocabulary {
  readonly root: ShapeNode = node(undefined, undefined, '', EMPTY);
  readonly dictionaries = new Dictionaries();
  readonly #fields = new Map<string, DayField>();
  readonly #fieldsById: DayField[] = [];
  #shapes = 0;
  #nodes = 0;
  #additions: Additions = { fields: [], shapes: [] };

  /** Remembers what the file has. */
  load(known: {
    readonly fields: readonly { id: number; name: string }[];
    readonly shapes: readonly { id: number; fields: string }[];
    readonly values: readonly DictionaryRow[];
  }): void {
    for (const { id, name } of known.fields) this.#remember(new DayField(id, name));
    for (const { id, fields } of known.shapes) {
      let at: ShapeNode | undefined = this.root;
      for (const number of JSON.parse(fields) as number[]) {
        const name = this.fieldOf(Math.floor(number / FORMS))?.name ?? '';
        at = at && this.step(at, name, (number % FORMS) as Form);
      }
      if (at !== undefined) at.shape = id;
      this.#shapes = Math.max(this.#shapes, id);
    }
    for (const row of known.values) this.dictionaries.load(row);
    this.#additions = { fields: [], shapes: [] };
  }

  /** Undefined when the day has no room for another field or another branch of shapes. */
  step(from: ShapeNode, name: string, form: Form): ShapeNode | undefined {
    // What followed last time mostly follows again.
    const { likely } = from;
    if (likely?.name === name && likely.form === form) return likely;
    const key = `${MARKS[form]}${name}`;
    const known = from.next.get(key);
    if (known !== undefined) return (from.likely = known);
    const field = this.field(name);
    if (field === undefined || this.#nodes >= NODES_MAX) return undefined;
    this.#nodes++;
    const made = node(from, field, name, form);
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
    // A name that begins as a mark does would be taken for another name with that mark.
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
      fields.unshift(at.field.id * FORMS + at.form);
    }
    this.#additions.shapes.push({ id: end.shape, fields: JSON.stringify(fields) });
    return end.shape;
  }

  /** What is new since `settle`. */
  get additions(): Additions {
    return this.#additions;
  }

  /** Once the file has what was new. */
  settle(): void {
    this.#additions = { fields: [], shapes: [] };
    this.dictionaries.settle();
  }
}

function node(
  parent: ShapeNode | undefined,
  field: DayField | undefined,
  name: string,
  form: Form,
): ShapeNode {
  return { next: new Map(), field, name, form, parent, likely: undefined, shape: undefined };
}

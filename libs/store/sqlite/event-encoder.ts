import type { Event, FieldValue, Scalar } from '#libs/model';

import { isEmpty } from '../query/matches.ts';
import { WORD_CHARS_MAX } from '../query/limits.ts';
import { AFTER_RECEIPT, AS_MESSAGE } from './block-section.ts';
import type { BlockText } from './block-text.ts';
import type { BlockTokens } from './block-tokens.ts';
import { DayTime } from './day-time.ts';
import {
  BLOCK_EVENTS,
  CODE_BEYOND,
  EMPTY,
  LIST_OF_ONE,
  SHAPE_BEYOND,
  WITH_VALUE,
  type Form,
} from './layout.ts';
import type { DayField, DayVocabulary, ShapeNode } from './vocabulary.ts';

/** Where the codes of a chunk's rows go. */
export interface CodeColumns {
  set(slot: number, row: number, code: number): void;
}

export interface EncoderParts {
  readonly vocabulary: DayVocabulary;
  readonly text: BlockText;
  readonly tokens: BlockTokens;
  readonly columns: CodeColumns;
}

/**
 * Units that a word of `WORD_CHARS_MAX` characters takes at most, marks included, in real texts.
 */
const WORD_UNITS_MAX = WORD_CHARS_MAX * 4;

/** Takes events apart, once each: codes of columns, texts of blocks, tokens. */
export class EventEncoder {
  readonly #parts: EncoderParts;
  /** Times that stand beside the event's own, and beside its receipt: each mostly comes again. */
  readonly #time: DayTime;
  readonly #receipt: DayTime;

  /** For events of the day that begins at `start`. */
  constructor(parts: EncoderParts, start: number) {
    this.#parts = parts;
    this.#time = new DayTime(start);
    this.#receipt = new DayTime(start);
  }

  /** Takes the event of a chunk's row; gives its shape. */
  take(event: Event, row: number): number {
    const { text, vocabulary } = this.#parts;
    text.putDelay(row % BLOCK_EVENTS, event.received - event.time);
    let at: ShapeNode | undefined = vocabulary.root;
    const { fields } = event;
    for (const name in fields) {
      let value = fields[name] ?? null;
      let form: Form = WITH_VALUE;
      if (typeof value === 'object') {
        const only = onlyText(value);
        if (only !== undefined) {
          form = LIST_OF_ONE;
          value = only;
        } else if (isEmpty(value)) form = EMPTY;
      }
      at = at && vocabulary.step(at, name, form);
      if (at?.field !== undefined) this.#put(at.field, value, row, event);
      else this.#find(name, value, row, event);
    }
    const shape = at === undefined ? SHAPE_BEYOND : vocabulary.shapeOf(at);
    if (shape === SHAPE_BEYOND) text.putUnshaped(row % BLOCK_EVENTS, fields);
    return shape;
  }

  /** Has a value found that stands in the record of an event without a shape alone. */
  #find(name: string, value: FieldValue, row: number, event: Event): void {
    const field = this.#parts.vocabulary.field(name);
    if (field !== undefined && this.#isLeft(field, value, row)) this.#index(field, value, event);
  }

  #put(field: DayField, value: FieldValue, row: number, event: Event): void {
    const { text } = this.#parts;
    const inBlock = row % BLOCK_EVENTS;
    if (!this.#isLeft(field, value, row)) {
      // What is empty has no code, yet is given back as it came.
      if (typeof value === 'object' && isEmpty(value)) text.put(field.plain, inBlock, value);
      return;
    }
    if (field.short !== undefined && typeof value === 'string') {
      const short = this.#shortOf(field.short.kind, value, event);
      if (short !== undefined) {
        text.put(field.short, inBlock, short);
        return;
      }
    }
    if (text.put(field.plain, inBlock, value)) this.#index(field, value, event);
  }

  /** Puts a value into its column; true when there is something that the column does not say. */
  #isLeft(field: DayField, value: FieldValue, row: number): boolean {
    if (typeof value === 'object' && isEmpty(value)) return false;
    if (field.slot < 0) return true;
    const code = this.#parts.vocabulary.dictionaries.codeOf(field.slot, value);
    this.#parts.columns.set(field.slot, row, code);
    return code === CODE_BEYOND;
  }

  /** What stands for a value that another says already; undefined when none does. */
  #shortOf(kind: number, value: string, event: Event): number | string | undefined {
    if (kind === AS_MESSAGE) return value === event.fields['message'] ? '' : undefined;
    const ofReceipt = kind === AFTER_RECEIPT;
    const time = (ofReceipt ? this.#receipt : this.#time).read(value);
    if (time === undefined) return undefined;
    return time - (ofReceipt ? event.received : event.time);
  }

  #index(field: DayField, value: FieldValue, event: Event): void {
    const { tokens } = this.#parts;
    if (field.name === 'message') {
      eachPresent(value, (one) => tokens.addWords(String(one)));
    } else if (field.name === 'event.original') {
      eachPresent(value, (one) => tokens.addWords(newWords(String(one), event)));
    } else if (field.hasTokens) {
      if (!Array.isArray(value)) tokens.addValue(field.seed, value as Exclude<Scalar, null>);
      else eachPresent(value, (one) => tokens.addValue(field.seed, one));
    }
  }
}

/** The text of a list of one text: its shape says that it is a list. */
function onlyText(value: FieldValue): string | undefined {
  if (!Array.isArray(value) || value.length !== 1) return undefined;
  const [only] = value as readonly Scalar[];
  return typeof only === 'string' ? only : undefined;
}

function eachPresent(value: FieldValue, use: (one: Exclude<Scalar, null>) => void): void {
  for (const one of Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar]) {
    if (one !== null) use(one);
  }
}

/**
 * The part of an original whose words its message lacks: mostly the head of a line, with the word
 * that the message begins in the middle of.
 */
function newWords(original: string, event: Event): string {
  const message = event.fields['message'];
  if (typeof message !== 'string' || !original.endsWith(message)) return original;
  return original.slice(0, original.length - message.length + WORD_UNITS_MAX);
}

import { compileFieldTest, compileTextTest, type FieldQuery } from '../query/matches.ts';
import type { Query } from '../query/syntax.ts';
import { isPattern } from '../query/words.ts';
import {
  andCondition,
  columnCondition,
  EVERYTHING,
  idsCondition,
  notCondition,
  NOTHING,
  orCondition,
  presenceCondition,
  textsCondition,
  type Condition,
} from './conditions.ts';
import type { DayReader } from './day-reader.ts';
import { dictionarySeed } from './dictionaries.ts';
import { CODE_BEYOND, hasTokens, SLOT_OF_FIELD } from './layout.ts';
import { hashValue, hashWord, seedOf } from './token-hash.ts';

/** Fields whose words a text query asks for. */
const TEXT_FIELDS = ['message', 'event.original'];

type TextQuery = Extract<Query, { kind: 'text' }>;

/** Makes a query ready for one day: what its columns and its index say, and what has to be read. */
export function planDay(day: DayReader, query: Query): Condition {
  switch (query.kind) {
    case 'all':
      return EVERYTHING;
    case 'and':
      return andCondition(query.parts.map((part) => planDay(day, part)));
    case 'or':
      return orCondition(query.parts.map((part) => planDay(day, part)));
    case 'not':
      return notCondition(planDay(day, query.part));
    case 'text':
      return planText(day, query);
    case 'ids':
      return idsCondition(day, query.ids);
    case 'term':
    case 'exists':
    case 'range':
    case 'cidr':
      break;
  }
  const slot = SLOT_OF_FIELD.get(query.field);
  return slot === undefined ? planTexts(day, query) : planColumn(day, query, slot);
}

function planColumn(day: DayReader, query: FieldQuery, slot: number): Condition {
  const test = compileFieldTest(query);
  if (query.kind === 'exists') {
    const passing = new Uint8Array(CODE_BEYOND + 1).fill(1, 1);
    return columnCondition(day, slot, passing, EVERYTHING);
  }
  const passing = new Uint8Array(CODE_BEYOND + 1);
  if (query.kind === 'term' && !query.wildcard) {
    for (const code of day.lookUp('code', hashValue(dictionarySeed(slot), query.value))) {
      if (test(day.value(slot, code))) passing[code] = 1;
    }
  } else {
    day.values(slot).forEach((value, code) => {
      if (code > 0 && test(value)) passing[code] = 1;
    });
  }
  return columnCondition(day, slot, passing, planTexts(day, query));
}

/** What is found by reading texts, of the blocks that the token index names where it can. */
function planTexts(day: DayReader, query: FieldQuery): Condition {
  const { field } = query;
  // A field without a number stands only in events whose names are not known, if in any.
  if (day.fieldNumber(field) === undefined && day.unshaped === 0) return NOTHING;
  const test = compileFieldTest(query);
  if (query.kind === 'exists') return presenceCondition(day, field, test);
  const named = query.kind === 'term' && !query.wildcard && day.fieldNumber(field) !== undefined;
  const candidates =
    named && hasTokens(field)
      ? day.lookUp('block', hashValue(seedOf(field), query.value))
      : undefined;
  return textsCondition(day, [field], candidates, (row) => test(day.textOf(row, field)));
}

function planText(day: DayReader, query: TextQuery): Condition {
  if (query.words.length === 0) return EVERYTHING;
  const test = compileTextTest(query);
  const plain = query.words.filter((word) => !isPattern(word));
  const candidates = plain.map((word) => day.lookUp('block', hashWord(word)));
  const blocks = candidates.length === 0 ? undefined : common(candidates);
  return textsCondition(day, TEXT_FIELDS, blocks, (row) =>
    test(day.textOf(row, 'message'), day.textOf(row, 'event.original')),
  );
}

/** Numbers that stand in all of the lists. */
function common(lists: readonly Uint32Array[]): Uint32Array {
  return lists.reduce((all, list) => {
    const also = new Set(list);
    return all.filter((each) => also.has(each));
  });
}

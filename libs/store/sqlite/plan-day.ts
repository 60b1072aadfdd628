import { comparesTimes } from '../query/bounds.ts';
import { compileGlob, type Glob } from '../query/glob.ts';
import { compileFieldTest, compileValueTest, type FieldQuery } from '../query/matches.ts';
import type { Query } from '../query/syntax.ts';
import { fold, isPattern } from '../query/words.ts';
import {
  andCondition,
  columnCondition,
  EVERYTHING,
  idsCondition,
  notCondition,
  NOTHING,
  orCondition,
  presenceCondition,
  tokensCondition,
  wordCondition,
  type Condition,
} from './conditions.ts';
import type { DayReader } from './day-reader.ts';
import { idKey } from './event-id.ts';
import { indexingOf, SLOT_OF_FIELD, TOKEN_HASHED, TOKEN_HEAD_CHARS } from './layout.ts';
import { fieldPrefix, valueToken } from './tokens.ts';

/** Tokens of a day looked through for one pattern, range or network. */
const TOKENS_SCANNED_MAX = 50_000;
/** Tokens that one such condition may stand for. */
const TOKENS_NAMED_MAX = 1_000;
/** Greater than every character a token may go on with. */
const AFTER_ALL = '\u{10FFFF}';

/** Makes a query ready for one day: what its index can say for certain, and what has to be read. */
export function planDay(day: DayReader, query: Query): Condition {
  switch (query.kind) {
    case 'all':
      return EVERYTHING;
    case 'and':
      return andCondition(
        day,
        query.parts.map((part) => planDay(day, part)),
      );
    case 'or':
      return orCondition(
        day,
        query.parts.map((part) => planDay(day, part)),
      );
    case 'not':
      return notCondition(planDay(day, query.part));
    case 'text':
      return planText(day, query);
    case 'ids':
      return idsCondition(day, query.ids.map(idKey));
    case 'term':
    case 'exists':
    case 'range':
    case 'cidr':
      break;
  }
  const slot = SLOT_OF_FIELD.get(query.field);
  if (slot === undefined) return planField(day, query);
  return columnCondition(day, slot, compileFieldTest(query), planField(day, query));
}

function planField(day: DayReader, query: FieldQuery): Condition {
  const { field } = query;
  const number = day.fieldNumber(field);
  if (number === undefined) return unknownField(day, field);
  const isColumn = SLOT_OF_FIELD.has(field);
  if (query.kind === 'exists') return isColumn ? EVERYTHING : presenceCondition(day, field, true);
  const prefix = fieldPrefix(number);
  if (indexingOf(field) === 'read') return presenceCondition(day, field, false);
  if (query.kind === 'term') {
    if (!query.wildcard) {
      return tokensCondition(day, quote(prefix + valueToken(fold(query.value))), true);
    }
    const glob = compileGlob(fold(query.value));
    if (glob.prefixOnly && glob.prefix !== '' && glob.prefix.length <= TOKEN_HEAD_CHARS) {
      return tokensCondition(day, `${quote(prefix + glob.prefix)} *`, true);
    }
    return named(day, field, prefix, glob.prefix, (value) => glob.test(value));
  }
  // Folding changes how a time is written, so tokens can not tell.
  if (query.kind === 'range' && comparesTimes(query)) return presenceCondition(day, field, false);
  return named(day, field, prefix, '', compileValueTest(query));
}

/** A field without a number stands only in events whose names are not known, if in any. */
function unknownField(day: DayReader, field: string): Condition {
  return day.unshaped > 0 ? presenceCondition(day, field, false) : NOTHING;
}

/**
 * Looks through the tokens that begin with `prefix` and the head of `begin` for those whose value
 * passes.
 */
function named(
  day: DayReader,
  field: string,
  prefix: string,
  begin: string,
  test: (value: string) => boolean,
): Condition {
  const from = prefix + begin.slice(0, TOKEN_HEAD_CHARS);
  const exact: string[] = [];
  const doubtful: string[] = [];
  for (const token of tokensFrom(day, from)) {
    if (prefix === '' && token?.startsWith(':') === true) continue;
    if (token === undefined || exact.length + doubtful.length >= TOKENS_NAMED_MAX) {
      return presenceCondition(day, field, false);
    }
    const value = token.slice(prefix.length);
    if (value.includes(TOKEN_HASHED)) doubtful.push(token);
    else if (test(value)) exact.push(token);
  }
  return orCondition(day, [oneOf(day, exact, true), oneOf(day, doubtful, false)]);
}

function oneOf(day: DayReader, tokens: readonly string[], exact: boolean): Condition {
  if (tokens.length === 0) return NOTHING;
  return tokensCondition(day, tokens.map(quote).join(' OR '), exact);
}

/** Tokens of the day with a beginning; undefined stands for those beyond what is looked through. */
function* tokensFrom(day: DayReader, begin: string): Generator<string | undefined> {
  day.openTokens();
  const statement = day.sql(
    `SELECT term FROM temp.tokens WHERE term >= ? AND term < ? LIMIT ${TOKENS_SCANNED_MAX}`,
  );
  const rows = statement.all(begin, begin + AFTER_ALL);
  for (const { term } of rows) yield String(term);
  if (rows.length === TOKENS_SCANNED_MAX) yield undefined;
}

function planText(day: DayReader, query: Extract<Query, { kind: 'text' }>): Condition {
  const parts = query.words.map((word) => planWord(day, word));
  const all = parts.length === 0 ? EVERYTHING : andCondition(day, parts);
  if (!query.phrase || query.words.length < 2) return all;
  return inDoubt(all);
}

/** The index knows no order of words: a phrase is read where its words are. */
function inDoubt(condition: Condition): Condition {
  return {
    cost: condition.cost,
    evaluate(chunk) {
      const { possible } = condition.evaluate(chunk);
      return { possible, sure: new Uint32Array(possible.length) };
    },
  };
}

function planWord(day: DayReader, word: string): Condition {
  if (!isPattern(word)) {
    const slot = day.commonWords().get(word);
    const tokens = tokensCondition(day, quote(word), true);
    return slot === undefined ? tokens : wordCondition(day, slot, tokens);
  }
  const glob: Glob = compileGlob(word);
  const common = [...day.commonWords()]
    .filter(([each]) => glob.test(each))
    .map(([, slot]) => wordCondition(day, slot, NOTHING));
  return orCondition(day, [planPattern(day, glob), ...common]);
}

/** What the token index says of a pattern of words. */
function planPattern(day: DayReader, glob: Glob): Condition {
  if (glob.prefixOnly && glob.prefix !== '') {
    return tokensCondition(day, `${quote(glob.prefix)} *`, true);
  }
  return named(day, 'message', '', glob.prefix, (token) => glob.test(token));
}

function quote(token: string): string {
  return `"${token.replaceAll('"', '""')}"`;
}

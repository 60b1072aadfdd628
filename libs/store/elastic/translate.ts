import { isPattern } from '../query/words.ts';
import type { Query } from '../query/syntax.ts';
import { both, either, EVERYTHING, NOTHING, not, sizeOf, type Dsl } from './dsl.ts';
import { fieldCondition, hasField, oddName, wildcardOf } from './field-conditions.ts';
import { OWN } from './layout.ts';

/** Beyond these the server refuses a query; events are read instead. */
const DEPTH_MAX = 24;
const CLAUSES_MAX = 900;

/**
 * A query in the server's words. `sure` answers exactly for every event outside `doubt`; an event
 * inside it must be read to know.
 */
export interface Translation {
  readonly sure: Dsl;
  readonly doubt: Dsl;
}

interface Part {
  readonly sure: Dsl;
  /** Fields whose odd values are in doubt, and further events in doubt. */
  readonly odd: ReadonlySet<string>;
  readonly doubts: readonly Dsl[];
}

const CERTAIN: Pick<Part, 'odd' | 'doubts'> = { odd: new Set(), doubts: [] };

/** `also` are fields whose values are counted, so that they too must be held exactly. */
export function translate(query: Query, also: readonly string[] = []): Translation {
  const { sure, odd, doubts } = partOf(query);
  const fields = [...odd, ...also.map(oddName)];
  const doubt = either(...doubts, fields.length === 0 ? NOTHING : { terms: { [OWN.odd]: fields } });
  const sizes = [sizeOf(sure), sizeOf(doubt)];
  const isTooMuch = sizes.some(({ depth, clauses }) => depth > DEPTH_MAX || clauses > CLAUSES_MAX);
  return isTooMuch ? { sure: NOTHING, doubt: EVERYTHING } : { sure, doubt };
}

function partOf(query: Query): Part {
  switch (query.kind) {
    case 'all':
      return { sure: EVERYTHING, ...CERTAIN };
    case 'ids':
      return { sure: { ids: { values: query.ids } }, ...CERTAIN };
    case 'not': {
      const part = partOf(query.part);
      return { ...part, sure: not(part.sure) };
    }
    case 'and':
      return allOf(query.parts.map(partOf));
    case 'or':
      return anyOf(query.parts.map(partOf));
    case 'text':
      return text(query);
    case 'term':
    case 'exists':
    case 'range':
    case 'cidr':
      break;
  }
  if (query.kind === 'exists') return { sure: hasField(query.field), ...CERTAIN };
  const sure = fieldCondition(query);
  // Where the index cannot tell, everything that has the field is read; nothing else can match.
  if (sure === undefined) return { sure: NOTHING, odd: new Set(), doubts: [hasField(query.field)] };
  return { sure, odd: new Set([oddName(query.field)]), doubts: [] };
}

function allOf(parts: readonly Part[]): Part {
  const certain = parts.filter(({ odd, doubts }) => odd.size === 0 && doubts.length === 0);
  const only = certain.map(({ sure }) => sure);
  return {
    sure: both(...parts.map(({ sure }) => sure)),
    odd: new Set(parts.flatMap(({ odd }) => [...odd])),
    // What a certain part rules out is no longer in doubt.
    doubts: parts.flatMap(({ doubts }) => doubts.map((doubt) => both(...only, doubt))),
  };
}

function anyOf(parts: readonly Part[]): Part {
  return {
    sure: either(...parts.map(({ sure }) => sure)),
    odd: new Set(parts.flatMap(({ odd }) => [...odd])),
    doubts: parts.flatMap(({ doubts }) => doubts),
  };
}

/** Words of the message, which the index has in order, and of the original, which it has not. */
function text({ words, phrase }: Extract<Query, { kind: 'text' }>): Part {
  const inMessage = words.map((word) => wordCondition(OWN.words, word));
  const anywhere = words.map((word, at) => {
    const [one, other] = [inMessage[at], wordCondition(OWN.moreWords, word)];
    return one === undefined || other === undefined ? undefined : either(one, other);
  });
  if (!areKnown(anywhere)) {
    const texts = either(hasField('message'), hasField('event.original'));
    return { sure: NOTHING, odd: new Set(), doubts: [texts] };
  }
  const odd = new Set([OWN.words]);
  if (!phrase) return { sure: both(...anywhere), odd, doubts: [] };
  if (words.some(isPattern)) return { sure: NOTHING, odd, doubts: [both(...anywhere)] };
  const sideBySide: Dsl = { match_phrase: { [OWN.words]: { query: words.join(' ') } } };
  const inOriginal = both(hasField('event.original'), not(sideBySide), ...anywhere);
  return { sure: sideBySide, odd, doubts: [inOriginal] };
}

function areKnown(conditions: readonly (Dsl | undefined)[]): conditions is readonly Dsl[] {
  return !conditions.includes(undefined);
}

function wordCondition(field: string, word: string): Dsl | undefined {
  if (!isPattern(word)) return { term: { [field]: word } };
  const value = wildcardOf(word);
  return value === undefined ? undefined : { wildcard: { [field]: { value } } };
}

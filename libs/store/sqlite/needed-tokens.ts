import type { Query } from '../query/syntax.ts';
import { fold, isPattern } from '../query/words.ts';
import { indexingOf } from './layout.ts';
import { valueToken } from './tokens.ts';

/**
 * Tokens that every event meeting a query has, named apart from any day's field numbers. A sealed
 * day that lacks one holds no such event.
 */
export function neededTokens(query: Query): string[] {
  if (query.kind === 'and') return query.parts.flatMap(neededTokens);
  if (query.kind === 'text') return query.words.filter((word) => !isPattern(word));
  if (query.kind !== 'term' || query.wildcard) return [];
  if (indexingOf(query.field) === 'read') return [];
  return [namedToken(query.field, valueToken(fold(query.value)))];
}

/** A field's token as a sealed day's vocabulary has it. */
export function namedToken(field: string, value: string): string {
  return `:${field}=${value}`;
}

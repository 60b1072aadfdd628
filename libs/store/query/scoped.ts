import { CENTRE, type Place } from '#libs/model';

import type { Query } from './syntax.ts';

const is = (field: string, value: string): Query => ({
  kind: 'term',
  field,
  value,
  wildcard: false,
});

/**
 * The one place where a reader's scope bounds what a store may answer: the centre sees everything,
 * a province what is marked as its own, a commune what is marked with both codes. What is marked
 * with no place is the centre's alone.
 */
export function scoped(query: Query, scope: Place): Query {
  if (scope.province === CENTRE) return query;
  const parts: Query[] = [is('gov.locality.code', scope.province)];
  if (scope.commune !== undefined) parts.push(is('gov.locality.commune_code', scope.commune));
  return { kind: 'and', parts: [...parts, query] };
}

export * from './ports.ts';
export { matchesQuery } from './query/matches.ts';
export { parseQuery, type ParsedQuery } from './query/parse.ts';
export type { Query, QueryProblem } from './query/syntax.ts';

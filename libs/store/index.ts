export * from './ports.ts';
export { matchesQuery } from './query/matches.ts';
export { parseQuery, type ParsedQuery } from './query/parse.ts';
export { scoped } from './query/scoped.ts';
export type { Query, QueryProblem } from './query/syntax.ts';
export * from './sqlite/index.ts';

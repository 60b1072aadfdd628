export { csvCell, exportCsv, type CsvEnd, type CsvExport } from './export-csv.ts';
export * from './ports.ts';
export { matchesQuery } from './query/matches.ts';
export { parseQuery, type ParsedQuery } from './query/parse.ts';
export { scoped } from './query/scoped.ts';
export type { Query, QueryProblem } from './query/syntax.ts';
export { checkRetention, retainEvents, RETENTION_DAYS, type RetentionCheck } from './retention.ts';
export * from './sqlite/index.ts';

export { exportCsv, type CsvEnd, type CsvExport } from './export-csv.ts';
export {
  DocumentsParked,
  Parked,
  type ParkedEntry,
  type ParkedEvent,
  type ParkReason,
} from './parked.ts';
export * from './ports.ts';
export { parseQuery, type ParsedQuery } from './query/parse.ts';
export type { Query, QueryProblem } from './query/syntax.ts';
export { checkRetention, retainEvents, type RetentionCheck } from './retention.ts';
export * from './sqlite/index.ts';

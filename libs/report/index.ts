export { neighborWeek, parseWeek, weekOf, type Period } from './period.ts';
export { makeSummary, type PeriodFacts, type SummaryFacts } from './summary.ts';
export {
  LedgerBook,
  type FeedingSource,
  type LedgerAnswer,
  type LedgerMark,
  type LedgerQuestion,
} from './ledger/ledger-book.ts';
export type { BlindReason, LedgerSpan } from './ledger/spans.ts';

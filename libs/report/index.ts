export { neighborWeek, parseWeek, weekOf, type Period } from './period.ts';
export { makeSummary, type PeriodFacts, type SummaryFacts } from './summary.ts';

export { ACT_WORDS_VI } from './act-words.ts';
export { type ActResult, type Invalid, VERDICTS } from './act.ts';
export type { Feed } from './feed.ts';
export type { IncidentFilter, SortKey } from './filter.ts';
export {
  IncidentBook,
  type IncidentFigures,
  type IncidentNeeds,
  openIncidentBook,
} from './incident-book.ts';
export { type IncidentLimits } from './limits.ts';
export type { BadCursor, IncidentCounts, IncidentListRequest } from './list.ts';
export type { IncidentChange } from './memory.ts';
export type {
  ActionEntry,
  AlertFacts,
  Language,
  Permission,
  PlaceLookup,
  Recorder,
  RuleFacts,
  RuleLookup,
} from './ports.ts';
export { ALERT_KIND, INCIDENT_KIND, type IncidentRecord } from './record.ts';
export { alertView, type Names, rowOf } from './row.ts';
export { SharedFeed, type ForeignChange } from './shared-feed.ts';
export { type SavedView, SavedViews, type ViewReader } from './saved-views.ts';

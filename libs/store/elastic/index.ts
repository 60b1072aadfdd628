export { Connection } from './connection.ts';
export {
  ElasticEventStore,
  type ElasticEventCounts,
  type ElasticEventStoreOptions,
} from './elastic-event-store.ts';
export type { ElasticSettings } from './settings.ts';
export type { VersionCheck } from './version.ts';

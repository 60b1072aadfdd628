export { Connection } from './connection.ts';
export {
  ElasticEventStore,
  type ElasticEventCounts,
  type ElasticEventStoreOptions,
} from './elastic-event-store.ts';
export type { ElasticSettings } from './settings.ts';
export type { VersionCheck } from './version.ts';
export { ElasticDocuments, type ElasticDocumentsOptions } from './elastic-documents.ts';
export type { FollowingState } from './document-follower.ts';
export type { HeldKind, HeldKinds } from './document-memory.ts';
export type { ShardRoom } from './shard-room.ts';

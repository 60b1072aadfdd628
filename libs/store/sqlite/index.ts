export { checkDataFolder, type DataFolderCheck, type Migration } from './folder-format.ts';
export { checkSqliteFile, dumpDocuments } from './documents-dump.ts';
export { openEventKeeper, type EventKeeper } from './event-keeper.ts';
export { openEventReader, type EventReader } from './event-reader.ts';
export {
  openEventWriter,
  savedEventPosition,
  type EventWriter,
  type EventWriterCounts,
  type EventWriterOptions,
} from './event-writer.ts';
export { sealDay } from './seal-day.ts';
export { upgradeDays, type UpgradeProgress } from './upgrade-days.ts';
export { FileStateStore } from './file-state-store.ts';
export { SqliteDocuments } from './sqlite-documents.ts';
export { SqliteEventStore, type EventWriting } from './sqlite-event-store.ts';

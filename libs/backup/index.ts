export { ArchiveReader } from './archive-reader.ts';
export { makeBackup, type BackupDone, type BackupOptions } from './backup.ts';
export type {
  BackupSource,
  End,
  Progress,
  RestoreSink,
  StoredDocument,
  StoredFile,
  StoredState,
} from './format.ts';
export { differencesFrom } from './verify-restored.ts';
export { restoreBackup, type Restored, type RestoreMarks, type RestoreOptions } from './restore.ts';

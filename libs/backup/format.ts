import type { Event, Place } from '#libs/model';

/** Format of archives; a higher number was written by newer code. */
export const BACKUP_FORMAT = 1;
export const MANIFEST = 'manifest.json';
export const END = 'end.json';

/** A document as a backup holds it; versions are not kept, they begin anew. */
export interface StoredDocument {
  readonly kind: string;
  readonly id: string;
  readonly place: Place;
  readonly order: number;
  readonly keys: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Stage state with the position that it stands for. */
export interface StoredState {
  readonly name: string;
  readonly position: number;
  readonly snapshot: Uint8Array;
}

/** A small file of the data folder by its path, such as the key of the masking hashes. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The first entry: what this archive is. */
export interface Manifest {
  readonly product: 'thapcanh';
  readonly format: number;
  /** Names this one backup, so that a restore that was cut off goes on with the same. */
  readonly id: string;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly events: boolean;
}

/** What the last entry says of each before it. */
export interface EntryFacts {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Rows of an NDJSON entry, 1 for any other. */
  readonly rows: number;
}

/** The last entry: an archive without it was cut off. */
export interface End {
  readonly entries: readonly EntryFacts[];
  readonly documents: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  /** Of all documents with their bodies, and of the ids of all events; in no order. */
  readonly digests: { readonly documents: string; readonly events: string };
}

/** Where a backup is taken from; every part as of one moment, states before documents. */
export interface BackupSource {
  states(): AsyncIterable<StoredState> | Iterable<StoredState>;
  files(): AsyncIterable<StoredFile> | Iterable<StoredFile>;
  /** In groups of a few thousand. */
  documents(): AsyncIterable<readonly StoredDocument[]> | Iterable<readonly StoredDocument[]>;
  /** In groups of a few thousand, day by day (`YYYY-MM-DD`, UTC). */
  events():
    | AsyncIterable<{ readonly day: string; readonly rows: readonly Event[] }>
    | Iterable<{ readonly day: string; readonly rows: readonly Event[] }>;
}

/**
 * Where a backup is restored to. Every call is durable when it resolves and may come again with the
 * same content.
 */
export interface RestoreSink {
  state(state: StoredState): Promise<void>;
  file(file: StoredFile): Promise<void>;
  documents(rows: readonly StoredDocument[]): Promise<void>;
  /** `group` counts the groups of the archive from 1. */
  events(group: number, day: string, rows: readonly Event[]): Promise<void>;
}

/** Told while an archive is written or read. */
export interface Progress {
  readonly what: 'documents' | 'events' | 'checking' | 'other';
  /** Rows so far, or bytes while checking. */
  readonly done: number;
  /** When it is known. */
  readonly total?: number;
}

import type { BackupSource, RestoreMarks, RestoreSink } from '#libs/backup';
import type { Documents, EventStore } from '#libs/store';

import type { Io } from '../verb.ts';

/** What the product keeps, on either platform, as the command line reaches it. */
export interface Holdings {
  readonly documents: Documents;
  /**
   * The command line's chain of the record: one of its own, since two writers of one would fight
   * for its head.
   */
  readonly chain: string;
  /** Every event that is kept, to be asked; closed with the holdings. */
  events(): Pick<EventStore, 'search'>;
  /** Everything, for a backup. */
  source(): BackupSource;
  /** Whether all that is kept can be read; says what can not. */
  check(io: Io): Promise<boolean>;
  close(): Promise<void>;
}

/** Where a restore goes, on either platform. */
export interface RestoreTarget {
  /** For people. */
  readonly name: string;
  readonly marks: RestoreMarks & {
    /** Lets the product start on what is there now. */
    finish(): Promise<void>;
  };
  sink(): RestoreSink & { close(): Promise<void> };
  /** What is there once the sink is closed, to be held to the archive. */
  filled(): {
    readonly documents: Documents;
    readonly source: BackupSource;
    close(): Promise<void>;
  };
  close(): Promise<void>;
}

export type OpenedTarget =
  | { readonly ok: true; readonly target: RestoreTarget }
  | { readonly ok: false; readonly message: string };

export type OpenedHoldings =
  | { readonly ok: true; readonly holdings: Holdings }
  | { readonly ok: false; readonly message: string };

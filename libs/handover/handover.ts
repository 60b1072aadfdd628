import type { Batch } from '#libs/model';

/** Who reads decoded batches; each at its own pace. */
export type ReaderName = 'index' | 'detect';

/** Lag of a reader, for the health page. */
export interface ReaderState {
  readonly reader: ReaderName;
  readonly position: number;
  /** Receipt time of the last batch it took, ms since the epoch. */
  readonly received: number;
  /** Batches that could never be taken and were set aside. */
  readonly parked: number;
  /** Set while it fails: why, since when (ms), how often in a row. */
  readonly trouble?: { readonly reason: string; readonly since: number; readonly tries: number };
}

/** Brings every batch at least once to every named reader, in no promised order. */
export abstract class Handover<B = Batch> {
  /**
   * Gives batches to `take` until stopped; one that throws is offered again with backoff, unless
   * the error is permanent.
   */
  abstract read(reader: ReaderName, take: (batch: B) => Promise<void>): { stop(): Promise<void> };
  abstract states(): readonly ReaderState[];
}

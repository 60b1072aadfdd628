/**
 * Where matches lie that are older than their window, until the lateness bound has passed. A
 * segment is written once and never changed.
 */
export interface ColdStore {
  /** Resolves once the segment would survive a crash; one of that name is replaced. */
  write(segment: string, parts: readonly ColdPart[]): Promise<void>;
  /** What a segment holds under a key; undefined when it holds nothing, or is no more. */
  read(segment: string, key: string): Promise<Uint8Array | undefined>;
  /** Removes all segments but these. */
  keep(segments: ReadonlySet<string>): Promise<void>;
}

/** What one segment holds under one key. */
export interface ColdPart {
  readonly key: string;
  readonly bytes: Uint8Array;
}

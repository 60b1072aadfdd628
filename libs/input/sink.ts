import type { BodyHeader } from '#libs/model';

/** What the spool answers; any reason but `too_large` may pass. */
export type SinkAnswer = { readonly position: number } | { readonly refused: string };

/** Where the doors put what they take in: the spool. */
export interface BodySink {
  /**
   * Resolves once the body is durable, or is refused and nowhere. Its bytes are the caller's again
   * then: nothing may read them after.
   */
  append(header: BodyHeader, bytes: Uint8Array | readonly Uint8Array[]): Promise<SinkAnswer>;
  /** Resolves when a refused body may be tried again, or with `aborted`. */
  whenRoom(signal: AbortSignal): Promise<'room' | 'aborted'>;
  /** `ok`, or why it would refuse now. */
  readonly state: string;
}

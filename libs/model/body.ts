import type { Event } from './event.ts';
import type { Place } from './locality.ts';

/** The door a body came in by; `self` is the product's own probes, heartbeats and verdicts. */
export type InputName = 'http' | 'bulk' | 'syslog_udp' | 'syslog_tcp' | 'syslog_tls' | 'self';

/**
 * How the bytes of a body hold records; `frames` is a little-endian 32-bit length before each
 * message.
 */
export type BodyFormat = 'ndjson' | 'bulk' | 'frames';

/** What the door knew about a body when it took it in; kept with it in the spool. */
export interface BodyHeader {
  readonly input: InputName;
  readonly format: BodyFormat;
  /** Time of receipt in ms since the epoch. */
  readonly received: number;
  readonly encoding: 'identity' | 'gzip' | 'deflate' | 'zstd';
  /** Id of the ingest key; absent where the protocol has none (syslog). */
  readonly key?: string;
  /** The key's locality and source; the register resolves `peer` when absent. */
  readonly place?: Place;
  readonly source?: string;
  /** Network address of the sender, without port. */
  readonly peer?: string;
  /** The sender's Idempotency-Key. */
  readonly batch?: string;
  /** Default index of `/{index}/_bulk`. */
  readonly index?: string;
}

/** A body as accepted, at its place in the spool. */
export interface Body {
  readonly header: BodyHeader;
  readonly bytes: Uint8Array;
  /** Logical byte offset in the spool; grows from body to body. */
  readonly position: number;
}

/** One record cut out of a body, not yet understood. Exactly one of `text` and `json` is there. */
export interface RawRecord {
  /** Number in the body, from 0. */
  readonly ordinal: number;
  readonly text?: string;
  readonly json?: Readonly<Record<string, unknown>>;
  /** The id its sender gave it, with the index it names (`index/_id`) or the batch key and line. */
  readonly senderId?: string;
}

/** Where the text of a record stands in its body; good until the next record only. */
export interface RecordPiece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Why a body, or a record of it, was set aside or changed; counted by this word. */
export type Oddity =
  | 'not_json'
  | 'not_understood'
  | 'line_too_long'
  | 'too_deep'
  | 'too_many_fields'
  | 'invalid_utf8'
  | 'inflates_too_far'
  | 'broken_encoding'
  | 'broken_framing'
  | 'time_future'
  | 'time_past'
  | 'time_missing';

/** Decoded events that travel together. `to` is the spool position after the last body in it. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  /** Receipt time reached with this batch, ms since the epoch. */
  readonly received: number;
  readonly events: readonly Event[];
}

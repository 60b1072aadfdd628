import type { IncidentRow, Instant } from './rest.ts';

/**
 * Frames of the websocket `/console` (console.md §3.2), JSON `{event, data}`. Deltas are absolute
 * values, so one that
 * is applied twice does no harm. `from` follows the last `to` or the client reconnects with
 * `since`.
 */
export type ClientFrame =
  | {
      readonly event: 'subscribe';
      readonly data: { readonly topic: 'incidents'; readonly since: number };
    }
  | {
      readonly event: 'presence';
      readonly data: { readonly incident: string | null; readonly working: boolean };
    }
  | { readonly event: 'ping'; readonly data: Record<string, never> };

export type ServerFrame =
  | {
      readonly event: 'subscribed';
      readonly data: { readonly topic: 'incidents'; readonly seq: number };
    }
  | { readonly event: 'delta'; readonly data: Delta }
  | { readonly event: 'resync'; readonly data: { readonly seq: number } }
  | {
      readonly event: 'presence';
      readonly data: {
        readonly people: readonly {
          readonly user: string;
          readonly name: string;
          readonly incident: string;
          readonly working: boolean;
        }[];
      };
    }
  | {
      readonly event: 'clock';
      readonly data: {
        readonly now: Instant;
        readonly lag: number;
        readonly sending: number;
        readonly expected: number;
        /** Ingest keys that bring data without a source in the register. */
        readonly unregistered: number;
      };
    }
  | { readonly event: 'pong'; readonly data: Record<string, never> };

/**
 * Changes numbered `from` to `to`, both included. `drop` are rows that left the reader's scope or
 * were removed.
 */
export interface Delta {
  readonly from: number;
  readonly to: number;
  readonly set: readonly (readonly [string, Partial<IncidentRow>])[];
  readonly add: readonly IncidentRow[];
  readonly drop: readonly string[];
}

/** Websocket close code that says the session ended: sign in again in place. */
export const CLOSE_SIGNED_OUT = 4401;
/** Frames are gathered for this long. */
export const DELTA_INTERVAL_MS = 100;
export const PING_INTERVAL_MS = 20_000;
export const DEAD_AFTER_MS = 45_000;

import { INPUT_LIMITS, type InputLimits, type TlsMaterial } from '#libs/input';
import type { Place } from '#libs/model';

/** Where one door listens. */
export interface Listener {
  readonly enabled: boolean;
  readonly address: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** HTTPS of the `_bulk` door, plain HTTP without it; what syslog over TLS shows. */
  readonly tls?: TlsMaterial;
}

/** What the doors are started with; named as `inputs` of the configuration. */
export interface DoorSettings {
  readonly bulk: Listener;
  readonly syslog_udp: Listener;
  readonly syslog_tcp: Listener;
  /** Absent: no certificate, no port. */
  readonly syslog_tls?: Listener & { readonly tls: TlsMaterial };
  readonly limits: InputLimits;
}

const LOCAL = '127.0.0.1';

export const DOOR_SETTINGS: DoorSettings = {
  bulk: { enabled: true, address: LOCAL, port: 9201 },
  syslog_udp: { enabled: true, address: LOCAL, port: 5514 },
  syslog_tcp: { enabled: true, address: LOCAL, port: 5514 },
  limits: INPUT_LIMITS,
};

/** Who an ingest key belongs to. */
export interface Sender {
  /** Id of the key, never the key itself. */
  readonly key: string;
  readonly place: Place;
  readonly source?: string;
}

/** Checks an ingest key in constant time; says why it is not taken. */
export type Authenticate = (
  key: string,
  peer: string,
) => Sender | { readonly reason: string } | Promise<Sender | { readonly reason: string }>;

/**
 * What HTTP listeners with doors need from Node: longer than any held reply, and than pooled
 * clients keep sockets.
 */
export const HTTP_TIMEOUTS = {
  keepAliveTimeout: 76_000,
  headersTimeout: INPUT_LIMITS.http_headers_ms,
  /**
   * The doors judge the speed of a body themselves; a fixed time would cut slow but honest links.
   */
  requestTimeout: 0,
  connectionsCheckingInterval: 5000,
} as const;

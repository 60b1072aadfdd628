const MIB = 1_048_576;

/** Everything at the doors that can grow or last; the unit stands in the name. */
export interface InputLimits {
  /** Largest HTTP body, as sent and after inflation. */
  readonly body_bytes_max: number;
  /** Longest line or record that is kept as an event. */
  readonly line_bytes_max: number;
  /** Records of one HTTP body. */
  readonly body_records_max: number;
  /** Bodies in memory that are not on disk yet, over all HTTP doors. */
  readonly in_flight_bytes_max: number;
  /** How long a reply is held under overload before it is refused. */
  readonly hold_ms: number;
  /** A body that brings nothing for this long is given up. */
  readonly body_idle_ms: number;
  /** A body slower than this over its whole time is given up … */
  readonly body_bytes_per_s_min: number;
  /** … but never before this time. */
  readonly body_grace_ms: number;
  /** Connections of one HTTP listener. */
  readonly http_connections_max: number;
  /** Time for the headers of a request. */
  readonly http_headers_ms: number;
  /** Longest syslog message; a longer one is kept in pieces. */
  readonly message_bytes_max: number;
  /** Connections of syslog over TCP; the longest idle one makes room. */
  readonly tcp_connections_max: number;
  /** A syslog connection that sends nothing for this long is closed. */
  readonly tcp_idle_ms: number;
  /** A message that stays unfinished for this long is kept as it is and its connection closed. */
  readonly tcp_unfinished_ms: number;
  /** Unfinished messages of all connections together. */
  readonly tcp_unfinished_bytes_max: number;
  /** Syslog messages in memory that are not on disk yet, for each of UDP and TCP. */
  readonly syslog_in_flight_bytes_max: number;
  /** Kernel buffer asked for the UDP socket; see net.core.rmem_max. */
  readonly udp_receive_buffer_bytes: number;
  /** Bodies remembered because they were not fully answered. */
  readonly repeat_entries_max: number;
  readonly repeat_window_ms: number;
}

export const INPUT_LIMITS: InputLimits = {
  body_bytes_max: 100 * MIB,
  line_bytes_max: MIB,
  body_records_max: 250_000,
  in_flight_bytes_max: 128 * MIB,
  hold_ms: 20_000,
  body_idle_ms: 15_000,
  body_bytes_per_s_min: 1024,
  body_grace_ms: 20_000,
  http_connections_max: 12_000,
  http_headers_ms: 15_000,
  message_bytes_max: MIB,
  tcp_connections_max: 12_000,
  tcp_idle_ms: 24 * 3_600_000,
  tcp_unfinished_ms: 60_000,
  tcp_unfinished_bytes_max: 64 * MIB,
  syslog_in_flight_bytes_max: 64 * MIB,
  udp_receive_buffer_bytes: 8 * MIB,
  repeat_entries_max: 10_000,
  repeat_window_ms: 600_000,
};

/** A small body may always inflate to this many bytes … */
const INFLATED_BYTES_FLOOR = 4 * MIB;
/** … and any body to this many times its size. */
const INFLATE_RATIO_MAX = 200;

/** Most bytes that a body of this size may become; more is a bomb. */
export function inflatedBytesMax(size: number, bodyBytesMax: number): number {
  return Math.min(bodyBytesMax, Math.max(INFLATED_BYTES_FLOOR, size * INFLATE_RATIO_MAX));
}

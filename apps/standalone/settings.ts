import { readFileSync } from 'node:fs';

import { DOOR_SETTINGS, DoorError, type DoorSettings } from '../collector/index.ts';
import type { Config } from '#libs/config';
import type { SpoolLimits } from '#libs/spool';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Syslog over TLS, when a certificate and a key are configured. */
function secureSyslog(at: Config['inputs']['syslog_tls']): Pick<DoorSettings, 'syslog_tls'> {
  const { address, port, tls_cert_file: cert, tls_key_file: key, client_ca_file: ca } = at;
  if (cert === undefined || key === undefined) return {};
  const read = (name: string, file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new DoorError(port, `inputs.syslog_tls.${name}`, error);
    }
  };
  const tls = {
    cert: read('tls_cert_file', cert),
    key: read('tls_key_file', key),
    ...(ca === undefined ? {} : { clientCa: read('client_ca_file', ca) }),
  };
  return { syslog_tls: { enabled: true, address, port, tls } };
}

/** The doors as the configuration wants them. */
export function doorSettings(
  { inputs, repeat }: Config,
  tls: { readonly cert: Buffer; readonly key: Buffer } | undefined,
): DoorSettings {
  const { bulk, syslog_udp: udp, syslog_tcp: tcp } = inputs;
  return {
    bulk: { ...bulk, ...(tls === undefined ? {} : { tls }) },
    syslog_udp: udp,
    syslog_tcp: tcp,
    ...secureSyslog(inputs.syslog_tls),
    limits: {
      ...DOOR_SETTINGS.limits,
      body_bytes_max: inputs.body_bytes_max,
      line_bytes_max: inputs.line_bytes_max,
      in_flight_bytes_max: inputs.in_flight_bytes_max,
      hold_ms: inputs.hold_s * SECOND_MS,
      tcp_connections_max: tcp.connections_max,
      tcp_idle_ms: tcp.idle_s * SECOND_MS,
      udp_receive_buffer_bytes: udp.receive_buffer_bytes,
      repeat_window_ms: repeat.window_s * SECOND_MS,
    },
  };
}

export function spoolLimits({ spool }: Config): Partial<SpoolLimits> {
  return {
    bytes_max: spool.bytes_max,
    segment_bytes: spool.segment_bytes,
    quarantine_bytes_max: spool.quarantine_bytes_max,
    reserve_bytes: spool.reserve_bytes,
  };
}

export function timeBounds({ time }: Config): { aheadMaxMs: number; pastMaxMs: number } {
  return { aheadMaxMs: time.future_s_max * SECOND_MS, pastMaxMs: time.past_days_max * DAY_MS };
}

export function correlateLimits({ rules }: Config): {
  latenessMs: number;
  matchesPerKeyMax: number;
  keysMax: number;
} {
  return {
    latenessMs: rules.lateness_s_max * SECOND_MS,
    matchesPerKeyMax: rules.matches_per_key_max,
    keysMax: rules.keys_max,
  };
}

export function sessionLimits({ session }: Config): { lifeMs: number; idleMs: number } {
  return { lifeMs: session.hours_max * HOUR_MS, idleMs: (session.idle_minutes * HOUR_MS) / 60 };
}

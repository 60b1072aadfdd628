import type { Place } from './locality.ts';

/** How a sender writes letters that are not ASCII; nearly all write UTF-8. */
export const CHARSETS = ['utf-8', 'windows-1252', 'windows-1258', 'tcvn3', 'utf-16le'] as const;
export type Charset = (typeof CHARSETS)[number];

/** What sends: a device or application of a locality, in the register. */
export interface LogSource {
  /** Stable id (`fw-12-03433`). */
  readonly id: string;
  readonly name: string;
  readonly place: Place;
  /**
   * Dataset its lines are in (`nginx.access`, `fortinet.fortigate`); absent: recognized line by
   * line.
   */
  readonly dataset?: string;
  /** Addresses it sends syslog from, and host names that stand in its lines. */
  readonly addresses: readonly string[];
  readonly hosts: readonly string[];
  /** Minutes east of UTC of stamps without a zone; Viet Nam is 420. */
  readonly zoneMinutes: number;
  /** Charset of its lines where they are not UTF-8. */
  readonly charset?: Charset;
  readonly system?: string;
  /** Security level of that system, 1 to 5, where it has one. */
  readonly systemLevel?: number;
  readonly vendor?: string;
  /** Silence is never judged sooner than this many seconds. */
  readonly silenceFloorS: number;
  /** `planned`: should exist and send, from that day on; `off`: not expected. */
  readonly expected: 'planned' | 'active' | 'off';
  readonly plannedFrom?: string;
}

export type SourceState =
  | 'sending'
  | 'slow'
  | 'silent'
  | 'disconnected'
  | 'flapping'
  | 'maintenance'
  | 'never_sent'
  | 'off';

/** A service people use, watched by probes (`motcua-80`). */
export interface Service {
  readonly id: string;
  readonly name: string;
  readonly place: Place;
  readonly system?: string;
  readonly vendor?: string;
}

/** A check from outside that a service answers. Times in seconds. */
export interface Probe {
  readonly id: string;
  readonly service: string;
  readonly kind: 'http' | 'tcp';
  /** URL for http, `host:port` for tcp. */
  readonly target: string;
  readonly intervalS: number;
  readonly timeoutS: number;
  /** Failures in a row that say down, successes in a row that say up. */
  readonly failures: number;
  readonly successes: number;
  readonly enabled: boolean;
}

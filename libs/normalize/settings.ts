import type { Register } from './place.ts';
import { TIME_BOUNDS, type TimeBounds } from './time.ts';

/** Viet Nam: +07:00 without daylight saving time. */
export const DEFAULT_ZONE_MINUTES = 420;

/**
 * What turns a decoded record into an event; an immutable snapshot in force at a position of the
 * spool.
 */
export interface NormalizeSettings {
  /** Random id of the spool, made with its folder. */
  readonly spoolId: string;
  /** Key of the masking hashes, 32 bytes or more; the national key only at the centre. */
  readonly maskKey: Uint8Array;
  readonly register: Register;
  readonly zoneMinutes: number;
  readonly timeBounds: TimeBounds;
}

/** Settings with the defaults of semantics.md. */
export function normalizeSettings(
  own: Pick<NormalizeSettings, 'spoolId' | 'maskKey' | 'register'> & Partial<NormalizeSettings>,
): NormalizeSettings {
  return { zoneMinutes: DEFAULT_ZONE_MINUTES, timeBounds: TIME_BOUNDS, ...own };
}

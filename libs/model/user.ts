import type { Place } from './locality.ts';

/**
 * analyst: works incidents; locality: its own place; manager: summaries, read only; admin: settings
 * and users.
 */
export type Role = 'analyst' | 'locality' | 'manager' | 'admin';

/**
 * Who asks, in what role and for which place; every read, stream and count is bounded by `scope`.
 */
export interface Principal {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: Place;
}

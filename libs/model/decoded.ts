import type { Oddity } from './body.ts';
import { newFields, type Fields } from './event.ts';

/**
 * How sure a stamp is: it names its zone, it is a wall clock without one, or a wall clock without
 * even a year.
 */
export type StampKind = 'zoned' | 'local' | 'yearless';

/**
 * What a decoder read from one record, before the record has a place, an id and masks. Filled once,
 * by one record;
 * holds unmasked text and never leaves the collector.
 */
export class Decoded {
  readonly fields: Fields = newFields();
  /** Name of the format (`nginx.access`); empty when nobody understood the record. */
  dataset = '';
  /**
   * Milliseconds since the epoch; for `local` and `yearless` those of the wall clock read as if it
   * were UTC.
   */
  time: number | undefined = undefined;
  stamp: StampKind = 'zoned';
  /**
   * The record as it was sent; kept in `event.original` unless the fields already say all of it.
   */
  original = '';
  keepOriginal = true;
  /** Dataset that the source's entry in the register, or the sender, says the record is of. */
  hint: string | undefined = undefined;
  /** False for what is no event: headings and comments of log files. */
  isEvent = true;
  /** Minutes east of UTC that the record itself claims for its stamps (`event.timezone`). */
  zoneMinutes: number | undefined = undefined;
  /** Province or commune code that the record states in words of its own (`locality=46`). */
  locality: string | undefined = undefined;
  /** Why it was cut or not understood, counted by this word. */
  oddity: Oddity | undefined = undefined;
}

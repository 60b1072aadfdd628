import type { AlertRecord, Place } from '#libs/model';

/** Where alerts go once it is decided whether people see them. */
export interface AlertSink {
  /**
   * Files alerts as they now are; resolves once durable. The same again changes nothing. With none
   * it only brings incidents that stand for others up to date with what people did.
   */
  settle(alerts: readonly AlertRecord[]): Promise<void>;
  /** An alert as it is filed. */
  alert(id: string): Promise<AlertRecord | undefined>;
  /** Alerts that count now, in no order. */
  liveAlerts(): Iterable<AlertRecord>;
  /** Whether an alert counts in an open incident. */
  isLive(id: string): boolean;
  /** Whether a person acted on an open incident. */
  isTouched(incident: string): boolean;
}

/** Puts an act of a person on record; resolves once the entry would survive a crash. */
export type Recorder = (entry: {
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly place: Place;
  readonly facts: Readonly<Record<string, string>>;
}) => Promise<unknown>;

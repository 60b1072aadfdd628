import type { AlertRecord } from '#libs/model';

/** Where alerts go once it is decided whether people see them. */
export interface AlertSink {
  /** Files alerts as they now are; resolves once durable. The same again changes nothing. */
  settle(alerts: readonly AlertRecord[]): Promise<void>;
  /** An alert as it is filed. */
  alert(id: string): Promise<AlertRecord | undefined>;
  /** Alerts that count now, in no order. */
  liveAlerts(): Iterable<AlertRecord>;
}

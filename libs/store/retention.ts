import type { EventStore } from './ports.ts';

/**
 * How long events are kept unless somebody says why not: 12 months searchable (Decree 333/2026,
 * 16.6).
 */
export const RETENTION_DAYS = 366;

const DAY_MS = 86_400_000;
const DAYS_MAX = 36_600;

export type RetentionCheck =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: 'retention_reason_missing' | 'retention_out_of_range';
      readonly message: string;
      readonly messageVi: string;
    };

/** Whether events may be kept for `days`; less than twelve months needs a reason on record. */
export function checkRetention(days: number, recordedReason: string | undefined): RetentionCheck {
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX) {
    return {
      ok: false,
      reason: 'retention_out_of_range',
      message: `Retention is a whole number of days from 1 to ${DAYS_MAX}.`,
      messageVi: `Thời gian lưu giữ là số ngày nguyên từ 1 đến ${DAYS_MAX}.`,
    };
  }
  if (days >= RETENTION_DAYS || (recordedReason ?? '').trim() !== '') return { ok: true };
  return {
    ok: false,
    reason: 'retention_reason_missing',
    message: `Keeping events for less than ${RETENTION_DAYS} days needs a recorded reason.`,
    messageVi: `Lưu sự kiện dưới ${RETENTION_DAYS} ngày cần ghi lý do.`,
  };
}

/** Removes the days that are older than `days` at `now` (ms since the epoch) and says which. */
export function retainEvents(
  store: EventStore,
  now: number,
  days: number,
): Promise<{ readonly days: readonly string[] }> {
  return store.dropBefore(Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS);
}

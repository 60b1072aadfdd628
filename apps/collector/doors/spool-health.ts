import type { HealthLine } from '#libs/protocol';
import type { Spool } from '#libs/spool';

/** What is set aside by reason; asked from the disk now and then. */
export interface QuarantineCounts {
  readonly byReason: Readonly<Record<string, number>>;
  readonly evicted: number;
}

const STATES: Readonly<Record<string, HealthLine['text']>> = {
  ok: { vi: 'Ghi tốt.', en: 'Writing.' },
  spool_full: {
    vi: 'Đã đầy: khâu xử lý phía sau không kịp; các cửa tạm chưa nhận thêm.',
    en: 'Full: the stages behind it are too slow; the doors take nothing more for now.',
  },
  disk_full: {
    vi: 'Đĩa sắp hết chỗ; các cửa tạm chưa nhận thêm. Hãy dọn đĩa.',
    en: 'The disk is nearly full; the doors take nothing more for now. Free some space.',
  },
  disk_error: {
    vi: 'Đĩa báo lỗi khi ghi; các cửa tạm chưa nhận thêm. Hãy kiểm tra đĩa.',
    en: 'The disk reports errors; the doors take nothing more for now. Check the disk.',
  },
  busy: { vi: 'Đĩa ghi không kịp.', en: 'The disk is too slow.' },
  closed: { vi: 'Đang dừng.', en: 'Stopping.' },
};

/** The line of the spool on the health page. */
export function spoolHealth(spool: Spool): HealthLine {
  const { state, bytes, end, pendingBytes, mended, limits } = spool;
  const { tailBytes, missingBytes } = mended;
  const damaged = tailBytes + missingBytes > 0;
  const text = STATES[state] ?? { vi: state, en: state };
  const mendedVi = ` Khi khởi động đã phải để riêng ${tailBytes} byte ghi dở, thiếu ${missingBytes} byte.`;
  const mendedEn = ` At the start ${tailBytes} unfinished bytes were set aside, ${missingBytes} were missing.`;
  return {
    id: 'spool',
    group: 'store',
    state:
      state === 'ok'
        ? missingBytes > 0
          ? 'degraded'
          : 'ok'
        : state === 'closed'
          ? 'off'
          : 'degraded',
    name: { vi: 'Vùng đệm thô', en: 'Spool' },
    text: damaged ? { vi: text.vi + mendedVi, en: text.en + mendedEn } : text,
    figures: {
      spool_bytes: bytes,
      spool_bytes_max: limits.bytes_max,
      spool_end: end,
      spool_pending_bytes: pendingBytes,
      spool_torn_tail_bytes: tailBytes,
      spool_missing_bytes: missingBytes,
    },
  };
}

/** The line of what was set aside. */
export function quarantineHealth(counts: QuarantineCounts): HealthLine {
  const entries = Object.entries(counts.byReason);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const list = entries.map(([reason, count]) => `${reason}: ${count}`).join(', ');
  return {
    id: 'quarantine',
    group: 'store',
    state: total === 0 ? 'ok' : 'degraded',
    name: { vi: 'Dữ liệu để riêng', en: 'Quarantine' },
    text:
      total === 0
        ? { vi: 'Không có gì bị để riêng.', en: 'Nothing is set aside.' }
        : {
            vi: `${total} mục không đọc hoặc không hiểu được, đang giữ để xem lại (${list}).`,
            en: `${total} things that could not be read or understood are kept for a look (${list}).`,
          },
    figures: {
      quarantine_total: total,
      quarantine_evicted: counts.evicted,
      ...Object.fromEntries(entries.map(([reason, count]) => [`quarantine_${reason}`, count])),
    },
  };
}

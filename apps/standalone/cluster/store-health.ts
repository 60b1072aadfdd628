import type { HealthLine } from '#libs/protocol';
import type { ElasticDocuments } from '#libs/store/elastic';

import type { WorkState } from './cluster-calls.ts';

const VI = new Intl.NumberFormat('vi-VN');
const EN = new Intl.NumberFormat('en-GB');

/** What this process writes into Elasticsearch, and how it is answered. */
export function bulkLine({ requests, requestMs, ...store }: WorkState['store']): HealthLine {
  const meanMs = requests === 0 ? 0 : Math.round(requestMs / requests);
  const base = {
    id: 'store_bulk',
    group: 'store',
    name: { vi: 'Ghi vào Elasticsearch', en: 'Writing to Elasticsearch' },
    figures: {
      bulk_events_stored_total: store.stored,
      bulk_events_repeated_total: store.repeats,
      bulk_events_rejected_total: store.rejected,
      bulk_events_parked_total: store.parked,
      bulk_requests_total: requests,
      bulk_requests_retried_total: store.retried,
      bulk_request_ms_mean: meanMs,
      bulk_held_bytes: store.heldBytes,
      store_template_repairs_total: store.repairs,
    },
  } as const;
  const reason = store.trouble?.reason;
  if (reason !== undefined) {
    const text = {
      vi: `Chưa ghi được, đang thử lại; không mất dữ liệu. Lý do: ${reason}`,
      en: `Not taken, trying again; nothing is lost. Reason: ${reason}`,
    };
    return { ...base, state: 'degraded', text };
  }
  const text = {
    vi: `${VI.format(store.stored)} sự kiện, trung bình ${VI.format(meanMs)} ms mỗi lần ghi, ${VI.format(store.rejected)} lần bị từ chối.`,
    en: `${EN.format(store.stored)} events, ${EN.format(meanMs)} ms a request on average, ${EN.format(store.rejected)} rejected for now.`,
  };
  return { ...base, state: 'ok', text };
}

/** How this process keeps in step with what the others write. */
export function followingLine(following: ReturnType<ElasticDocuments['following']>): HealthLine {
  const { seen, refills, heardMs = 0, trouble } = following;
  const base = {
    id: 'store_following',
    group: 'store',
    name: { vi: 'Theo kịp các tiến trình khác', en: 'In step with other processes' },
    figures: {
      documents_change_seen: seen,
      documents_refills_total: refills,
      documents_heard_seconds: Math.round(heardMs / 1_000),
    },
  } as const;
  if (trouble === undefined) {
    const text = { vi: 'Đang theo kịp.', en: 'In step.' };
    return { ...base, state: 'ok', text };
  }
  const text = { vi: `Chưa theo kịp: ${trouble}`, en: `Not in step: ${trouble}` };
  return { ...base, state: 'degraded', text };
}

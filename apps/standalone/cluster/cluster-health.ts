import type { RedisClock } from '#libs/coordination/redis';
import type { HealthLine } from '#libs/protocol';

import type { ElasticDocuments } from '#libs/store/elastic';

import type { ClusterWork } from './cluster-work.ts';
import { bulkLine, followingLine } from './store-health.ts';

const PERCENT = 100;
const MIB = 1_048_576;
const VI = new Intl.NumberFormat('vi-VN');
const EN = new Intl.NumberFormat('en-GB');

/** Seconds since the receipt of what was handed over last, where something waits behind it. */
function lagOf(received: number | undefined, waitingBytes: number, now: number): number {
  if (received === undefined || received === 0 || waitingBytes === 0) return 0;
  return Math.max(0, Math.round((now - received) / 1_000));
}

function drainLine(work: ClusterWork, now: number): HealthLine {
  const name = { vi: 'Chuyển vào Redis', en: 'Handing over to Redis' };
  const drainer = work.last?.drain.drainer;
  const { used = 0, most = 0 } = drainer?.memory ?? {};
  const figures = {
    batches_total: drainer?.batches ?? 0,
    events_total: drainer?.events ?? 0,
    undrained_bytes: work.undrainedBytes,
    drained_receipt_lag_seconds: lagOf(drainer?.received, work.undrainedBytes, now),
    redis_memory_bytes: used,
    redis_memory_limit_bytes: most,
  };
  const base = { id: 'stage_handover', group: 'stage', name, figures } as const;
  const trouble = drainer?.trouble;
  if (trouble !== undefined) {
    const forS = Math.max(0, Math.round((now - trouble.since) / 1_000));
    const text = {
      vi: `Dừng ${forS} giây, bộ đệm giữ tất cả. Lý do: ${trouble.reason}`,
      en: `Stopped for ${forS} seconds, the spool keeps everything. Reason: ${trouble.reason}`,
    };
    return { ...base, state: 'down', text };
  }
  const share = most === 0 ? 0 : Math.round((PERCENT * used) / most);
  const mib = Math.round(used / MIB);
  const text = {
    vi: `Redis đang dùng ${VI.format(mib)} MiB (${share} %).`,
    en: `Redis uses ${EN.format(mib)} MiB (${share} %).`,
  };
  return { ...base, state: 'ok', text };
}

function shardsLine(work: ClusterWork): HealthLine {
  const state = work.last?.work;
  const { owns, position, trouble: deskTrouble } = work.desk;
  const shards = state?.shards ?? [];
  const trouble = state?.trouble ?? deskTrouble;
  const figures = {
    shards_owned: shards.length,
    desk_owned: owns ? 1 : 0,
    desk_position: position,
    batches_waiting_index: state?.waiting.index ?? 0,
    batches_waiting_detect: state?.waiting.detect ?? 0,
  };
  const base = {
    id: 'stage_shards',
    group: 'stage',
    name: { vi: 'Tương quan chia mảnh', en: 'Correlation in shards' },
    figures,
  } as const;
  if (trouble !== undefined) {
    const text = { vi: `Đang bị kẹt: ${trouble}`, en: `Stuck: ${trouble}` };
    return { ...base, state: 'down', text };
  }
  const text = {
    vi: `Giữ ${shards.length} mảnh${owns ? ', và bàn gộp sự cố' : ''}.`,
    en: `Owns ${shards.length} shards${owns ? ' and the desk of incidents' : ''}.`,
  };
  return { ...base, state: 'ok', text };
}

function clockLine(clock: RedisClock): HealthLine {
  const offMs = clock.offBy();
  const base = {
    id: 'clock',
    group: 'machine',
    name: { vi: 'Đồng hồ của máy', en: 'Clock of this machine' },
    figures: { clock_off_seconds: Math.round(offMs / 1_000) },
  } as const;
  const off = Math.round(Math.abs(offMs) / 1_000);
  if (!clock.isOff) {
    const text = { vi: 'Khớp với Redis.', en: 'Agrees with Redis.' };
    return { ...base, state: 'ok', text };
  }
  const [vi, en] = offMs > 0 ? ['nhanh', 'ahead of'] : ['chậm', 'behind'];
  const text = {
    vi: `Máy chạy ${vi} hơn Redis ${VI.format(off)} giây: giờ nhận được lấy theo Redis. Hãy chỉnh lại đồng hồ.`,
    en: `${EN.format(off)} seconds ${en} Redis: receipt is stamped by the time of Redis. Set the clock right.`,
  };
  return { ...base, state: 'degraded', text };
}

/** Lines of the health page that only the distributed platform has. */
export function clusterHealth(
  work: ClusterWork,
  clock: RedisClock,
  documents: Pick<ElasticDocuments, 'following'>,
): readonly HealthLine[] {
  const state = work.last?.work;
  return [
    drainLine(work, clock.now()),
    ...(work.isEngine ? [shardsLine(work)] : []),
    ...(work.isEngine && state !== undefined ? [bulkLine(state.store)] : []),
    followingLine(documents.following()),
    clockLine(clock),
  ];
}

import type { ReaderState } from '#libs/handover';
import type { HealthLine } from '#libs/protocol';

import type { Engine } from './engine.ts';

/** Detection this far behind is said loudly (console.md R32). */
const LAG_AMBER_S = 60;
const LAG_RED_S = 300;
const VI = new Intl.NumberFormat('vi-VN');
const EN = new Intl.NumberFormat('en-GB');

function readerLine(state: ReaderState, name: HealthLine['name'], now: number): HealthLine {
  const { trouble, position, parked } = state;
  const figures = { position, parked, tries: trouble?.tries ?? 0 };
  const id = `stage_${state.reader}`;
  if (trouble === undefined) {
    const text = { vi: 'Đang chạy bình thường.', en: 'Running.' };
    return { id, group: 'stage', state: parked > 0 ? 'degraded' : 'ok', name, text, figures };
  }
  const forS = Math.round((now - trouble.since) / 1_000);
  const text = {
    vi: `Đang bị kẹt ${forS} giây, đang thử lại; không mất dữ liệu. Lý do: ${trouble.reason}`,
    en: `Stuck for ${forS} seconds and trying again; nothing is lost. Reason: ${trouble.reason}`,
  };
  return { id, group: 'stage', state: 'down', name, text, figures };
}

function decodeLine(engine: Engine): HealthLine {
  const decode = engine.state?.decode;
  const odd = Object.values(decode?.oddities ?? {}).reduce((sum, times) => sum + times, 0);
  const events = decode?.events ?? 0;
  const masked = decode?.masked ?? 0;
  return {
    id: 'stage_decode',
    group: 'stage',
    state: 'ok',
    name: { vi: 'Đọc hiểu và che dữ liệu', en: 'Decode, normalize, mask' },
    text: {
      vi: `${VI.format(events)} sự kiện, ${VI.format(odd)} có điểm lạ, ${VI.format(masked)} đã che dữ liệu cá nhân.`,
      en: `${EN.format(events)} events, ${EN.format(odd)} with something odd, ${EN.format(masked)} masked.`,
    },
    figures: {
      events_total: events,
      events_masked_total: decode?.masked ?? 0,
      bodies_total: decode?.bodies ?? 0,
      bodies_set_aside_total: decode?.setAside ?? 0,
      ...Object.fromEntries(
        Object.entries(decode?.oddities ?? {}).map(([name, times]) => [`oddity_${name}`, times]),
      ),
    },
  };
}

function lagLine(engine: Engine): HealthLine {
  const lag = engine.lagSeconds();
  const state = lag > LAG_RED_S ? 'down' : lag > LAG_AMBER_S ? 'degraded' : 'ok';
  return {
    id: 'stage_lag',
    group: 'stage',
    state,
    name: { vi: 'Độ trễ phát hiện', en: 'Detection lag' },
    text: { vi: `Chậm ${lag} giây so với lúc nhận.`, en: `${lag} seconds behind receipt.` },
    figures: { lag_seconds: lag },
  };
}

const READER_NAMES: Readonly<Record<ReaderState['reader'], HealthLine['name']>> = {
  index: { vi: 'Ghi vào kho sự kiện', en: 'Event store writer' },
  detect: { vi: 'Phát hiện và tương quan', en: 'Detection and correlation' },
};

/** Lines of the pipeline for the health page. */
export function engineHealth(engine: Engine, now: number): readonly HealthLine[] {
  const readers = (engine.state?.readers ?? []).map((state) =>
    readerLine(state, READER_NAMES[state.reader], now),
  );
  const { trouble, writer } = engine.state ?? {};
  const stuck = trouble ?? writer?.trouble?.reason;
  const checkpoint: HealthLine = {
    id: 'stage_checkpoint',
    group: 'store',
    state: stuck === undefined ? 'ok' : 'down',
    name: { vi: 'Chốt dữ liệu xuống đĩa', en: 'Checkpoints' },
    text:
      stuck === undefined
        ? { vi: 'Dữ liệu được chốt đều đặn.', en: 'Data is made durable regularly.' }
        : {
            vi: `Không ghi được xuống đĩa, bộ đệm đang giữ dữ liệu: ${stuck}`,
            en: `The disk cannot be written, the spool keeps everything: ${stuck}`,
          },
    figures: {
      events_written: writer?.written ?? 0,
      events_repeated: writer?.repeats ?? 0,
      indexed_position: engine.state?.indexed ?? 0,
    },
  };
  return [lagLine(engine), decodeLine(engine), ...readers, checkpoint];
}

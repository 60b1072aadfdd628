import { SimulatedClock, SystemClock, type Clock, type LogSource } from '#libs/model';
import { createRegister, normalizeSettings } from '#libs/normalize';

import { BodyDecoder } from '../../collector/pipeline/decode-body.ts';
import type { ClockSettings, DecodeSettings } from './pipeline-calls.ts';

/** The clock of a thread: the machine's own, or the simulated one that all threads share. */
export function clockOf(settings: ClockSettings): Clock {
  if (settings.kind === 'system') return new SystemClock();
  return new SimulatedClock(settings.start, settings.speed, settings.origin);
}

/**
 * Rebuilds the decoder when the register changes; what is decoded later is placed by the new one.
 */
export function decoderOf(start: DecodeSettings, spoolId: string, sources: readonly LogSource[]) {
  return new BodyDecoder(
    normalizeSettings({
      spoolId,
      maskKey: start.maskKey,
      register: createRegister(start.localities, sources),
      zoneMinutes: start.zoneMinutes,
      timeBounds: start.timeBounds,
    }),
  );
}

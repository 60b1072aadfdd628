import { useEffect, useRef } from 'react';

import { useQueue } from '../../shell/desk.tsx';
import { useSettings } from '../../shell/settings.ts';

const CHIME_MS_MIN = 30_000;
const TONE_HZ = 660;
const TONE_S = 0.35;

function ring(): void {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = TONE_HZ;
  volume.gain.setValueAtTime(0.12, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + TONE_S);
  tone.connect(volume).connect(audio.destination);
  tone.onended = () => void audio.close();
  tone.start();
  tone.stop(audio.currentTime + TONE_S);
}

/**
 * One chime in thirty seconds at most, for new critical incidents alone, when the person switched
 * it on.
 */
export function useChime(): void {
  const { alarming } = useQueue();
  const { sound } = useSettings();
  const before = useRef(alarming);
  const last = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const more = alarming > before.current;
    before.current = alarming;
    if (!more || sound === 'off') return;
    const now = performance.now();
    if (now - last.current < CHIME_MS_MIN) return;
    last.current = now;
    ring();
  }, [alarming, sound]);
}

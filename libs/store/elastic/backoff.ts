const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

/**
 * A pause of this many ms before try `tries` (from 1), never the same for two who failed at once.
 */
export function backoffMs(tries: number, random: () => number = Math.random): number {
  const most = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(tries, 20));
  return Math.ceil(most * (0.5 + random() / 2));
}

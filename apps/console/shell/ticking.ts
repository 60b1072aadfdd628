import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

const TICK_MS = 1_000;

function subscribe(call: () => void): () => void {
  listeners.add(call);
  timer ??= setInterval(() => {
    for (const listener of listeners) listener();
  }, TICK_MS);
  return () => {
    listeners.delete(call);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/**
 * A value of the passing time, looked at once a second; the component paints only when the value
 * changed.
 */
export function useTicking<T extends string | number | boolean | null>(read: () => T): T {
  return useSyncExternalStore(subscribe, read);
}

import { useCallback, useState } from 'react';

/** Rows ticked in this browser tab; kept over reloads (console.md R5). */
export interface Ticks {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly set: (ids: readonly string[]) => void;
}

const KEY = 'thapcanh.ticks';
/** Ticked rows at most. */
export const TICKS_MAX = 1_000;

function restore(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}

function keep(ids: ReadonlySet<string>): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...ids]));
  } catch {
    // Storage is full or forbidden: ticks then last as long as the page.
  }
}

export function useTicks(): Ticks {
  const [ids, setIds] = useState(restore);
  const change = useCallback((next: ReadonlySet<string>) => {
    keep(next);
    setIds(next);
  }, []);
  return {
    ids,
    toggle: (id) => {
      const next = new Set(ids);
      if (!next.delete(id) && next.size < TICKS_MAX) next.add(id);
      change(next);
    },
    set: (list) => change(new Set(list.slice(0, TICKS_MAX))),
  };
}

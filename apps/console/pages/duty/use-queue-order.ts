import { useEffect, useRef } from 'react';

import { useDesk, useLive, useQueue } from '../../shell/desk.tsx';
import { criteriaOf, type DutySearch } from './duty-search.ts';

/** New rows come in by themselves no more often than this. */
const MERGE_MS = 1_000;
/** Rows that had to wait (for the pause above, or for the hand) are looked at again this often. */
const LOOK_MS = 250;

/**
 * When the list is built anew: because the person asked (filter, order, N), because the first rows
 * are there, and,
 * while nobody could be disturbed by it, for new rows: at once, then once a second (console.md R1,
 * R3).
 */
export function useQueueOrder(search: DutySearch, calm: () => boolean): void {
  const { view, session } = useDesk();
  const { rows } = useLive();
  const { v, q, sev, st, loc, sort, nhom } = search;
  useEffect(() => {
    view.ask(criteriaOf({ v, q, sev, st, loc, sort, nhom } as DutySearch, session.user));
  }, [view, session.user, v, q, sev, st, loc, sort, nhom]);

  useEffect(() => {
    if (rows === 'partial') view.rebuild();
    if (rows === 'whole') view.mergeFresh();
  }, [view, rows]);

  const latest = useRef(calm);
  useEffect(() => {
    latest.current = calm;
  });
  useEffect(() => {
    if (rows !== 'whole') return;
    let merged = Number.NEGATIVE_INFINITY;
    const merge = (): void => {
      const { fresh, paused, order } = view.snapshot();
      const now = performance.now();
      if (fresh === 0 || paused || now - merged < MERGE_MS) return;
      if (order.length > 0 && !latest.current()) return;
      merged = now;
      view.mergeFresh();
    };
    const stop = view.subscribe(merge);
    const timer = setInterval(merge, LOOK_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [view, rows]);
}

/** Shows the new rows because the person asked for them. */
export function useShowFresh(toTop: () => void): () => void {
  const { view, book } = useDesk();
  const { paused } = useQueue();
  return () => {
    if (paused) book.resume();
    view.rebuild();
    toTop();
  };
}

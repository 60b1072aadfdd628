import { useEffect, useRef } from 'react';

import { useDesk, useLive, useQueue } from '../../shell/desk.tsx';
import { criteriaOf, type DutySearch } from './duty-search.ts';

/** New rows come in by themselves no more often than this. */
const MERGE_MS = 1_000;

/**
 * When the list is built anew: because the person asked (filter, order, N), because the first rows
 * are there, and,
 * while nobody could be disturbed by it, once a second for new rows (console.md R1, R3).
 */
export function useQueueOrder(search: DutySearch, calm: () => boolean): void {
  const { view, session } = useDesk();
  const { rows } = useLive();
  const { v, q, sev, st, loc, sort } = search;
  useEffect(() => {
    view.ask(criteriaOf({ v, q, sev, st, loc, sort } as DutySearch, session.user));
  }, [view, session.user, v, q, sev, st, loc, sort]);

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
    const timer = setInterval(() => {
      const { fresh, paused, order } = view.snapshot();
      if (fresh === 0 || paused) return;
      if (order.length === 0 || latest.current()) view.mergeFresh();
    }, MERGE_MS);
    return () => clearInterval(timer);
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

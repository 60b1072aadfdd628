import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';

import { useDesk, useQueue } from '../../shell/desk.tsx';
import { useWork, type Work } from '../incident/use-work.ts';
import type { Duty, DutyParts } from './duty.ts';
import { useDutyKeys } from './duty-keys.ts';
import { groupItem, groupOf, useItems } from './group-items.ts';
import { type DutySearch, readDutySearch } from './duty-search.ts';
import { useTicks } from './ticks.ts';
import { useCursor } from './use-cursor.ts';
import { useQueueOrder, useShowFresh } from './use-queue-order.ts';

function useDutySearch(): readonly [DutySearch, Duty['change']] {
  const search = useSearch({ from: '/shell/truc' });
  const navigate = useNavigate();
  const change = useCallback<Duty['change']>(
    (patch, replace = false) => {
      void navigate({
        to: '/truc',
        replace,
        search: (before) => readDutySearch({ ...before, ...patch }),
      });
    },
    [navigate],
  );
  return [search, change];
}

/** Tells colleagues which incident is open here, and whether this person is writing. */
function usePresence(incident: string | null, working: boolean): void {
  const { queue } = useDesk();
  useEffect(() => {
    queue.present(incident, working);
    return () => queue.present(null, false);
  }, [queue, incident, working]);
}

/** A function that stays the same one for memoized rows and always runs the latest. */
function useLatest<A extends readonly unknown[]>(call: (...args: A) => void): (...args: A) => void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}

function useMoves(
  order: readonly string[],
  cursor: string | null,
  moveTo: (id: string) => void,
  parts: DutyParts,
): Duty['step'] {
  return (by) => {
    const at = cursor === null ? -1 : order.indexOf(cursor);
    const next = Math.min(order.length - 1, Math.max(0, at + by));
    const id = order[next];
    if (id === undefined) return;
    moveTo(id);
    parts.list?.reveal(next);
  };
}

/** Closing the panel closes the form in it, which would show it again. */
function closing(work: Work, change: Duty['change']): () => void {
  return () => {
    work.open(null);
    change({ khung: '0' }, true);
  };
}

export function useDuty(parts: DutyParts): Duty {
  const navigate = useNavigate();
  const { book } = useDesk();
  const { order, groups, paused } = useQueue();
  const [search, change] = useDutySearch();
  const lines = useItems(order, groups, search.nhom ?? null);
  const write = (id: string | null): void => change({ id: id ?? undefined }, true);
  const [cursor, moveTo] = useCursor(search.id ?? null, write);
  const ticks = useTicks();
  const work = useWork();
  const group = cursor === null ? null : groupOf(cursor);
  // A form is there before the next key is typed; the address follows.
  const panelOpen =
    cursor !== null && group === null && (search.khung !== '0' || work.form !== null);
  const ticked = [...ticks.ids];
  const here = group !== null ? lines.members(group) : cursor === null ? [] : [cursor];
  usePresence(panelOpen ? cursor : null, work.form !== null);
  useQueueOrder(search, () => {
    const atTop = parts.list?.atTop() === true;
    const busy = parts.hovered || ticks.ids.size > 0;
    return atTop && !busy && parts.side?.contains(document.activeElement) !== true;
  });
  const duty: Duty = {
    search,
    change,
    lines,
    cursor,
    panelOpen,
    ticks,
    work,
    targets: ticked.length > 0 ? ticked : here,
    step: useMoves(lines.items, cursor, moveTo, parts),
    tick: useLatest((id: string, extend: boolean) => {
      const from = cursor === null ? -1 : order.indexOf(cursor);
      const to = order.indexOf(id);
      if (!extend || from < 0 || to < 0) ticks.toggle(id);
      else {
        const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
        ticks.set([...ticks.ids, ...range]);
      }
    }),
    toggleGroup: useLatest((key: string) => {
      moveTo(groupItem(key));
      lines.toggle(key);
    }),
    tickAll: useLatest((ids: readonly string[], on: boolean) => {
      const gone = new Set(ids);
      const kept = ticked.filter((id) => !gone.has(id));
      ticks.set(on ? [...kept, ...ids] : kept);
    }),
    openPanel: useLatest((id: string) => {
      moveTo(id);
      change({ id, khung: undefined }, true);
    }),
    openPage: useLatest((id: string) => void navigate({ to: '/su-co/$id', params: { id } })),
    openForm: (form) => {
      const id = group === null ? (cursor ?? ticked[0]) : here[0];
      if (id === undefined) return;
      moveTo(id);
      change({ id, khung: undefined, ...(form === 'comment' && { tab: 'comments' }) }, true);
      work.open(form);
    },
    closePanel: closing(work, change),
    pause: () => (paused ? book.resume() : book.pause()),
    showFresh: useShowFresh(() => parts.list?.toTop()),
    clearFilters: () => change({ q: undefined, sev: undefined, st: undefined, loc: undefined }),
  };
  useDutyKeys(duty, () => parts.find?.focus());
  return duty;
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';

import { useText } from '../../i18n/text.tsx';
import type { Sort, Tab } from '../../live/criteria.ts';
import { useDesk, useQueue } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { IncidentPanel } from '../incident/incident-panel.tsx';
import type { PanelTab } from '../incident/incident-search.ts';
import { useWork } from '../incident/use-work.ts';
import { BulkBar } from './bulk-bar.tsx';
import { useChime } from './chime.ts';
import { DutyBar } from './duty-bar.tsx';
import { DutyEmpty } from './duty-empty.tsx';
import { useDutyKeys } from './duty-keys.ts';
import type { DutySearch } from './duty-search.ts';
import styles from './duty.module.css';
import { Filters } from './filters.tsx';
import { OfflineBar, useResumeToast } from './offline-bar.tsx';
import { type ListControl, QueueList } from './queue-list.tsx';
import { usePanelWidth } from './splitter.tsx';
import { Announcer, Strip } from './strip.tsx';
import { useTicks } from './ticks.ts';
import { useCursor } from './use-cursor.ts';
import { useQueueOrder, useShowFresh } from './use-queue-order.ts';

type Patch = { readonly [K in keyof DutySearch]?: DutySearch[K] | undefined };

function useDutySearch(): readonly [DutySearch, (patch: Patch, replace?: boolean) => void] {
  const search = useSearch({ from: '/shell/truc' });
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Patch, replace = false) => {
      void navigate({
        to: '/truc',
        replace,
        search: (before) => ({ ...before, ...patch }) as DutySearch,
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

/**
 * The duty queue: a list that never moves under the hand, and the incident under the cursor beside
 * it.
 */
export function DutyPage(): ReactNode {
  const text = useText();
  const navigate = useNavigate();
  const { book, view } = useDesk();
  const { order, alarming, paused } = useQueue();
  const [search, change] = useDutySearch();
  const [cursor, moveTo] = useCursor(search.id ?? null, (id) =>
    change({ id: id ?? undefined }, true),
  );
  const ticks = useTicks();
  const work = useWork();
  const [width, splitter] = usePanelWidth();
  const list = useRef<ListControl>(null);
  const find = useRef<HTMLInputElement>(null);
  const side = useRef<HTMLElement>(null);
  const hovered = useRef(false);
  const panelOpen = cursor !== null && search.khung !== '0';
  const tab: PanelTab = search.tab ?? 'timeline';
  const showFresh = useShowFresh(list);
  useResumeToast();
  useChime();
  usePresence(panelOpen ? cursor : null, work.form !== null);
  useQueueOrder(search, () => {
    const atEase = list.current?.atTop() === true && ticks.ids.size === 0 && !hovered.current;
    return atEase && side.current?.contains(document.activeElement) !== true;
  });

  const openPanel = useCallback(
    (id: string) => {
      moveTo(id);
      change({ id, khung: undefined }, true);
    },
    [moveTo, change],
  );
  const openPage = useCallback(
    (id: string) => void navigate({ to: '/su-co/$id', params: { id } }),
    [navigate],
  );
  const step = (by: number): void => {
    const at = cursor === null ? -1 : order.indexOf(cursor);
    const next = Math.min(order.length - 1, Math.max(0, at + by));
    const id = order[next];
    if (id === undefined) return;
    moveTo(id);
    list.current?.reveal(next);
  };
  const tick = useCallback(
    (id: string, extend: boolean) => {
      const from = cursor === null ? -1 : order.indexOf(cursor);
      const to = order.indexOf(id);
      if (!extend || from < 0 || to < 0) {
        ticks.toggle(id);
        return;
      }
      const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
      ticks.set([...ticks.ids, ...range]);
    },
    [cursor, order, ticks],
  );
  const latestTick = useRef(tick);
  useEffect(() => {
    latestTick.current = tick;
  });
  const onTick = useCallback((id: string, extend: boolean) => latestTick.current(id, extend), []);
  const pause = (): void => (paused ? book.resume() : book.pause());
  const ticked = [...ticks.ids];
  const targets = ticked.length > 0 ? ticked : cursor === null ? [] : [cursor];
  const openForm = (form: 'verdict' | 'assign' | 'comment'): void => {
    const id = cursor ?? ticked[0] ?? null;
    if (id === null) return;
    if (id !== cursor) moveTo(id);
    change({ id, khung: undefined, ...(form === 'comment' ? { tab: 'comments' } : {}) }, true);
    work.open(form);
  };
  const clear = (): void => change({ q: undefined, sev: undefined, st: undefined, loc: undefined });

  useDutyKeys({
    cursor,
    order,
    ticks,
    targets,
    work,
    panelOpen,
    step,
    tick,
    openPage,
    openForm,
    pause,
    showFresh,
    togglePanel: () => {
      if (cursor === null) step(1);
      else change({ khung: panelOpen ? '0' : undefined }, true);
    },
    closePanel: () => change({ khung: '0' }, true),
    find: () => find.current?.focus(),
    tab: (next) => change({ tab: next }, true),
  });

  return (
    <PageFrame
      title={text.duty.title}
      alarming={alarming}
      bar={
        <DutyBar
          tab={search.v ?? 'open'}
          onTab={(next: Tab) => change({ v: next === 'open' ? undefined : next })}
          find={search.q ?? ''}
          onFind={(q) => change({ q: q === '' ? undefined : q }, true)}
          findRef={find}
          onPause={pause}
        />
      }
    >
      <div className={styles.page}>
        <div className={styles.column}>
          <div className={styles.top}>
            <OfflineBar />
            {ticked.length > 0 ? (
              <BulkBar
                ids={ticked}
                all={order}
                cursor={cursor}
                work={work}
                onTicks={ticks.set}
                onForm={openForm}
              />
            ) : (
              <Filters search={search} change={change} />
            )}
          </div>
          <QueueList
            ref={list}
            order={order}
            cursor={cursor}
            ticks={ticks.ids}
            sort={search.sort ?? 'severity'}
            onSort={(sort: Sort) => {
              if (sort === view.criteria.sort) view.rebuild();
              else change({ sort });
            }}
            onPick={openPanel}
            onTick={onTick}
            onOpen={openPage}
            onHover={(over) => {
              hovered.current = over;
            }}
            strip={<Strip onShow={showFresh} />}
            empty={<DutyEmpty search={search} onClear={clear} />}
          />
        </div>
        {panelOpen ? (
          <aside
            ref={side}
            className={styles.side}
            style={{ width }}
            aria-label={text.panel.title}
            data-region="panel"
          >
            {splitter}
            <IncidentPanel
              id={cursor}
              tab={tab}
              onTab={(next) => change({ tab: next }, true)}
              onStep={step}
              onClose={() => change({ khung: '0' }, true)}
              onComment={() => openForm('comment')}
              onDone={() => list.current?.focus()}
              targets={targets}
              work={work}
            />
          </aside>
        ) : null}
      </div>
      <Announcer />
    </PageFrame>
  );
}

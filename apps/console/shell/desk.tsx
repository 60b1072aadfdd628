import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';

import type { IncidentListView, IncidentRow, IncidentView, SessionView } from '#libs/protocol';

import { get, post } from '../api/client.ts';
import { type Act, Acts } from '../live/acts.ts';
import { LiveQueue, type LiveState } from '../live/live-queue.ts';
import { type QueueSnapshot, QueueView } from '../live/queue-view.ts';
import { RowBook } from '../live/row-book.ts';
import { ServerClock } from '../live/server-clock.ts';

/** What a signed-in person works with, alive from sign-in to sign-out whatever page is open. */
export interface Desk {
  readonly session: SessionView;
  readonly book: RowBook;
  readonly view: QueueView;
  readonly queue: LiveQueue;
  readonly acts: Acts;
  readonly clock: ServerClock;
  /** False for roles that only read. */
  readonly mayAct: boolean;
  readonly may: May;
}

/** What the server lets this role do beside incidents; what is not allowed is not shown. */
export interface May {
  readonly search: boolean;
  readonly exportEvents: boolean;
  readonly assignSources: boolean;
  readonly administer: boolean;
  /** Maintenance windows and silences. */
  readonly holdBack: boolean;
}

function mayOf(role: SessionView['role']): May {
  const analyst = role === 'analyst' || role === 'admin';
  return {
    search: role !== 'manager',
    exportEvents: analyst,
    assignSources: analyst,
    administer: role === 'admin',
    holdBack: role !== 'manager',
  };
}

/** Deadlines are looked at this often; rows tell about themselves. */
const RECOUNT_MS = 10_000;
/** A hidden page paints nothing; its counters and title still move. */
const HIDDEN_FLUSH_MS = 1_000;

const Context = createContext<Desk | null>(null);

function schedule(flush: () => void): void {
  if (document.hidden) setTimeout(flush, HIDDEN_FLUSH_MS);
  else requestAnimationFrame(flush);
}

function socketAddress(): string {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}/console`;
}

function createDesk(session: SessionView, told: (view: IncidentView) => void): Desk {
  const now = (): number => performance.now();
  const clock = new ServerClock(now, Date.now());
  const book = new RowBook(schedule);
  const view = new QueueView(
    book,
    {
      tab: 'open',
      severity: null,
      status: null,
      locality: null,
      text: '',
      sort: 'severity',
      group: null,
      user: session.user,
    },
    clock.now,
  );
  const queue = new LiveQueue(
    {
      open: () => new WebSocket(socketAddress()),
      now,
      random: Math.random,
      page: (limit, cursor) =>
        get<IncidentListView>('/incidents', { status: 'open', limit, cursor: cursor ?? undefined }),
      one: (id) => get<IncidentRow>(`/incidents/${id}`),
    },
    book,
    clock,
  );
  const acts = new Acts(
    {
      now,
      user: () => session.user,
      post: async (act: Act, version: number) => {
        const path = `/incidents/${act.incident}/${act.action}`;
        const changed = await post<IncidentView>(path, { ...act.fields, version });
        told(changed);
        return changed;
      },
    },
    book,
  );
  return {
    session,
    book,
    view,
    queue,
    acts,
    clock,
    mayAct: session.role !== 'manager',
    may: mayOf(session.role),
  };
}

export function DeskProvider(props: {
  readonly session: SessionView;
  readonly children: ReactNode;
}): ReactNode {
  const cache = useQueryClient();
  const [desk] = useState(() =>
    createDesk(props.session, (view) => cache.setQueryData(['incident', view.id], view)),
  );
  // Until the temporary password is changed the server answers nothing but that.
  const waits = props.session.mustChangePassword;
  useEffect(() => {
    if (waits) return;
    desk.queue.start();
    const timer = setInterval(() => desk.view.recount(), RECOUNT_MS);
    return () => {
      clearInterval(timer);
      desk.queue.stop();
    };
  }, [desk, waits]);
  return <Context value={desk}>{props.children}</Context>;
}

export function useDesk(): Desk {
  const desk = useContext(Context);
  if (desk === null) throw new Error('useDesk outside DeskProvider');
  return desk;
}

export function useQueue(): QueueSnapshot {
  const { view } = useDesk();
  return useSyncExternalStore(view.subscribe, view.snapshot);
}

export function useLive(): LiveState {
  const { queue } = useDesk();
  return useSyncExternalStore(queue.subscribe, queue.state);
}

/** The row as it is to be painted, undefined when it is not, or no longer, known. */
export function useRow(id: string): IncidentRow | undefined {
  const { book } = useDesk();
  return useSyncExternalStore(
    (call) => book.watch(id, call),
    () => book.shown(id),
  );
}

/** Without a word from the server for this long, the browser's own clock has to do. */
const CLOCK_WAIT_MS = 2_000;

/** True once the product's time is known: in the demonstration it is another day than here. */
export function useClockKnown(): boolean {
  const { lag } = useLive();
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), CLOCK_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);
  return waited || lag !== null;
}

import type { Delta, IncidentListView, IncidentRow, ServerFrame } from '#libs/protocol';

import { LiveLink, type LinkState, type LinkWorld } from './live-link.ts';
import type { RowBook } from './row-book.ts';
import { rowOf } from './row-of.ts';
import type { ServerClock } from './server-clock.ts';

type People = Extract<ServerFrame, { event: 'presence' }>['data']['people'];

/** How the queue and its connection stand; a new object whenever any of it changed. */
export interface LiveState {
  readonly link: LinkState;
  /**
   * `first`: nothing yet; `partial`: the first page is here; `whole`: all rows; `failed`: no page
   * could be had.
   */
  readonly rows: 'first' | 'partial' | 'whole' | 'failed';
  readonly failure: unknown;
  readonly people: People;
  /** Seconds, `null` until the server said so. */
  readonly lag: number | null;
  readonly sending: number | null;
  /** Keys that bring data without a source in the register. */
  readonly unregistered: number;
  readonly expected: number | null;
  /** Changes taken in by the last resume after a cut, and its number. */
  readonly resumed: { readonly changes: number; readonly times: number };
}

export interface LiveWorld extends LinkWorld {
  readonly page: (limit: number, cursor: string | null) => Promise<IncidentListView>;
  readonly one: (id: string) => Promise<IncidentRow>;
}

const FIRST_PAGE = 100;
const NEXT_PAGES = 1000;
/** Deltas kept while pages come; past this the snapshot is begun again. */
const BUFFERED_DELTAS_MAX = 5_000;
/** Rows asked for one by one; more unknown rows than this mean that the snapshot is no good. */
const UNKNOWN_ROWS_MAX = 50;
const RETRY_MS = 2_000;

/**
 * Keeps a book equal to the server's incidents: a snapshot in pages, then numbered deltas, resumed
 * after every cut.
 */
export class LiveQueue {
  readonly book: RowBook;
  readonly clock: ServerClock;
  readonly #world: LiveWorld;
  readonly #link: LiveLink;
  readonly #listeners = new Set<() => void>();
  #seq: number | null = null;
  #buffer: Delta[] | null = null;
  #round = 0;
  #resuming = false;
  #stopped = true;
  #heard: number | null = null;
  #state: LiveState = {
    link: { kind: 'connecting' },
    rows: 'first',
    failure: null,
    people: [],
    lag: null,
    sending: null,
    unregistered: 0,
    expected: null,
    resumed: { changes: 0, times: 0 },
  };

  constructor(world: LiveWorld, book: RowBook, clock: ServerClock) {
    this.#world = world;
    this.book = book;
    this.clock = clock;
    this.#link = new LiveLink(world);
    this.#link.opened = () => this.#subscribe();
    this.#link.moved = (link) => this.#set({ link });
    this.#link.frame = (frame) => this.#take(frame);
  }

  state = (): LiveState => this.#state;

  subscribe = (call: () => void): (() => void) => {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  };

  /** Number of the last change that is in the book, null before the first page. */
  get seq(): number | null {
    return this.#seq;
  }

  /** Local monotonic time of the last sign of life, null before the first. */
  get heard(): number | null {
    return this.#heard;
  }

  start(): void {
    this.#stopped = false;
    this.#link.connect();
    void this.#snapshot();
  }

  stop(): void {
    this.#stopped = true;
    this.#round += 1;
    this.#link.close();
  }

  /** Connects at once: the person asked, or signed in again. */
  reconnect(): void {
    this.#link.connect();
    if (this.#state.rows === 'failed') void this.#snapshot();
  }

  /** Fetches everything again, keeping the rows on screen until it is here. */
  reload(): void {
    void this.#snapshot();
  }

  /** Tells colleagues what this person looks at. */
  present(incident: string | null, working: boolean): void {
    this.#link.send({ event: 'presence', data: { incident, working } });
  }

  #subscribe(): void {
    if (this.#seq === null) return;
    this.#resuming = true;
    this.#link.send({ event: 'subscribe', data: { topic: 'incidents', since: this.#seq } });
  }

  async #snapshot(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    this.#buffer = [];
    const seen = new Set<string>();
    let cursor: string | null = null;
    try {
      do {
        const limit = cursor === null ? FIRST_PAGE : NEXT_PAGES;
        const page: IncidentListView = await this.#world.page(limit, cursor);
        if (round !== this.#round) return;
        for (const row of page.rows) seen.add(row.id);
        this.book.load(page.rows);
        this.#heard = this.#world.now();
        if (cursor === null) {
          this.#seq = page.seq;
          this.#set({ rows: this.#state.rows === 'whole' ? 'whole' : 'partial', failure: null });
          this.#subscribe();
        }
        cursor = page.cursor;
      } while (cursor !== null);
    } catch (failure) {
      this.#snapshotFailed(round, failure);
      return;
    }
    this.#whole(seen);
  }

  #snapshotFailed(round: number, failure: unknown): void {
    if (round !== this.#round || this.#stopped) return;
    this.#set({ rows: this.#state.rows === 'first' ? 'failed' : this.#state.rows, failure });
    setTimeout(() => {
      if (round === this.#round && !this.#stopped) void this.#snapshot();
    }, RETRY_MS);
  }

  #whole(seen: ReadonlySet<string>): void {
    const buffer = this.#buffer ?? [];
    this.#buffer = null;
    const added = new Set(buffer.flatMap((delta) => delta.add.map((row) => row.id)));
    for (const row of this.book.rows()) {
      // Rows that the server no longer lists as open and that no delta brought are gone since the
      // last snapshot.
      if (row.status !== 'closed' && !seen.has(row.id) && !added.has(row.id))
        this.book.drop(row.id);
    }
    for (const delta of buffer) this.#apply(delta);
    this.#set({ rows: 'whole' });
  }

  #take(frame: ServerFrame): void {
    switch (frame.event) {
      case 'delta':
        this.#delta(frame.data);
        break;
      case 'resync':
        void this.#snapshot();
        break;
      case 'presence':
        this.#set({ people: frame.data.people });
        break;
      case 'clock': {
        this.clock.note(Date.parse(frame.data.now));
        const { lag, sending, expected, unregistered } = frame.data;
        this.#set({ lag, sending, expected, unregistered });
        break;
      }
      case 'subscribed':
      case 'pong':
        break;
    }
    this.#heard = this.#world.now();
  }

  #delta(delta: Delta): void {
    if (this.#seq === null || delta.to <= this.#seq) return;
    if (delta.from > this.#seq + 1) {
      // Something was lost on the way: the server sends again from what we have.
      this.#link.connect();
      return;
    }
    this.#seq = delta.to;
    if (this.#resuming) {
      this.#resuming = false;
      const changes = delta.set.length + delta.add.length + delta.drop.length;
      const { times } = this.#state.resumed;
      if (this.#state.rows === 'whole') this.#set({ resumed: { changes, times: times + 1 } });
    }
    if (this.#buffer === null) this.#apply(delta);
    else if (this.#buffer.length < BUFFERED_DELTAS_MAX) this.#buffer.push(delta);
    else void this.#snapshot();
  }

  #apply(delta: Delta): void {
    const unknown = this.book.apply(delta);
    if (unknown.length === 0) return;
    if (unknown.length > UNKNOWN_ROWS_MAX) void this.#snapshot();
    else for (const id of unknown) void this.#fetch(id);
  }

  /** A row that moved between two pages, or was reopened, is asked for by itself. */
  async #fetch(id: string): Promise<void> {
    try {
      const row = await this.#world.one(id);
      if (row.status !== 'closed' || this.book.row(id) !== undefined) this.book.put(rowOf(row));
    } catch {
      // Not visible to this person or gone: the next snapshot says so too.
    }
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const call of this.#listeners) call();
  }
}

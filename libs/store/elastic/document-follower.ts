import { setTimeout as pause } from 'node:timers/promises';

import type { Change, ChangeLog } from '#libs/coordination';

import { backoffMs } from './backoff.ts';
import type { DocumentIndex } from './document-index.ts';
import type { DocumentMemory } from './document-memory.ts';
import type { DocumentNews } from '../ports.ts';
import { keyToken, type Held } from './document-record.ts';
import type { Dsl } from './dsl.ts';
import type { LogHearers } from './log-hearers.ts';

const LOG = 'documents';
/** How long a look at the log waits for news. */
const WAIT_MS = 500;
/** How often the index is asked for what the log missed. */
const CHECK_MS = 5_000;
/** The same while there is no log to hear: the index is all there is to look at. */
const LOOK_MS = 500;
/** A log that has not answered for so long is silent. */
const SILENT_MS = 3_000;
/** Calls to the log under way; beyond that others see the changes at their next look. */
const TELLING_MAX = 1_000;
/** Changes this old are no longer under way, so that all with lower numbers have been seen. */
const SETTLED_MS = 15_000;
/** Changes that can be under way at once: they may be seen after one with a higher number. */
const UNDER_WAY_MAX = 10_000;
const LOG_PAGE = 1_000;
/** Changes of before that a new hearer is told, so that it knows what others knew. */
const SEEDED_MAX = 2_000;

/** How the copy in memory is kept, for health and metrics. */
export interface FollowingState {
  /** Sequence number of the newest change that was seen. */
  readonly seen: number;
  /** Times the copy was brought up from the index because the log had a gap. */
  readonly refills: number;
  /** Changes that others could not be told of at once; they see them at their next look. */
  readonly untold: number;
  /** How long ago the log answered last, ms; absent without a log. */
  readonly heardMs?: number;
  /** Set while the index cannot be read. */
  readonly trouble?: string;
}

/**
 * Keeps the copy in step: with the change log at once, and with the index itself every few seconds,
 * whose changes are numbered without a gap. So nothing rests on the log being whole.
 */
export class DocumentFollower {
  readonly #index: DocumentIndex;
  readonly #memory: DocumentMemory;
  readonly #changes: ChangeLog | undefined;
  readonly #hearers: LogHearers;
  /** Newest numbers seen and when; all numbers up to `#settled` are known. */
  #marks: { readonly at: number; readonly seq: number }[] = [];
  #settled = -1;
  #seen = -1;
  #refills = 0;
  #untold = 0;
  #trouble = '';
  #position = 0;
  #life = '';
  #heardAt = -Infinity;
  #telling = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(
    index: DocumentIndex,
    memory: DocumentMemory,
    hearers: LogHearers,
    changes: ChangeLog | undefined,
  ) {
    this.#index = index;
    this.#memory = memory;
    this.#hearers = hearers;
    this.#changes = changes;
  }

  state(): FollowingState {
    const heardMs = Math.round(performance.now() - this.#heardAt);
    return {
      seen: this.#seen,
      refills: this.#refills,
      untold: this.#untold,
      ...(Number.isFinite(heardMs) ? { heardMs } : {}),
      ...(this.#trouble === '' ? {} : { trouble: this.#trouble }),
    };
  }

  /** Resolves once the memory holds what the index held at the call. */
  async start(): Promise<void> {
    if (Object.keys(this.#memory.kinds).length === 0) return;
    if (this.#changes !== undefined) {
      await this.#joinLog(this.#changes);
      this.#heardAt = performance.now();
    }
    await this.#look(true);
    this.#running = this.#lookOn();
    // A read of a log that is away may never come back: nobody waits for it.
    if (this.#changes !== undefined) void this.#listen(this.#changes);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop.abort();
    await this.#running;
  }

  /** Tells the other processes of changes of ours to kinds they hold. */
  tell(done: readonly Held[]): void {
    const told = done.filter(({ kind }) => this.#memory.has(kind));
    if (this.#changes === undefined || told.length === 0) return;
    if (this.#telling >= TELLING_MAX) {
      this.#untold += told.length;
      return;
    }
    this.#append(this.#changes, told);
  }

  #append(changes: ChangeLog, told: readonly Held[]): void {
    this.#telling += 1;
    changes
      .append(LOG, told)
      .catch(() => (this.#untold += told.length))
      .finally(() => (this.#telling -= 1));
  }

  /**
   * Tells every change of a kind from now on in the log's order, and first the last ones of before.
   * Resolves once those were taken; what `take` rejects is told again.
   */
  async hear(kind: string, take: (news: DocumentNews) => Promise<void>): Promise<void> {
    const changes = this.#changes;
    if (changes === undefined) return;
    const life = this.#life;
    let { oldest } = await changes.span(LOG);
    let from = Math.max(oldest - 1, this.#position - SEEDED_MAX);
    let floor = this.#seen + 1;
    for (let first = true; ; first = false) {
      const found = await this.#before(changes, from);
      for (const { body } of found) floor = Math.min(floor, (body as Held).seq);
      const to = found.at(-1)?.number ?? from;
      const news = this.#hearers.newsOf(kind, found);
      if (first || found.length > 0) await take({ life, from, to, changes: news });
      from = to;
      // Nothing may come between the look and the taking part.
      if (life !== this.#life || to >= this.#position) break;
      ({ oldest } = await changes.span(LOG));
      if (oldest > from + 1) from = oldest - 1;
    }
    this.#hearers.add(kind, take);
    this.#hearers.begin(floor);
    const held = [...this.#memory.heldOf(kind)];
    this.#tellMissed(held);
  }

  /** What the log holds after a number, as far as this process has read it. */
  async #before(changes: ChangeLog, after: number): Promise<readonly Change[]> {
    const found = await changes.read(LOG, after, LOG_PAGE);
    return found.filter(({ number }) => number <= this.#position);
  }

  #tellMissed(held: Iterable<Held>): void {
    if (this.#changes === undefined) return;
    const missed = this.#hearers.missed(held);
    if (missed.length > 0) this.#append(this.#changes, missed);
  }

  async #joinLog(changes: ChangeLog): Promise<void> {
    const { life, newest } = await changes.span(LOG);
    this.#life = life;
    this.#position = newest;
  }

  /** Looks seldom while the log tells, and often while it does not. */
  async #lookOn(): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      const isTold = performance.now() - this.#heardAt < SILENT_MS;
      const everyMs = isTold ? CHECK_MS : LOOK_MS;
      await this.#rest(failures === 0 ? everyMs : backoffMs(failures));
      if (this.#stopped) return;
      failures = (await this.#tryTo(() => this.#look(false))) ? 0 : failures + 1;
    }
  }

  async #listen(changes: ChangeLog): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      try {
        await this.#readLog(changes);
        this.#heardAt = performance.now();
        failures = 0;
      } catch {
        // The index tells meanwhile; how long the log has been silent shows in `heardMs`.
        failures += 1;
        await this.#rest(backoffMs(failures));
      }
    }
  }

  async #readLog(changes: ChangeLog): Promise<void> {
    const found = await changes.read(LOG, this.#position, LOG_PAGE, WAIT_MS);
    const first = found[0];
    if (first === undefined || first.number !== this.#position + 1) {
      const { life, oldest } = await changes.span(LOG);
      if (life !== this.#life || oldest > this.#position + 1) {
        this.#refills += 1;
        await this.#joinLog(changes);
        await this.#look(false);
        this.#hearers.begin(this.#seen + 1);
        await this.#hearers.tell(this.#life, this.#position, []);
        return;
      }
    }
    if (this.#stopped) return;
    for (const { body } of found) this.#memory.apply(body as Held);
    // Without anybody to wait for, nobody can begin to hear between the changes and their number.
    if (found.length > 0 && this.#hearers.isHeard) {
      await this.#hearers.tell(this.#life, this.#position, found);
    }
    this.#position = found.at(-1)?.number ?? this.#position;
  }

  /** Takes in all changes of the index since the last that is settled. */
  #look(isFirst: boolean): Promise<void> {
    this.#looking ??= this.#lookNow(isFirst).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookNow(isFirst: boolean): Promise<void> {
    const startedAt = performance.now();
    await this.#index.refresh();
    const which = this.#which(isFirst);
    let after = this.#settled;
    for (;;) {
      const changes = await this.#index.changes(after, which);
      for (const change of changes) this.#memory.apply(change);
      if (!isFirst) this.#tellMissed(changes);
      const last = changes.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    this.#seen = Math.max(this.#seen, after);
    if (isFirst) this.#settled = Math.max(-1, this.#seen - UNDER_WAY_MAX);
    this.#marks.push({ at: startedAt, seq: this.#seen });
    while ((this.#marks[0]?.at ?? Infinity) <= startedAt - SETTLED_MS) {
      this.#settled = this.#marks.shift()?.seq ?? this.#settled;
    }
  }

  #which(isFirst: boolean): Dsl {
    const kinds = Object.keys(this.#memory.kinds);
    if (!isFirst)
      return { bool: { should: [{ terms: { kind: kinds } }, { terms: { gone: kinds } }] } };
    // Of kinds held in part only that part is read; later any change may put one in or take it out.
    const should = Object.entries(this.#memory.kinds).map(([kind, rule]) => {
      const keys = rule === 'all' ? [] : Object.entries(rule);
      const filter = keys.map(([name, value]) => ({ term: { keys: keyToken(name, value) } }));
      return { bool: { filter: [{ term: { kind } }, ...filter] } };
    });
    return { bool: { should } };
  }

  async #tryTo(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#trouble = '';
      return true;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  async #rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }
}

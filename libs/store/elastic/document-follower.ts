import { setTimeout as pause } from 'node:timers/promises';

import type { ChangeLog } from '#libs/coordination';

import { backoffMs } from './backoff.ts';
import type { DocumentIndex } from './document-index.ts';
import type { DocumentMemory } from './document-memory.ts';
import { keyToken, type Held } from './document-record.ts';
import type { Dsl } from './dsl.ts';

const LOG = 'documents';
/** How long a look at the log waits for news. */
const WAIT_MS = 500;
/** How often the index is asked for what the log missed. */
const CHECK_MS = 5_000;
/** The same without a log: the index is all there is to look at. */
const LOOK_MS = 500;
/** Changes this old are no longer under way, so that all with lower numbers have been seen. */
const SETTLED_MS = 15_000;
const LOG_PAGE = 1_000;

/** How the copy in memory is kept, for health and metrics. */
export interface FollowingState {
  /** Sequence number of the newest change that was seen. */
  readonly seen: number;
  /** Times the copy was brought up from the index because the log had a gap. */
  readonly refills: number;
  /** Changes that others could not be told of at once; they see them at their next look. */
  readonly untold: number;
  /** Set while neither log nor index can be read. */
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
  /** Newest numbers seen and when; all numbers up to `#settled` are known. */
  #marks: { readonly at: number; readonly seq: number }[] = [];
  #settled = -1;
  #seen = -1;
  #refills = 0;
  #untold = 0;
  #trouble = '';
  #position = 0;
  #life = '';
  #stopped = false;
  #running: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(index: DocumentIndex, memory: DocumentMemory, changes: ChangeLog | undefined) {
    this.#index = index;
    this.#memory = memory;
    this.#changes = changes;
  }

  state(): FollowingState {
    const trouble = this.#trouble === '' ? {} : { trouble: this.#trouble };
    return { seen: this.#seen, refills: this.#refills, untold: this.#untold, ...trouble };
  }

  /** Resolves once the memory holds what the index held at the call. */
  async start(): Promise<void> {
    if (Object.keys(this.#memory.kinds).length === 0) return;
    if (this.#changes !== undefined) await this.#joinLog(this.#changes);
    await this.#look(true);
    this.#running = this.#changes === undefined ? this.#lookOn() : this.#follow(this.#changes);
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
    this.#changes.append(LOG, told).catch(() => {
      this.#untold += told.length;
    });
  }

  async #joinLog(changes: ChangeLog): Promise<void> {
    const { life, newest } = await changes.span(LOG);
    this.#life = life;
    this.#position = newest;
  }

  async #lookOn(): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      await this.#rest(failures === 0 ? LOOK_MS : backoffMs(failures));
      failures = (await this.#tryTo(() => this.#look(false))) ? 0 : failures + 1;
    }
  }

  async #follow(changes: ChangeLog): Promise<void> {
    let lastLook = performance.now();
    for (let failures = 0; !this.#stopped;) {
      const isDone = await this.#tryTo(async () => {
        await this.#readLog(changes);
        if (performance.now() - lastLook < CHECK_MS) return;
        await this.#look(false);
        lastLook = performance.now();
      });
      failures = isDone ? 0 : failures + 1;
      if (isDone) continue;
      // Redis may be away for long: the index then tells, as if there were no log.
      await this.#tryTo(() => this.#look(false));
      await this.#rest(Math.min(backoffMs(failures), CHECK_MS));
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
        return;
      }
    }
    for (const { number, body } of found) {
      this.#memory.apply(body as Held);
      this.#position = number;
    }
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
      const last = changes.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    this.#seen = Math.max(this.#seen, after);
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

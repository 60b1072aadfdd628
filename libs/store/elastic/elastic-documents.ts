import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { ChangeLog } from '#libs/coordination';
import type { Clock } from '#libs/model';

import {
  Documents,
  type Doc,
  type DocumentNews,
  type DumpedDocument,
  type ListRequest,
  type Page,
  type Write,
  type WriteResult,
} from '../ports.ts';
import { backoffMs } from './backoff.ts';
import { ElasticError, type Connection } from './connection.ts';
import { DocumentFollower } from './document-follower.ts';
import { DocumentIndex, type RecordOutcome, type RecordWrite } from './document-index.ts';
import { DocumentMemory, type HeldKinds } from './document-memory.ts';
import { heldOf, recordName, sourceOf, type Held } from './document-record.ts';
import { LogHearers } from './log-hearers.ts';

/** How long a write is tried while the cluster cannot; then it rejects and may be asked again. */
const WRITE_MS_MAX = 30_000;
/** Writers that take one document from each other; beyond that something is wrong. */
const TRIES_MAX = 200;
/** Documents of one request. */
const WAVE_MAX = 500;
/** What is left of a removed document tells others so for this long, ms. */
const REMAINS_MS = 86_400_000;
/** How often such remains are looked for, ms. */
const SWEEP_MS = 3_600_000;
/** Requests of one sweep; what is left waits for the next. */
const SWEEP_ROUNDS = 100;

export interface ElasticDocumentsOptions {
  readonly clock: Clock;
  /** Kinds of which a copy is held in memory and kept in step. */
  readonly held?: HeldKinds;
  /** Tells other processes at once; without it they see a change at their next look. */
  readonly changes?: ChangeLog;
  /** How long a write is tried while the cluster cannot, ms. */
  readonly writeMs?: number;
}

interface Pending {
  readonly write: Write;
  readonly at: number;
  readonly by: string;
  /** What stands there as far as is known; `undefined`: not known. */
  known?: { readonly held: Held | undefined; readonly fresh: boolean };
}

/** Versioned documents in one index; the connection is the caller's to close. */
export class ElasticDocuments extends Documents {
  readonly #index: DocumentIndex;
  readonly #memory: DocumentMemory;
  readonly #follower: DocumentFollower;
  readonly #clock: Clock;
  readonly #writeMs: number;
  readonly #writer = randomUUID();
  #attempts = 0;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(connection: Connection, options: ElasticDocumentsOptions) {
    super();
    this.#clock = options.clock;
    this.#writeMs = options.writeMs ?? WRITE_MS_MAX;
    this.#index = new DocumentIndex(connection);
    this.#memory = new DocumentMemory(options.held ?? {});
    const hearers = new LogHearers(this.#writer);
    this.#follower = new DocumentFollower(this.#index, this.#memory, hearers, options.changes);
  }

  /** Makes the index and fills the memory; rejects when nothing answers. */
  async open(): Promise<void> {
    await this.#index.open();
    await this.#follower.start();
    // A sweep that fails leaves its work to the next.
    this.#sweeping = setInterval(() => void this.sweep().catch(() => undefined), SWEEP_MS);
    this.#sweeping.unref();
  }

  /** Lets go what is left of documents removed a day ago; done by itself every hour. */
  async sweep(): Promise<number> {
    let swept = 0;
    for (let round = 0; round < SWEEP_ROUNDS; round++) {
      await this.#index.refresh();
      const some = await this.#index.sweep(this.#clock.now() - REMAINS_MS);
      if (some === 0) break;
      swept += some;
    }
    return swept;
  }

  /** How the copy in memory is kept. */
  following(): ReturnType<DocumentFollower['state']> {
    return this.#follower.state();
  }

  /**
   * Tells every change of a kind that is held, numbered alike for all processes, and first the last
   * ones of before. What `take` rejects is told again. Needs the change log.
   */
  hear(kind: string, take: (news: DocumentNews) => Promise<void>): Promise<void> {
    return this.#follower.hear(kind, take);
  }

  async get<T>(kind: string, id: string): Promise<Doc<T> | undefined> {
    const known = this.#memory.get(kind, id);
    if (known !== undefined) return known.doc as Doc<T> | undefined;
    const [held] = await this.#index.read([{ kind, id }]);
    return held?.doc as Doc<T> | undefined;
  }

  async list<T>(kind: string, request: ListRequest): Promise<Page<T>> {
    const page = this.#memory.answers(kind, request)
      ? this.#memory.list(kind, request)
      : await this.#index.list(kind, request);
    return page as Page<T>;
  }

  async write(writes: readonly Write[]): Promise<readonly WriteResult[]> {
    const results: WriteResult[] = [];
    const done: Held[] = [];
    const until = performance.now() + this.#writeMs;
    try {
      for (const wave of wavesOf(writes)) {
        const pending = wave.map((at) => this.#pendingOf(writes, at));
        await this.#writeWave(pending, results, done, until);
      }
    } finally {
      this.#follower.tell(done);
    }
    return results;
  }

  /** Every document as of one moment, in groups, while others go on writing. */
  async *dump(): AsyncGenerator<readonly DumpedDocument[]> {
    for await (const group of this.#index.dump()) {
      yield group.flatMap(({ kind, doc }) => {
        if (doc === undefined) return [];
        const { version: _, ...rest } = doc;
        return [{ kind, ...rest }];
      });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#follower.stop();
  }

  #pendingOf(writes: readonly Write[], at: number): Pending {
    const write = writes[at];
    if (write === undefined) throw new RangeError(`no write ${at}`);
    const by = `${this.#writer}:${this.#attempts++}`;
    const held = this.#memory.get(write.kind, write.id);
    if (held !== undefined) return { write, at, by, known: { held, fresh: false } };
    // Nothing to be read first: whether something stands there is what creating it tells.
    return write.expect === 'absent' && write.body !== null
      ? { write, at, by, known: { held: undefined, fresh: false } }
      : { write, at, by };
  }

  async #writeWave(
    wave: readonly Pending[],
    results: WriteResult[],
    done: Held[],
    until: number,
  ): Promise<void> {
    let left = wave;
    let failures = 0;
    for (let tries = 1; left.length > 0; tries++) {
      if (tries > TRIES_MAX) throw new Error('documents were changed by others again and again');
      try {
        const { again, failure } = await this.#tryWave(left, results, done);
        left = again;
        if (failure === undefined) {
          failures = 0;
          continue;
        }
        if (performance.now() > until) throw failure;
      } catch (error) {
        if (!isPassing(error) || performance.now() > until) throw error;
        // What was sent may be done: only what stands there can tell.
        for (const one of left) delete one.known;
      }
      failures += 1;
      await pause(backoffMs(failures));
    }
  }

  /** Gives back those that must be tried again, and why when the cluster could not. */
  async #tryWave(
    wave: readonly Pending[],
    results: WriteResult[],
    done: Held[],
  ): Promise<{ readonly again: readonly Pending[]; readonly failure?: ElasticError }> {
    await this.#look(wave.filter(({ known }) => known === undefined));
    const again: Pending[] = [];
    const sent: { readonly pending: Pending; readonly line: RecordWrite; version: number }[] = [];
    for (const pending of wave) {
      const { write, at, known, by } = pending;
      const doc = known?.held?.doc;
      if (known?.held?.by === by) {
        results[at] = { done: true, version: doc?.version ?? 1 };
        done.push(known.held);
      } else if (!meets(write, doc)) {
        if (known?.fresh === true) results[at] = { done: false, reason: 'conflict', current: doc };
        else {
          delete pending.known;
          again.push(pending);
        }
      } else if (write.body === null && doc === undefined) {
        results[at] = { done: true, version: 1 };
      } else {
        const version = (doc?.version ?? 0) + 1;
        const source = sourceOf(write, version, by, this.#clock.now());
        const over = known?.held === undefined ? {} : { over: known.held };
        const name = recordName(write.kind, write.id);
        sent.push({ pending, line: { name, source, ...over }, version });
      }
    }
    if (sent.length === 0) return { again };
    const outcomes = await this.#index.write(sent.map(({ line }) => line));
    let failure: ElasticError | undefined;
    for (const [at, { pending, line, version }] of sent.entries()) {
      const outcome = outcomes[at];
      if (outcome?.kind === 'done') {
        results[pending.at] = { done: true, version };
        done.push(this.#took(line.source, outcome));
        continue;
      }
      delete pending.known;
      again.push(pending);
      if (outcome?.kind === 'again') failure = outcome.error;
    }
    return failure === undefined ? { again } : { again, failure };
  }

  async #look(unknown: readonly Pending[]): Promise<void> {
    const found = await this.#index.read(unknown.map(({ write }) => write));
    for (const [at, pending] of unknown.entries()) {
      const held = found[at];
      if (held !== undefined) this.#memory.apply(held);
      pending.known = { held, fresh: true };
    }
  }

  #took(source: string, { seq, term }: Extract<RecordOutcome, { kind: 'done' }>): Held {
    const parsed = JSON.parse(source) as Parameters<typeof heldOf>[0]['_source'];
    const held = heldOf({ _source: parsed, _seq_no: seq, _primary_term: term });
    this.#memory.apply(held);
    return held;
  }
}

function meets({ expect }: Write, doc: Doc<unknown> | undefined): boolean {
  if (expect === 'any') return true;
  return expect === 'absent' ? doc === undefined : doc?.version === expect;
}

function isPassing(error: unknown): boolean {
  return !(error instanceof ElasticError) || error.status >= 500 || error.status === 429;
}

/** Places of writes in groups that hold each document once, in their order. */
function* wavesOf(writes: readonly Write[]): Generator<readonly number[]> {
  let wave: number[] = [];
  let names = new Set<string>();
  for (const [at, { kind, id }] of writes.entries()) {
    const name = `${kind}\0${id}`;
    if (names.has(name) || wave.length >= WAVE_MAX) {
      yield wave;
      wave = [];
      names = new Set();
    }
    wave.push(at);
    names.add(name);
  }
  if (wave.length > 0) yield wave;
}

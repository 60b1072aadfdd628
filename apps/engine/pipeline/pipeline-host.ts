import { Worker } from 'node:worker_threads';

import { ThreadLink } from '#libs/coordination';
import type { WindowStanding } from '#libs/correlate';
import type { LogSource } from '#libs/model';
import type { SpoolReader } from '#libs/spool';
import { threadEntry } from '#libs/telemetry';

import type { RuleBundle } from '../rules/rule-bundle.ts';
import type {
  HostCalls,
  PipelineCalls,
  PipelineStart,
  PipelineState,
  StandingAsk,
} from './pipeline-calls.ts';

/**
 * Room for objects that die young, MiB. With more of it memory grows and little is won: what a
 * transaction of the index waits for outlives any of these sizes.
 */
const YOUNG_MIB = 24;

/** The pipeline as the main thread sees it: a thread that follows the spool. */
export class PipelineHost {
  readonly #worker: Worker;
  readonly #link: ThreadLink<PipelineCalls>;
  readonly #ended: Promise<void>;
  #stopping = false;

  /** `onDeath` hears when the thread ends unasked: the process must not go on without it. */
  constructor(start: PipelineStart, mine: HostCalls, onDeath: (error: Error) => void) {
    const { url, options } = threadEntry(import.meta.url, 'pipeline-thread');
    this.#worker = new Worker(url, {
      ...options,
      workerData: start,
      name: 'pipeline',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#link = new ThreadLink<PipelineCalls>(this.#worker, mine);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    let cause: Error | undefined;
    this.#worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#worker.on('exit', () => {
      const error = cause ?? new Error('the pipeline thread ended');
      this.#link.end(error);
      resolve();
      if (!this.#stopping) onDeath(error);
    });
  }

  /** Tells the thread of every body that becomes durable. */
  follow(reader: SpoolReader): void {
    // It ends with the reader, which is closed after this; a link that has ended told `onDeath`
    // already.
    this.#follow(reader).catch(() => undefined);
  }

  async #follow(reader: SpoolReader): Promise<void> {
    let told = reader.end;
    while ((await reader.wait(told)) === 'more' && !this.#stopping) {
      told = reader.end;
      await this.#link.ask('extend', told);
    }
  }

  advance(end: number, received: number): Promise<void> {
    return this.#link.ask('advance', { end, received });
  }

  setSources(sources: readonly LogSource[]): Promise<void> {
    return this.#link.ask('sources', sources);
  }

  setRules(bundle: RuleBundle): Promise<void> {
    return this.#link.ask('rules', bundle);
  }

  dropBefore(before: number): Promise<{ days: readonly string[] }> {
    return this.#link.ask('dropBefore', before);
  }

  state(): Promise<PipelineState> {
    return this.#link.ask('state', null);
  }

  standing(ask: StandingAsk): Promise<readonly WindowStanding[]> {
    return this.#link.ask('standing', ask);
  }

  /** Resolves when what was read is durable and the thread has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#link.ask('stop', null);
    await this.#worker.terminate();
    await this.#ended;
  }
}

import type { Clock, LogSource } from '#libs/model';
import type { Cluster, ClusterSettings, ElasticAddress } from '#libs/platform';
import type { SpoolReader } from '#libs/spool';
import type { EventStore, Parked } from '#libs/store';

import type {
  HostCalls,
  PipelineStart,
  PipelineState,
} from '../../engine/pipeline/pipeline-calls.ts';
import type { RuleBundle } from '../../engine/rules/rule-bundle.ts';
import type { Role } from '../options.ts';
import type { Work } from '../work.ts';
import { reachedBy } from './watermark.ts';
import {
  NOTHING_DONE,
  type DrainCalls,
  type DrainHostCalls,
  type DrainStart,
  type DrainState,
  type WorkCalls,
  type WorkHostCalls,
  type WorkStart,
  type WorkState,
} from './cluster-calls.ts';
import { Desk } from './desk.ts';
import { ThreadHost } from './thread-host.ts';

export interface ClusterWorkNeeds {
  readonly cluster: Cluster;
  readonly settings: ClusterSettings;
  readonly elastic: ElasticAddress;
  readonly retentionDays: number;
  readonly parked: Parked;
  readonly events: EventStore;
  /** An engine's thread and the desk run where the role is `all` or `engine`. */
  readonly role: Role;
}

/** How often this process says that nothing waits at its doors, ms of real time. */
const ADVANCE_MS = 1_000;
/** What came in this long ago is in the spool, or its sender has no answer yet. */
const SETTLED_MS = 2_000;

/** Collector, engine and desk in one process, over Redis and Elasticsearch. */
export class ClusterWork implements Work {
  readonly #drain: ThreadHost<DrainCalls>;
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #work: ThreadHost<WorkCalls> | undefined;
  readonly #desk: Desk | undefined;
  #advancing: NodeJS.Timeout | undefined;
  readonly #events: EventStore;
  #end: number;
  #last: { readonly drain: DrainState; readonly work: WorkState } | undefined;

  constructor(
    needs: ClusterWorkNeeds,
    start: PipelineStart,
    mine: HostCalls,
    onDeath: (error: Error) => void,
  ) {
    const { cluster, settings, elastic, retentionDays, parked } = needs;
    this.#events = needs.events;
    this.#cluster = cluster;
    this.#clock = cluster.clock;
    this.#end = start.end;
    const { rules, limits, ...decode } = start;
    const drainStart: DrainStart = { ...decode, cluster: settings };
    const drainCalls: DrainHostCalls = {
      tallies: (tallies) => mine.tallies(tallies),
      free: (position) => mine.free(position),
    };
    this.#drain = new ThreadHost<DrainCalls>('drain-thread', drainStart, drainCalls, onDeath);
    if (needs.role !== 'all' && needs.role !== 'engine') return;
    const { clock } = start;
    const workStart: WorkStart = {
      clock,
      cluster: settings,
      elastic,
      retentionDays,
      rules,
      limits,
    };
    const workCalls: WorkHostCalls = {
      park: (entries) => parked.park(entries),
      parked: (request) => parked.list(request),
      parkedEvents: (ids) => parked.get(ids),
      dropParked: (ids) => parked.drop(ids),
    };
    this.#work = new ThreadHost<WorkCalls>('work-thread', workStart, workCalls, onDeath);
    this.#desk = new Desk(cluster, mine.takeOver, ({ life, number, changes, recoveries }) =>
      mine.raise({ origin: life, position: number, changes, recoveries }),
    );
    this.#desk.start();
  }

  /** What the parts said last, for the health page. */
  get last(): { readonly drain: DrainState; readonly work: WorkState } | undefined {
    return this.#last;
  }

  /** Whether batches are read and shards owned here. */
  get isEngine(): boolean {
    return this.#work !== undefined;
  }

  /** Spooled bytes that Redis does not hold yet. */
  get undrainedBytes(): number {
    const position = this.#last?.drain.drainer.position ?? this.#end;
    return Math.max(0, this.#end - position);
  }

  get desk(): ReturnType<Desk['state']> {
    return this.#desk?.state() ?? { owns: false, position: 0 };
  }

  decides(): boolean {
    return this.desk.owns;
  }

  follow(reader: SpoolReader): void {
    // Where nothing comes in for a while the others must not wait for this collector.
    this.#advancing = setInterval(() => {
      const settled = this.#clock.now() - SETTLED_MS;
      this.advance(reader.end, settled).catch(() => undefined);
    }, ADVANCE_MS);
    // It ends with the reader; a link that has ended told `onDeath` already.
    this.#follow(reader).catch(() => undefined);
  }

  async #follow(reader: SpoolReader): Promise<void> {
    let told = reader.end;
    while ((await reader.wait(told)) === 'more' && !this.#drain.stopping) {
      told = reader.end;
      this.#end = told;
      await this.#drain.ask('extend', told);
    }
  }

  advance(end: number, received: number): Promise<void> {
    return this.#drain.ask('advance', { end, received });
  }

  setSources(sources: readonly LogSource[]): Promise<void> {
    return this.#drain.ask('sources', sources);
  }

  setRules(rules: RuleBundle): Promise<void> {
    return this.#work?.ask('rules', rules) ?? Promise.resolve();
  }

  dropBefore(before: number): Promise<{ readonly days: readonly string[] }> {
    return this.#events.dropBefore(before);
  }

  async state(): Promise<PipelineState> {
    const end = this.#end;
    const [drain, work] = await Promise.all([
      this.#drain.ask('state', null),
      this.#work?.ask('state', null) ?? this.#elsewhere(),
    ]);
    this.#last = { drain, work };
    return pipelineState(drain, work, end, this.desk.trouble);
  }

  async stop(): Promise<void> {
    clearInterval(this.#advancing);
    await Promise.all([this.#drain.stop(), this.#desk?.stop()]);
    await this.#work?.stop();
  }

  /** What engines elsewhere have done, as far as Redis tells. */
  async #elsewhere(): Promise<WorkState> {
    const { box } = this.#cluster.carriage;
    const [index, detect, reached] = await Promise.all([
      box.waiting('index'),
      box.waiting('detect'),
      reachedBy(this.#cluster),
    ]);
    const none = { position: 0, received: 0, parked: 0 };
    return {
      ...NOTHING_DONE,
      readers: [
        { reader: 'index', ...none },
        { reader: 'detect', ...none },
      ],
      waiting: { index, detect },
      ...(reached === undefined ? {} : { reached }),
    };
  }
}

/** The state in the words of the embedded pipeline, in positions of this process's spool. */
function pipelineState(
  { drainer, decode }: DrainState,
  work: WorkState,
  end: number,
  deskTrouble: string | undefined,
): PipelineState {
  const { store, detected, rules, readers, waiting, reached = 0 } = work;
  const trouble = drainer.trouble?.reason ?? work.trouble ?? deskTrouble;
  const writing = store.trouble;
  const since = readers.find(({ reader }) => reader === 'index')?.trouble?.since ?? 0;
  return {
    readers: readers.map((reader) => {
      // All of the spool is behind a reader once Redis holds it and nothing waits there.
      const done =
        waiting[reader.reader] === 0 ? drainer.position : Math.max(0, drainer.position - 1);
      return { ...reader, position: Math.min(done, end), received: reached };
    }),
    writer: {
      written: store.stored,
      repeats: store.repeats,
      replayed: 0,
      ...(writing === undefined ? {} : { trouble: { ...writing, since } }),
    },
    indexed: waiting.index === 0 ? drainer.position : 0,
    decode,
    detected,
    rules,
    held: work.held,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

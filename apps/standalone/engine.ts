import { createAlertBook, type AlertBook } from '#libs/alerting';
import type { WindowStanding } from '#libs/correlate';
import { CENTRE, covers, type Event, type Place } from '#libs/model';
import { LedgerBook, type LedgerAnswer, type LedgerMark } from '#libs/report';
import type { EventStore } from '#libs/store';

import type { ClockSettings, PipelineState } from '../engine/pipeline/pipeline-calls.ts';
import type { RuleBundle } from '../engine/rules/rule-bundle.ts';
import { selfFacts } from '../engine/self-watch/self-rules.ts';
import type { Core } from './core.ts';
import { correlateLimits, timeBounds } from './settings.ts';
import type { Work } from './work.ts';

/** How often the pipeline is asked where it stands, ms of real time. */
const STATE_MS = 1_000;
/** A stage that fails for this long is said to have stopped. */
const STUCK_MS = 30_000;
/** Silences and windows that are compared. */
const MUTINGS_MAX = 5_000;
/** Marks of windows that go into the ledger at once, and that may wait for it. */
const WINDOWS_PER_KEEPING = 500;
const WINDOWS_WAITING_MAX = 20_000;

export interface EngineNeeds {
  readonly core: Core;
  readonly maskKey: Uint8Array;
  readonly clock: ClockSettings;
  /** Hears when the pipeline dies unasked. */
  readonly onDeath: (error: Error) => void;
}

/** What follows the spool: the pipeline's thread and the books that its alerts go into. */
export class Engine {
  #alerts: AlertBook;
  #mutings = '';
  /** All events, to be asked. */
  readonly events: EventStore;
  readonly #ledger: LedgerBook;
  readonly #core: Core;
  readonly #host: Work;
  readonly #timer: NodeJS.Timeout;
  #state: PipelineState | undefined;
  /** What happened to windows and is not in the ledger yet. */
  #windows: LedgerMark[] = [];
  #asked = { at: 0, end: 0 };
  #asking = false;
  #parked = 0;

  private constructor(
    needs: EngineNeeds,
    { alerts, ledger }: { readonly alerts: AlertBook; readonly ledger: LedgerBook },
    rules: RuleBundle,
  ) {
    const { core } = needs;
    this.#core = core;
    this.#alerts = alerts;
    this.#ledger = ledger;
    this.#host = core.ground.startWork(
      {
        dataFolder: core.folder,
        end: core.spool.end,
        clock: needs.clock,
        maskKey: needs.maskKey,
        zoneMinutes: core.config.time.zone_minutes,
        timeBounds: timeBounds(core.config),
        localities: core.availability.localities.all(),
        sources: core.availability.register.sources(),
        rules,
        limits: correlateLimits(core.config),
      },
      {
        takeOver: () => this.#readAlertsAnew(),
        raise: ({ changes, recoveries, position, origin = core.spool.id }) =>
          this.alerts.apply(changes, recoveries, { spool: origin, position }),
        tallies: async (tallies) => {
          await core.availability.tracker.take(tallies);
          core.others.tell('tallies', tallies);
        },
        free: (position) => core.spool.free(position),
        park: (what) => {
          this.#parked += 1;
          core.log.error(what, 'a batch can never be taken and was set aside');
        },
      },
      needs.onDeath,
    );
    this.#host.follow(core.spool.reader);
    this.events = core.ground.events(() => ({
      dropBefore: (before) => this.#host.dropBefore(before),
      indexed: this.#state?.indexed ?? 0,
      repeats: this.#state?.writer.repeats ?? 0,
    }));
    core.availability.register.onChange(() => {
      void this.#host.setSources(core.availability.register.sources());
    });
    this.#timer = setInterval(() => void this.#askState(), STATE_MS);
  }

  /** Starts the pipeline on the rules that are in force. */
  static async start(needs: EngineNeeds, rules: RuleBundle): Promise<Engine> {
    const { documents, clock, catalog } = needs.core;
    const alerts = await openAlerts(needs.core);
    const ledger = new LedgerBook(documents, clock);
    await ledger.load();
    await ledger.rules(catalog.ids());
    return new Engine(needs, { alerts, ledger }, rules);
  }

  /** What the correlation says, on its way into incidents. */
  get alerts(): AlertBook {
    return this.#alerts;
  }

  /** Takes up what people of other processes muted or no longer mute. */
  async readMutings(): Promise<void> {
    const seen = await mutingsOf(this.#core);
    if (this.#mutings !== '' && seen !== this.#mutings) await this.#readAlertsAnew();
    this.#mutings = seen;
  }

  async #readAlertsAnew(): Promise<void> {
    this.#alerts = await openAlerts(this.#core);
  }

  /** Where the pipeline stood a moment ago; `undefined` in the first second. */
  get state(): PipelineState | undefined {
    return this.#state;
  }

  /** Batches that could never be taken. */
  get parked(): number {
    return this.#parked;
  }

  /** Why a stage has been failing for longer than a short while. */
  stuck(): string | undefined {
    const now = this.#core.clock.now();
    const failing = this.#state?.readers.find(
      ({ trouble }) => trouble !== undefined && now - trouble.since > STUCK_MS,
    );
    return failing?.trouble?.reason ?? this.#state?.trouble;
  }

  /** Receipt time up to which detection has seen everything that was accepted. */
  reached(): number {
    const detect = this.#state?.readers.find(({ reader }) => reader === 'detect');
    if (detect === undefined) return 0;
    return detect.position < this.#asked.end ? detect.received : this.#asked.at;
  }

  /** Seconds that detection is behind what was accepted. */
  lagSeconds(): number {
    const reached = this.reached();
    if (reached === 0) return 0;
    return Math.max(0, Math.round((this.#asked.at - reached) / 1_000));
  }

  /**
   * Lets waits end that no event will end: everything up to now has been handed over when nothing
   * is open.
   */
  async advance(): Promise<void> {
    const received = this.#core.clock.now();
    const { end } = this.#core.spool;
    if (this.#core.spool.pendingBytes > 0) return;
    await this.#host.advance(end, received);
  }

  /** Lets go what waited for a time, in the process where alerts become incidents. */
  async tick(): Promise<void> {
    if (this.#host.decides?.() ?? true) await this.alerts.tick();
  }

  /** Puts the rules of the catalogue into force after they were loaded anew. */
  async setRules(rules: RuleBundle): Promise<void> {
    await this.#host.setRules(rules);
    await this.#ledger.rules(this.#core.catalog.ids());
  }

  /** Puts down for the ledger that the engine is up, and which sources are silent. */
  async keepLedger(): Promise<void> {
    const { availability, clock } = this.#core;
    for (const source of availability.register.sources()) {
      const { since, lastReceived } = availability.tracker.standing(source, clock.now());
      if (since !== undefined) await this.#ledger.silent(source.id, source.place, since);
      else await this.#ledger.back(source.id, lastReceived ?? clock.now());
    }
    const windows = this.#windows.slice(0, WINDOWS_PER_KEEPING);
    await this.#ledger.marks(windows);
    this.#windows = this.#windows.slice(windows.length).slice(-WINDOWS_WAITING_MAX);
    if (this.stuck() === undefined) await this.#ledger.beat();
  }

  /**
   * How far the windows of a correlation, by id or code, are from their threshold: that of an
   * event's group at its time, or those of the groups that are nearest. Undefined where no one
   * process holds them.
   */
  standing(
    rule: string,
    event: Event | undefined,
    limit: number,
  ): Promise<readonly WindowStanding[] | undefined> {
    const id = this.#core.catalog.idOf(rule);
    const ask = { rule: id, limit, ...(event === undefined ? {} : { event }) };
    return this.#host.standing?.(ask) ?? Promise.resolve(undefined);
  }

  /**
   * What a rule, by id or code, did at a place over `[from, to)`: evaluated, evaluated again, or
   * blind and why.
   */
  ledger(rule: string, place: Place, from: number, to: number): Promise<LedgerAnswer> {
    const { availability, catalog, clock } = this.#core;
    const id = catalog.idOf(rule);
    const sources = availability.register
      .sources()
      .filter((source) => source.expected === 'active' && covers(place, source.place))
      .filter((source) => catalog.mayBeFedBy(id, source.dataset))
      .map((source) => {
        const { lastReceived } = availability.tracker.standing(source, clock.now());
        return { id: source.id, heard: lastReceived !== undefined };
      });
    // What we say ourselves needs no source to be registered.
    if (catalog.isFedByUs(id)) sources.push({ id: 'thapcanh', heard: true });
    return this.#ledger.read({ rule: id, place, from, to, sources });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#host.stop();
    await this.#ledger.down();
  }

  async #askState(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    // What was accepted before the question is what the answer is measured against.
    const asked = { at: this.#core.clock.now(), end: this.#core.spool.end };
    try {
      this.#state = await this.#host.state();
      this.#windows.push(...(this.#state.windows ?? []));
      this.#asked = asked;
    } catch (error) {
      // A thread that has ended told onDeath; a server that is away is asked again.
      this.#core.log.debug({ err: error }, 'the work did not say where it stands');
    } finally {
      this.#asking = false;
    }
  }
}

function openAlerts({ documents, incidents, clock, catalog, audit }: Core): Promise<AlertBook> {
  return createAlertBook({
    documents,
    incidents,
    clock,
    recoverable: (rule) => catalog.isRecoverable(rule) || selfFacts(rule) !== undefined,
    inhibits: (rule) => catalog.inhibits(rule),
    record: (entry) => audit.append(entry),
  });
}

/** Changes whenever a silence or a maintenance window does. */
async function mutingsOf({ documents }: Core): Promise<string> {
  const request = { scope: { province: CENTRE }, limit: MUTINGS_MAX };
  const pages = await Promise.all(
    ['silence', 'maintenance'].map((kind) => documents.list(kind, request)),
  );
  return JSON.stringify(pages.map(({ rows }) => rows.map(({ id, version }) => [id, version])));
}

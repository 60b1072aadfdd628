import type { AlertRecord, Clock, Incident, Place, Principal } from '#libs/model';
import { covers } from '#libs/model';
import type { ActionName, ActionRequest, IncidentListView, IncidentView } from '#libs/protocol';
import type { Documents } from '#libs/store';

import { type ActResult, decide } from './act.ts';
import { type ComposeNeeds, withAlerts, withNotes } from './compose.ts';
import type { Feed } from './feed.ts';
import { INCIDENT_LIMITS, type IncidentLimits } from './limits.ts';
import {
  type BadCursor,
  countOpen,
  type IncidentCounts,
  type IncidentListRequest,
  listAll,
  listOpen,
} from './list.ts';
import { type IncidentChange, Memory } from './memory.ts';
import { createNumbers } from './numbers.ts';
import type { ActionEntry, AlertFacts, Permission, Recorder } from './ports.ts';
import { type IncidentRecord, isOpen, SYSTEM } from './record.ts';
import { gathered } from './scope/gather.ts';
import { restructure } from './restructure.ts';
import { incidentView, type Names } from './row.ts';
import { createSerial } from './serial.ts';
import { settlement } from './settle.ts';
import { type Step, StepConflict, Storage } from './storage.ts';

/** What the incident book needs to work. */
export interface IncidentNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly names: Names;
  readonly record: Recorder;
  readonly allows: Permission;
  readonly limits?: Partial<IncidentLimits>;
}

/** Figures for the health page. */
export interface IncidentFigures {
  readonly open: number;
  readonly alerts: number;
  /** Alerts stored without an incident because too many are open. */
  readonly aside: number;
  readonly conflicts: number;
  /** Times a listener failed on a change that was done. */
  readonly deaf: number;
  /** Open incidents that stand for others. */
  readonly wide: number;
  /** Alerts of outages that there was no room to look at for how far they reach. */
  readonly unscoped: number;
  /** Alerts that are in a storm of their rule. */
  readonly stormy: number;
}

/** Every incident: what the product groups and what people do with it. */
export abstract class IncidentBook {
  /**
   * Files alerts as they now are and regroups; resolves once durable. The same facts again change
   * nothing.
   */
  abstract settle(facts: readonly AlertFacts[]): Promise<void>;
  /** Takes over what another process did to these incidents; listeners are not told of it. */
  abstract follow(incidents: readonly string[]): Promise<void>;
  /** An alert as it is filed. */
  abstract alert(id: string): Promise<AlertRecord | undefined>;
  /**
   * Does what a person asks, if they may; resolves once durable. What cannot be recorded is not
   * done.
   */
  abstract act(
    principal: Principal,
    id: string,
    action: ActionName,
    request: ActionRequest,
  ): Promise<ActResult>;
  abstract list(request: IncidentListRequest): Promise<IncidentListView | BadCursor>;
  abstract counts(scope: Place, user: string): IncidentCounts;
  /** The incident page without its evidence; `undefined` when there is none in this scope. */
  abstract view(scope: Place, id: string): Promise<Omit<IncidentView, 'evidence'> | undefined>;
  /** Puts into the timeline that people were told, or could not be. Raises no version. */
  abstract noted(id: string, facts: Readonly<Record<string, string>>): Promise<void>;
  abstract get(id: string): Promise<Incident | undefined>;
  /** The place of an open incident. */
  abstract placeOf(id: string): Place | undefined;
  /** Open incidents, in no order. */
  abstract open(): Iterable<Incident>;
  /** Live alerts of open incidents, in no order. */
  abstract liveAlerts(): Iterable<AlertRecord>;
  /** Whether an alert counts in an open incident. */
  abstract isLive(alert: string): boolean;
  /** Whether a person acted on an open incident. */
  abstract isTouched(id: string): boolean;
  abstract readonly feed: Feed;
  /** Calls after every durable change; the returned function ends it. */
  abstract listen(hear: (changes: readonly IncidentChange[]) => void): () => void;
  abstract figures(): IncidentFigures;
}

/** Alerts of one incident that its page lists. */
const ALERTS_SHOWN_MAX = 500;
/** Changes a second that a feed may number without a later process taking its numbers again. */
const CHANGES_PER_MS = 1000;

/** Reads everything that is open and mends what a crash left half done. */
export async function openIncidentBook(needs: IncidentNeeds): Promise<IncidentBook> {
  const book = new Book(needs);
  await book.start();
  return book;
}

class Book extends IncidentBook {
  readonly #needs: IncidentNeeds;
  readonly #limits: IncidentLimits;
  readonly #memory: Memory;
  readonly #storage: Storage;
  readonly #numbers;
  readonly #serial = createSerial();
  readonly #hearers = new Set<(changes: readonly IncidentChange[]) => void>();
  readonly #aside = new Map<string, AlertFacts>();
  #deaf = 0;

  constructor(needs: IncidentNeeds) {
    super();
    this.#needs = needs;
    this.#limits = { ...INCIDENT_LIMITS, ...needs.limits };
    this.#memory = new Memory(needs.names, this.#limits, needs.clock.now() * CHANGES_PER_MS);
    this.#storage = new Storage(needs.documents, this.#memory);
    this.#numbers = createNumbers(needs.documents);
  }

  async start(): Promise<void> {
    const strays = await this.#storage.load();
    await this.#serial(() => this.#settle(strays, true));
  }

  get feed(): Feed {
    return this.#memory.feed;
  }

  #compose(): ComposeNeeds {
    return { names: this.#needs.names, limits: this.#limits, now: this.#needs.clock.now() };
  }

  settle(facts: readonly AlertFacts[]): Promise<void> {
    return this.#serial(() => this.#settle(facts, false));
  }

  follow(incidents: readonly string[]): Promise<void> {
    return this.#serial(async () => {
      this.#storage.markChanged(incidents);
      for (const lost of await this.#storage.repair()) this.#keepAside(lost);
    });
  }

  async #settle(facts: readonly AlertFacts[], anyway: boolean): Promise<void> {
    let done: readonly IncidentChange[] = [];
    try {
      await this.#retried(anyway, async (again) => {
        done = done.concat(await this.#file(facts, again));
        if (!anyway) done = done.concat(await this.#gather());
      });
    } finally {
      // Told together: nobody is paged for an incident that is part of a wider one at once.
      this.#tell(joined(done));
    }
  }

  async #file(facts: readonly AlertFacts[], again: boolean): Promise<readonly IncidentChange[]> {
    const room = this.#memory.open.size < this.#limits.openMax;
    const waiting = room ? [...this.#aside.values()] : [];
    const planned = await settlement(
      [...waiting, ...facts],
      {
        memory: this.#memory,
        storage: this.#storage,
        numbers: this.#numbers,
        compose: this.#compose(),
      },
      again || waiting.length > 0,
    );
    if (planned === undefined) return [];
    const changes = await this.#storage.commit(planned.step);
    for (const { alert } of waiting) this.#aside.delete(alert.id);
    for (const fact of planned.aside) this.#keepAside(fact);
    return changes;
  }

  /** Brings incidents that stand for others up to date with what changed since the last time. */
  async #gather(): Promise<readonly IncidentChange[]> {
    const { scopes } = this.#memory;
    const keys = scopes.takeDirty();
    try {
      const compose = this.#compose();
      const step = await gathered(keys, { memory: this.#memory, numbers: this.#numbers, compose });
      return step === undefined ? [] : await this.#storage.commit(step);
    } catch (error) {
      for (const key of keys) scopes.touch(key);
      throw error;
    }
  }

  #keepAside(fact: AlertFacts): void {
    // Those beyond are in the documents and are found at the next start.
    if (this.#aside.size < this.#limits.recentAlertsMax) this.#aside.set(fact.alert.id, fact);
  }

  /** Tries again on what stands there now when another process wrote in between. */
  async #retried(anyway: boolean, attempt: (again: boolean) => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      for (const lost of await this.#storage.repair()) this.#keepAside(lost);
      try {
        await attempt(anyway || tries > 1);
        return;
      } catch (error) {
        this.#numbers.recheck();
        if (!(error instanceof StepConflict) || tries >= this.#limits.conflictTries) throw error;
      }
    }
  }

  async #commit(step: Step): Promise<void> {
    this.#tell(await this.#storage.commit(step));
  }

  #tell(changes: readonly IncidentChange[]): void {
    if (changes.length === 0) return;
    for (const hear of this.#hearers) {
      try {
        hear(changes);
      } catch {
        // What is durable stays done, whoever cannot hear of it.
        this.#deaf += 1;
      }
    }
  }

  async alert(id: string): Promise<AlertRecord | undefined> {
    return (await this.#storage.alert(id))?.record;
  }

  act(
    principal: Principal,
    id: string,
    action: ActionName,
    request: ActionRequest,
  ): Promise<ActResult> {
    return this.#serial(async () => {
      let result: ActResult = { reason: 'not_found' };
      await this.#retried(false, async () => {
        result = await this.#act(principal, id, action, request);
      });
      return result;
    });
  }

  async #act(
    principal: Principal,
    id: string,
    action: ActionName,
    request: ActionRequest,
  ): Promise<ActResult> {
    const found = await this.#storage.incident(id);
    if (found === undefined || !covers(principal.scope, found.record.incident.place)) {
      return { reason: 'not_found' };
    }
    if (!this.#needs.allows(principal, action)) return { reason: 'not_allowed' };
    const { record } = found;
    if (record.incident.version !== request.version) {
      const { who, what } = record.changed;
      return { reason: 'conflict', current: record.incident, changedBy: who, what };
    }
    const needs = {
      storage: this.#storage,
      memory: this.#memory,
      numbers: this.#numbers,
      compose: this.#compose(),
    };
    const planned =
      action === 'merge' || action === 'split' || action === 'undo'
        ? await restructure(found, action, { principal, request }, needs)
        : await this.#simple(found, action, request, principal.user);
    if ('reason' in planned) return planned;
    const after = planned.step.incidents.get(id)?.record ?? record;
    const entry: ActionEntry = {
      who: principal.user,
      what: action,
      target: id,
      place: after.incident.place,
      facts: { version: String(after.incident.version), ...planned.facts },
    };
    // Recorded before it is done: nothing is ever done that the record does not know of.
    await this.#needs.record(entry);
    try {
      await this.#commit(planned.step);
    } catch (error) {
      await this.#needs.record({
        ...entry,
        what: `${action}.failed`,
        facts: { why: 'not_written' },
      });
      throw error;
    }
    return { done: true, incident: after.incident };
  }

  async #simple(
    found: { readonly record: IncidentRecord; readonly version: number },
    action: Exclude<ActionName, 'merge' | 'split' | 'undo'>,
    request: ActionRequest,
    who: string,
  ) {
    const compose = this.#compose();
    const decided = decide(found.record, action, request, who, compose);
    if ('reason' in decided) return decided;
    const entries = await this.#storage.liveAlertsOf(found.record.incident.id);
    const alerts = entries.map((entry) => entry.record);
    const record = withAlerts(decided.record, alerts, compose);
    return { step: reopenedStep(found, record, entries), facts: decided.note.facts };
  }

  async list(request: IncidentListRequest): Promise<IncidentListView | BadCursor> {
    if (request.show === 'open') return listOpen(this.#memory, request);
    return listAll(this.#memory, this.#needs.documents, this.#needs.names, request);
  }

  counts(scope: Place, user: string): IncidentCounts {
    return countOpen(this.#memory, scope, user, this.#needs.clock.now());
  }

  async view(scope: Place, id: string): Promise<Omit<IncidentView, 'evidence'> | undefined> {
    const found = await this.#storage.incident(id);
    if (found === undefined || !covers(scope, found.record.incident.place)) return undefined;
    const alerts = await this.#storage.alertsOf(id, ALERTS_SHOWN_MAX);
    const { incident } = found.record;
    const { parent } = incident;
    const above = parent === undefined ? undefined : await this.#storage.incident(parent);
    const wider = above?.record.incident;
    const isSeen = wider?.outage !== undefined && covers(scope, wider.place);
    const isRoot = incident.outage !== undefined;
    const parts = isRoot ? await this.#storage.partsOf(id, ALERTS_SHOWN_MAX) : [];
    const among = { wider: isSeen ? wider : undefined, parts };
    return incidentView(found.record, alerts, among, this.#needs.names);
  }

  noted(id: string, facts: Readonly<Record<string, string>>): Promise<void> {
    return this.#serial(() =>
      this.#retried(false, async () => {
        const found = await this.#storage.incident(id);
        if (found === undefined) return;
        const compose = this.#compose();
        const entry = { time: compose.now, what: 'notified' as const, facts };
        const record = withNotes(found.record, [entry], SYSTEM, compose);
        await this.#commit(reopenedStep(found, record, await this.#storage.liveAlertsOf(id)));
      }),
    );
  }

  async get(id: string): Promise<Incident | undefined> {
    return (await this.#storage.incident(id))?.record.incident;
  }

  placeOf(id: string): Place | undefined {
    return this.#memory.open.get(id)?.record.incident.place;
  }

  *open(): Iterable<Incident> {
    for (const { record } of this.#memory.open.values()) yield record.incident;
  }

  isLive(alert: string): boolean {
    return this.#memory.alerts.has(alert);
  }

  isTouched(id: string): boolean {
    return this.#memory.open.get(id)?.record.incident.touched === true;
  }

  liveAlerts(): Iterable<AlertRecord> {
    return this.#memory.alerts.values();
  }

  listen(hear: (changes: readonly IncidentChange[]) => void): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }

  figures(): IncidentFigures {
    return {
      open: this.#memory.open.size,
      alerts: this.#memory.alerts.size,
      aside: this.#aside.size,
      conflicts: this.#storage.conflicts,
      deaf: this.#deaf,
      wide: this.#memory.roots.size,
      unscoped: this.#memory.scopes.dropped,
      stormy: this.#memory.storms.size,
    };
  }
}

/** One change for each incident: what it was before the first, and is after the last. */
function joined(changes: readonly IncidentChange[]): IncidentChange[] {
  const byId = new Map<string, IncidentChange>();
  for (const { before, after } of changes) {
    const first = byId.get(after.id);
    byId.set(after.id, { before: first === undefined ? before : first.before, after });
  }
  return [...byId.values()];
}

/** A step for one incident whose alerts stay its own while it closes, opens or just changes. */
function reopenedStep(
  found: { readonly record: IncidentRecord; readonly version: number },
  record: IncidentRecord,
  entries: Awaited<ReturnType<Storage['liveAlertsOf']>>,
): Step {
  const { id } = record.incident;
  const home = isOpen(record) ? id : undefined;
  const members = new Set(entries.map((entry) => entry.record.alert.id));
  const turned = isOpen(record) !== isOpen(found.record);
  return {
    incidents: new Map([[id, { record, members, before: found.record, version: found.version }]]),
    alerts: new Map(),
    unwritten: turned ? entries.map((entry) => ({ entry, home })) : [],
  };
}

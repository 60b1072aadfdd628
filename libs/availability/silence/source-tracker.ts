import type { LogSource, Place, SourceState } from '#libs/model';
import { CENTRE } from '#libs/model';
import type { Documents } from '#libs/store';

import type { RegisterBook } from '../register/register-book.ts';
import type { Tell, Verdict } from '../verdict.ts';

/** What one batch said about one sender; `source` is absent when the register does not know it. */
export interface SenderTally {
  readonly source?: string;
  readonly peer?: string;
  readonly input: string;
  readonly place: Place;
  readonly events: number;
  readonly notUnderstood: number;
  /** Last receipt and last event time, ms since the epoch. */
  readonly received: number;
  readonly time: number;
  /** Masked text of one of its lines. */
  readonly sample: string;
}

/** What is known of one registered source. Times in ms since the epoch. */
export interface SourceStanding {
  readonly state: SourceState;
  readonly since: number | undefined;
  readonly lastReceived: number | undefined;
  readonly lastTime: number | undefined;
  readonly eventsHour: number;
  readonly notUnderstoodHour: number;
  /**
   * Median of receipt minus event time over the last batches, in seconds; a constant one is a clock
   * or zone fault.
   */
  readonly skewSeconds: number | undefined;
}

/** A sender that is in no register. */
export interface UnknownSender {
  readonly address: string;
  readonly input: string;
  readonly first: number;
  readonly last: number;
  readonly events: number;
  readonly sample: string;
}

/** Unknown senders remembered; beyond it the one heard longest ago is forgotten, and counted. */
export const UNKNOWN_SENDERS_MAX = 10_000;

const HOUR_MS = 3_600_000;
/** Batches whose skew is remembered per source. */
const SKEW_SAMPLES = 31;
const PAGE = 1_000;
const KIND = 'source_state';

interface Memory {
  lastReceived: number;
  lastTime: number;
  /** Set while the source is silent: since when (the last receipt before). */
  silentSince: number | undefined;
  hour: number;
  eventsHour: number;
  notUnderstoodHour: number;
  /** Receipt minus event time of the last batches, in ms. */
  skews: number[];
  saved: boolean;
}

type Saved = Pick<Memory, 'lastReceived' | 'lastTime'> & { silentSince?: number };

export interface SilenceLimits {
  /** No source is called silent sooner than this, whatever the register says. */
  readonly floorS: number;
}

/**
 * Judges silence by time of receipt against each source's configured floor (semantics.md,
 * Availability). `reached` is the
 * receipt time up to which everything accepted has been decoded, so that a backlog of ours is
 * nobody's silence.
 */
export class SourceTracker {
  readonly #register: RegisterBook;
  readonly #documents: Documents;
  readonly #tell: Tell;
  readonly #limits: SilenceLimits;
  readonly #memory = new Map<string, Memory>();
  readonly #unknown = new Map<string, UnknownSender>();
  #upSince = 0;
  #forgotten = 0;

  constructor(register: RegisterBook, documents: Documents, tell: Tell, limits: SilenceLimits) {
    this.#register = register;
    this.#documents = documents;
    this.#tell = tell;
    this.#limits = limits;
  }

  /** `upSince` is when our doors opened: nobody is silent for the time we were down. */
  async load(upSince: number): Promise<void> {
    this.#upSince = upSince;
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<Saved>(KIND, {
        scope: { province: CENTRE },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { id, body } of page.rows) {
        this.#memory.set(id, {
          ...body,
          silentSince: body.silentSince,
          hour: 0,
          eventsHour: 0,
          notUnderstoodHour: 0,
          skews: [],
          saved: true,
        });
      }
      cursor = page.next;
    } while (cursor !== undefined);
  }

  /** Takes what a batch said; a source that was silent is back, and that is told. */
  async take(tallies: readonly SenderTally[]): Promise<void> {
    const back: { memory: Memory; verdict: Verdict }[] = [];
    const known = this.#memory.size;
    for (const tally of tallies) {
      const source = tally.source === undefined ? undefined : this.#register.source(tally.source);
      if (source === undefined) {
        this.#takeUnknown(tally);
        continue;
      }
      const memory = this.#takeKnown(source.id, tally);
      if (memory.silentSince === undefined) continue;
      const verdict = backVerdict(source, memory.silentSince, tally.received);
      back.push({ memory, verdict });
    }
    if (back.length > 0) await this.#tell(back.map(({ verdict }) => verdict));
    for (const { memory } of back) memory.silentSince = undefined;
    // Forgotten in a crash, a source that sent once would count as one that never did.
    if (this.#memory.size > known) await this.#save();
  }

  /** Finds the sources that fell silent up to `reached` and tells it; saves what changed. */
  async judge(reached: number): Promise<void> {
    await this.#register.refresh();
    const silent: { memory: Memory; verdict: Verdict }[] = [];
    for (const source of this.#register.sources()) {
      const memory = this.#memory.get(source.id);
      if (memory === undefined || memory.silentSince !== undefined) continue;
      if (source.expected !== 'active') continue;
      const limitS = Math.max(this.#limits.floorS, source.silenceFloorS);
      const heard = Math.max(memory.lastReceived, this.#upSince);
      if (reached - heard <= limitS * 1_000) continue;
      const verdict = silentVerdict(source, memory.lastReceived, reached, limitS);
      silent.push({ memory, verdict });
    }
    // Told before it is remembered: a telling that fails is tried again at the next judgement,
    // under the same id.
    if (silent.length > 0) await this.#tell(silent.map(({ verdict }) => verdict));
    for (const { memory } of silent) {
      memory.silentSince = memory.lastReceived;
      memory.saved = false;
    }
    await this.#save();
  }

  standing(source: LogSource, now: number): SourceStanding {
    const memory = this.#memory.get(source.id);
    const current = memory !== undefined && memory.hour === Math.floor(now / HOUR_MS);
    return {
      state: stateOf(source, memory),
      since: memory?.silentSince,
      lastReceived: memory?.lastReceived,
      lastTime: memory?.lastTime,
      eventsHour: current ? memory.eventsHour : 0,
      notUnderstoodHour: current ? memory.notUnderstoodHour : 0,
      skewSeconds: medianSeconds(memory?.skews ?? []),
    };
  }

  unknownSenders(): readonly UnknownSender[] {
    return [...this.#unknown.values()].toSorted((a, b) => b.last - a.last);
  }

  /** After its address was assigned a sender is known. */
  forgetUnknown(address: string): void {
    for (const [key, sender] of this.#unknown) {
      if (sender.address === address) this.#unknown.delete(key);
    }
  }

  /** Unknown senders that no longer fitted in memory. */
  get forgotten(): number {
    return this.#forgotten;
  }

  #takeKnown(id: string, tally: SenderTally): Memory {
    const hour = Math.floor(tally.received / HOUR_MS);
    const memory = this.#memory.get(id) ?? {
      lastReceived: 0,
      lastTime: 0,
      silentSince: undefined,
      hour,
      eventsHour: 0,
      notUnderstoodHour: 0,
      skews: [],
      saved: false,
    };
    if (memory.hour !== hour) Object.assign(memory, { hour, eventsHour: 0, notUnderstoodHour: 0 });
    memory.lastReceived = Math.max(memory.lastReceived, tally.received);
    memory.lastTime = Math.max(memory.lastTime, tally.time);
    memory.eventsHour += tally.events;
    memory.notUnderstoodHour += tally.notUnderstood;
    memory.skews = [...memory.skews.slice(1 - SKEW_SAMPLES), tally.received - tally.time];
    memory.saved = false;
    this.#memory.set(id, memory);
    return memory;
  }

  #takeUnknown(tally: SenderTally): void {
    if (tally.peer === undefined) return;
    const key = `${tally.input} ${tally.peer}`;
    const before = this.#unknown.get(key);
    this.#unknown.delete(key);
    this.#unknown.set(key, {
      address: tally.peer,
      input: tally.input,
      first: before?.first ?? tally.received,
      last: tally.received,
      events: (before?.events ?? 0) + tally.events,
      sample: tally.sample,
    });
    const oldest = this.#unknown.keys().next().value;
    if (this.#unknown.size <= UNKNOWN_SENDERS_MAX || oldest === undefined) return;
    this.#unknown.delete(oldest);
    this.#forgotten += 1;
  }

  async #save(): Promise<void> {
    const dirty = [...this.#memory].filter(([, memory]) => !memory.saved);
    if (dirty.length === 0) return;
    await this.#documents.write(
      dirty.map(([id, memory]) => ({
        kind: KIND,
        id,
        expect: 'any' as const,
        body: savedForm(memory),
        place: this.#register.source(id)?.place ?? { province: CENTRE },
        order: memory.lastReceived,
      })),
    );
    for (const [, memory] of dirty) memory.saved = true;
  }
}

function medianSeconds(skewsMs: readonly number[]): number | undefined {
  const middle = skewsMs.toSorted((a, b) => a - b)[Math.floor(skewsMs.length / 2)];
  return middle === undefined ? undefined : Math.round(middle / 1_000);
}

function savedForm({ lastReceived, lastTime, silentSince }: Memory): Saved {
  return { lastReceived, lastTime, ...(silentSince === undefined ? {} : { silentSince }) };
}

function stateOf(source: LogSource, memory: Memory | undefined): SourceState {
  if (source.expected === 'off') return 'off';
  if (memory === undefined) return 'never_sent';
  return memory.silentSince === undefined ? 'sending' : 'silent';
}

/** Datasets of what guards the edge of a network. */
const FIREWALL = /^(fortinet|fortigate|panw|paloalto|sophos|cisco\.(asa|ftd)|checkpoint|pfsense)/;
/** Datasets of what knows the accounts. */
const DIRECTORY = /^(windows\.security|system\.security|active_directory|ldap|openldap)/;

/** What kind of source a dataset says it is, which decides how much its silence weighs. */
function kindOf({ dataset = '' }: LogSource): 'firewall' | 'directory' | 'other' {
  if (FIREWALL.test(dataset)) return 'firewall';
  return DIRECTORY.test(dataset) ? 'directory' : 'other';
}

function sourceFields(source: LogSource): Record<string, string | number> {
  return {
    'gov.source.id': source.id,
    'gov.source.name': source.name,
    'gov.source.kind': kindOf(source),
    ...(source.systemLevel === undefined ? {} : { 'gov.system.level': source.systemLevel }),
    ...(source.system === undefined ? {} : { 'gov.system.id': source.system }),
    ...(source.hosts[0] === undefined ? {} : { 'host.name': source.hosts[0] }),
  };
}

function silentVerdict(
  source: LogSource,
  lastReceived: number,
  reached: number,
  limitS: number,
): Verdict {
  const silentS = Math.round((reached - lastReceived) / 1_000);
  return {
    id: `silent ${source.id} ${lastReceived}`,
    time: reached,
    action: 'source-silent',
    place: source.place,
    message: `Nguồn ${source.name} im lặng ${silentS} giây (ngưỡng ${limitS} giây)`,
    fields: {
      ...sourceFields(source),
      'gov.silence.seconds': silentS,
      'gov.silence.limit_seconds': limitS,
    },
  };
}

function backVerdict(source: LogSource, silentSince: number, received: number): Verdict {
  const silentS = Math.round((received - silentSince) / 1_000);
  return {
    id: `back ${source.id} ${silentSince}`,
    time: received,
    action: 'source-back',
    place: source.place,
    message: `Nguồn ${source.name} gửi lại sau ${silentS} giây im lặng`,
    fields: { ...sourceFields(source), 'gov.silence.seconds': silentS },
  };
}

import { CENTRE, type Clock, type Probe } from '#libs/model';
import type { Documents } from '#libs/store';

import type { RegisterBook } from '../register/register-book.ts';
import type { Tell, Verdict } from '../verdict.ts';
import type { CheckResult } from './check.ts';
import { takeOutcome, UNPROBED, type ProbeState } from './probe-state.ts';

/** Checks under way at once; the rest wait for their turn. */
export const PROBES_AT_ONCE_MAX = 64;

const KIND = 'probe_state';
const DAY_MS = 86_400_000;

/** Minutes a probe was up and down today and yesterday (24 to 48 hours back at most). */
interface Uptime {
  day: number;
  checks: number;
  good: number;
  before: { checks: number; good: number };
}

/** A verdict is kept with its state until it is told, so that it is told under one id. */
interface KeptState extends ProbeState {
  readonly telling?: Verdict;
}

interface Seat {
  state: ProbeState;
  telling: Verdict | undefined;
  uptime: Uptime;
  next: number;
  busy: boolean;
}

/** Where one probe stands, for pages. */
export interface ProbeStanding {
  readonly state: ProbeState;
  /** Share of good checks since yesterday 00:00 UTC, 0 to 100; absent before the first check. */
  readonly uptimePercent: number | undefined;
}

/**
 * Runs the enabled probes of the register, each at its interval, and tells every turn of a verdict
 * (quorum of one probe point).
 */
export class ProbeRunner {
  readonly #register: RegisterBook;
  readonly #documents: Documents;
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #check: (probe: Probe) => Promise<CheckResult>;
  readonly #seats = new Map<string, Seat>();
  #underWay = 0;

  constructor(
    register: RegisterBook,
    documents: Documents,
    tell: Tell,
    clock: Clock,
    check: (probe: Probe) => Promise<CheckResult>,
  ) {
    this.#register = register;
    this.#documents = documents;
    this.#tell = tell;
    this.#clock = clock;
    this.#check = check;
  }

  /** Remembers the verdicts of the run before, so that a restart tells nothing twice. */
  async load(): Promise<void> {
    const page = await this.#documents.list<KeptState>(KIND, {
      scope: { province: CENTRE },
      limit: 10_000,
    });
    for (const { id, body } of page.rows) {
      const { telling, ...state } = body;
      this.#seats.set(id, { ...freshSeat(), state, telling });
    }
  }

  /**
   * Starts the checks that are due; called every second or so. Resolves when those it started are
   * done.
   */
  async tick(): Promise<void> {
    const now = this.#clock.now();
    const due = this.#register.probes().filter((probe) => probe.enabled && this.#isDue(probe, now));
    await Promise.all(due.map((probe) => this.#run(probe)));
  }

  standing(probe: Probe): ProbeStanding {
    const seat = this.#seats.get(probe.id) ?? freshSeat();
    const checks = seat.uptime.checks + seat.uptime.before.checks;
    const good = seat.uptime.good + seat.uptime.before.good;
    return {
      state: seat.state,
      uptimePercent: checks === 0 ? undefined : (100 * good) / checks,
    };
  }

  #isDue(probe: Probe, now: number): boolean {
    const seat = this.#seats.get(probe.id);
    if (seat === undefined) return this.#underWay < PROBES_AT_ONCE_MAX;
    return !seat.busy && now >= seat.next && this.#underWay < PROBES_AT_ONCE_MAX;
  }

  async #run(probe: Probe): Promise<void> {
    const seat = this.#seats.get(probe.id) ?? freshSeat();
    this.#seats.set(probe.id, seat);
    seat.busy = true;
    this.#underWay += 1;
    try {
      await this.#finishTelling(probe, seat);
      const result = await this.#check(probe);
      const at = this.#clock.now();
      seat.next = at + probe.intervalS * 1_000;
      await this.#take(probe, seat, at, result);
    } finally {
      seat.busy = false;
      this.#underWay -= 1;
    }
  }

  async #take(probe: Probe, seat: Seat, at: number, result: CheckResult): Promise<void> {
    countCheck(seat.uptime, at, result.ok);
    const { state, turned } = takeOutcome(seat.state, { ...result, at }, probe);
    const changed = state.verdict !== seat.state.verdict;
    seat.state = state;
    if (!changed) return;
    if (turned !== undefined) seat.telling = this.#verdict(probe, state, turned);
    await this.#remember(probe, seat);
    await this.#finishTelling(probe, seat);
  }

  /** Tells what a check before this one, or a process before this one, could not. */
  async #finishTelling(probe: Probe, seat: Seat): Promise<void> {
    if (seat.telling === undefined) return;
    await this.#tell([seat.telling]);
    seat.telling = undefined;
    await this.#remember(probe, seat);
  }

  async #remember(probe: Probe, { state, telling }: Seat): Promise<void> {
    const body: KeptState = telling === undefined ? state : { ...state, telling };
    const order = state.since ?? this.#clock.now();
    const place = { province: CENTRE };
    await this.#documents.write([{ kind: KIND, id: probe.id, expect: 'any', body, place, order }]);
  }

  #verdict(probe: Probe, state: ProbeState, turned: 'up' | 'down'): Verdict {
    const service = this.#register.service(probe.service);
    const name = service?.name ?? probe.service;
    const error = state.lastError ?? '';
    return {
      id: `probe ${probe.id} ${turned} ${state.since ?? 0}`,
      time: this.#clock.now(),
      action: `probe-${turned}`,
      place: service?.place ?? { province: CENTRE },
      message:
        turned === 'down'
          ? `Kiểm tra ${name} thất bại ${state.run.length} lần liên tiếp: ${error}`
          : `Kiểm tra ${name} đã trả lời lại`,
      fields: {
        'gov.probe.id': probe.id,
        'gov.probe.target': probe.target,
        'gov.system.id': service?.system ?? probe.service,
        'gov.service.name': name,
        ...(service?.vendor === undefined ? {} : { 'gov.vendor.id': service.vendor }),
        ...(turned === 'down' ? { 'error.message': error } : {}),
      },
    };
  }
}

function freshSeat(): Seat {
  return {
    state: UNPROBED,
    telling: undefined,
    uptime: { day: 0, checks: 0, good: 0, before: { checks: 0, good: 0 } },
    next: 0,
    busy: false,
  };
}

function countCheck(uptime: Uptime, at: number, good: boolean): void {
  const day = Math.floor(at / DAY_MS);
  if (uptime.day !== day) {
    const { checks, good: were } = uptime;
    uptime.before = uptime.day === day - 1 ? { checks, good: were } : { checks: 0, good: 0 };
    Object.assign(uptime, { day, checks: 0, good: 0 });
  }
  uptime.checks += 1;
  if (good) uptime.good += 1;
}

import type { AlertBook } from '#libs/alerting';
import { alertId, CENTRE, type Alert, type Clock, type Recovery } from '#libs/model';

import { selfFacts, selfRule, type SelfPart, type SelfTrouble } from './self-rules.ts';

/** What is measured of ourselves. */
export interface SelfReading {
  /**
   * Share of the data folder's disk that is used, 0 to 100; `undefined` where the system does not
   * tell.
   */
  readonly diskPercent: number | undefined;
  readonly lagSeconds: number;
  /** Bodies and records set aside since the start. */
  readonly setAside: number;
  /** Why a stage has been failing for longer than `stuckMs`. */
  readonly stuck: string | undefined;
}

export interface SelfLimits {
  readonly diskWarnPercent: number;
  readonly diskCriticalPercent: number;
  readonly lagSecondsMax: number;
  /** Things set aside between two looks that count as growing. */
  readonly setAsideMax: number;
}

/** Looks in a row that must agree before anything is raised. */
const LOOKS = 2;
const PARTS: readonly SelfPart[] = ['disk', 'lag', 'quarantine', 'reader'];

interface Seat {
  looks: number;
  /** Set while an alert is in force. */
  first: number | undefined;
  count: number;
  /** Told that all is well, so that alerts of a former run end. */
  cleared: boolean;
}

/** Which parts are in trouble by these readings. */
export function troubles(
  now: SelfReading,
  before: SelfReading | undefined,
  limits: SelfLimits,
): SelfTrouble[] {
  const found: SelfTrouble[] = [];
  const disk = now.diskPercent ?? 0;
  if (disk >= limits.diskCriticalPercent) found.push({ part: 'disk', severity: 'critical' });
  else if (disk >= limits.diskWarnPercent) found.push({ part: 'disk', severity: 'high' });
  if (now.lagSeconds > limits.lagSecondsMax) found.push({ part: 'lag', severity: 'high' });
  const grown = now.setAside - (before?.setAside ?? now.setAside);
  if (grown > limits.setAsideMax) found.push({ part: 'quarantine', severity: 'medium' });
  if (now.stuck !== undefined) found.push({ part: 'reader', severity: 'critical' });
  return found;
}

/**
 * The SOC watches itself. Its alerts go straight into the alert book and not through detection: a
 * detection that stands
 * still could not tell of it.
 */
export class SelfWatch {
  readonly #alerts: AlertBook;
  readonly #clock: Clock;
  readonly #limits: SelfLimits;
  readonly #seats = new Map<SelfPart, Seat>();
  #before: SelfReading | undefined;

  constructor(alerts: AlertBook, clock: Clock, limits: SelfLimits) {
    this.#alerts = alerts;
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Takes one look; raises what is in trouble for the second time running, and resolves what is
   * well again.
   */
  async look(reading: SelfReading): Promise<void> {
    const found = troubles(reading, this.#before, this.#limits);
    this.#before = reading;
    for (const part of PARTS) {
      const trouble = found.find((one) => one.part === part);
      if (trouble === undefined) await this.#well(part);
      else await this.#raise(trouble);
    }
  }

  #seat(part: SelfPart): Seat {
    const seat = this.#seats.get(part) ?? { looks: 0, first: undefined, count: 0, cleared: false };
    this.#seats.set(part, seat);
    return seat;
  }

  async #raise({ part, severity }: SelfTrouble): Promise<void> {
    const seat = this.#seat(part);
    seat.looks += 1;
    if (seat.looks < LOOKS) return;
    const now = this.#clock.now();
    seat.first ??= now;
    seat.count += 1;
    const kind = seat.count === 1 ? 'raised' : 'changed';
    const alert = alertOf(part, severity, { first: seat.first, last: now, count: seat.count });
    await this.#alerts.apply([{ kind, alert }]);
  }

  async #well(part: SelfPart): Promise<void> {
    const seat = this.#seat(part);
    const silent = seat.first === undefined && seat.cleared;
    Object.assign(seat, { looks: 0, first: undefined, count: 0, cleared: true });
    if (silent) return;
    const recovery: Recovery = {
      rules: [selfRule(part)],
      groupKey: groupKeyOf(part),
      time: this.#clock.now(),
      event: `self ${part}`,
    };
    await this.#alerts.apply([], [recovery]);
  }
}

function groupKeyOf(part: SelfPart): string {
  return JSON.stringify([CENTRE, part]);
}

function alertOf(
  part: SelfPart,
  level: Alert['level'],
  times: Pick<Alert, 'first' | 'last' | 'count'>,
): Alert {
  const rule = selfRule(part);
  const groupKey = groupKeyOf(part);
  return {
    id: alertId(rule, groupKey, times.first),
    rule,
    title: selfFacts(rule)?.title ?? rule,
    level,
    group: { part },
    groupKey,
    ...times,
    evidence: [],
    place: { province: CENTRE },
    entities: [{ kind: 'service', value: `thapcanh-${part}` }],
    late: false,
    state: { kind: 'in_force' },
  };
}

import { type Alert, type AlertRecord, CENTRE, type Clock, covers, type Muted } from '#libs/model';

/** Rules whose alerts an alert of this rule mutes in places inside its own. */
export type Inhibits = (rule: string) => readonly string[];

/** What began this shortly before the wider alert may still be its doing, ms: logs cross. */
const CROSSING_MS = 900_000;
/** After the wider alert is over its narrower ones have this long to end too, ms. */
const GRACE_MS = 600_000;

interface Inhibitor {
  readonly alert: Alert;
  /** When it was found to be over, by our clock. */
  readonly over: number | undefined;
}

function isWider({ place }: Alert, other: Alert): boolean {
  if (!covers(place, other.place)) return false;
  if (place.province === CENTRE) return other.place.province !== CENTRE;
  return place.commune === undefined && other.place.commune !== undefined;
}

/**
 * Alerts that stand for narrower ones: while the link of a province is down, the silence of its
 * communes is no news. What they mute is looked at again once they are over.
 */
export class Inhibition {
  readonly #clock: Clock;
  readonly #inhibits: Inhibits;
  readonly #inhibitors = new Map<string, Inhibitor>();

  constructor(clock: Clock, inhibits: Inhibits) {
    this.#clock = clock;
    this.#inhibits = inhibits;
  }

  inhibits(rule: string): boolean {
    return this.#inhibits(rule).length > 0;
  }

  /** Takes an alert as it now is; true when it begins to mute others. */
  take({ alert, muted, recovered }: AlertRecord): boolean {
    // Only what holds for a whole province, or for all, can be wider than anything.
    if (alert.place.commune !== undefined || !this.inhibits(alert.rule)) return false;
    const known = this.#inhibitors.get(alert.id);
    if (alert.state.kind !== 'in_force' || muted !== undefined) {
      this.#inhibitors.delete(alert.id);
      return false;
    }
    const over = recovered === undefined ? undefined : (known?.over ?? this.#clock.now());
    this.#inhibitors.set(alert.id, { alert, over });
    return known === undefined && over === undefined;
  }

  /** Ends those that `isLive` no longer knows, and forgets those that are over for long enough. */
  sweep(isLive: (alert: string) => boolean): void {
    const now = this.#clock.now();
    for (const [id, { alert, over }] of this.#inhibitors) {
      if (over === undefined && !isLive(id)) this.#inhibitors.set(id, { alert, over: now });
      if (over !== undefined && now - over >= GRACE_MS) this.#inhibitors.delete(id);
    }
  }

  /** Whether an alert still mutes others. */
  holds(id: string): boolean {
    return this.#inhibitors.has(id);
  }

  /** The mark of the alert that stands for this one now, if one does. */
  holding(alert: Alert): Muted | undefined {
    for (const { alert: wider } of this.#inhibitors.values()) {
      if (!this.#inhibits(wider.rule).includes(alert.rule) || !isWider(wider, alert)) continue;
      if (alert.first < wider.first - CROSSING_MS) continue;
      return { by: 'inhibition', id: wider.id, who: 'system', reason: wider.title };
    }
    return undefined;
  }
}

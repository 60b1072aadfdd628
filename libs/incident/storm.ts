import type { Alert, Entity } from '#libs/model';

/** When a rule's alerts are a storm. */
export interface StormLimits {
  /**
   * More alerts of one rule and province than this that begin within `stormWindowMs` are a storm.
   */
  readonly stormAlertsMax: number;
  readonly stormWindowMs: number;
}

type Begun = Pick<Alert, 'id' | 'first'>;

/** No log can hold such a value. */
const STORM = '\0storm ';

/** Whether an entity is what alerts of a storm have in common. */
export function isStorm({ value }: Entity): boolean {
  return value.startsWith(STORM);
}

/**
 * The alerts of one rule and province that are in a storm: those in some span of the window that
 * more of them begin in than the cap allows.
 */
export function stormOf(alerts: readonly Begun[], limits: StormLimits): ReadonlySet<string> {
  const { stormAlertsMax, stormWindowMs } = limits;
  const stormy = new Set<string>();
  if (alerts.length <= stormAlertsMax) return stormy;
  const inOrder = alerts.toSorted((a, b) => a.first - b.first);
  let from = 0;
  let told = 0;
  for (const [i, { first }] of inOrder.entries()) {
    while ((inOrder[from]?.first ?? 0) <= first - stormWindowMs) from += 1;
    if (i - from < stormAlertsMax) continue;
    for (let at = Math.max(from, told); at <= i; at += 1) stormy.add(inOrder[at]?.id ?? '');
    told = i + 1;
  }
  return stormy;
}

/** A storm's alert as it is linked: to those of its rule and province alone, whatever it names. */
export function inStorm(alert: Alert): Alert {
  const { province } = alert.place;
  return {
    ...alert,
    place: { province },
    entities: [{ kind: 'source', value: STORM + alert.rule }],
  };
}

/** Alerts that count, by rule and province, and which of them are in a storm. */
export class StormIndex {
  readonly #limits: StormLimits;
  readonly #byRule = new Map<string, Map<string, number>>();
  readonly #stormy = new Set<string>();

  constructor(limits: StormLimits) {
    this.#limits = limits;
  }

  /** Alerts that are in a storm now. */
  get size(): number {
    return this.#stormy.size;
  }

  has(alert: string): boolean {
    return this.#stormy.has(alert);
  }

  put(alert: Alert, stormy: boolean): void {
    const key = keyOf(alert);
    const begun = this.#byRule.get(key);
    if (begun === undefined) this.#byRule.set(key, new Map([[alert.id, alert.first]]));
    else begun.set(alert.id, alert.first);
    if (stormy) this.#stormy.add(alert.id);
    else this.#stormy.delete(alert.id);
  }

  remove(alert: Alert): void {
    const key = keyOf(alert);
    const begun = this.#byRule.get(key);
    begun?.delete(alert.id);
    if (begun?.size === 0) this.#byRule.delete(key);
    this.#stormy.delete(alert.id);
  }

  /**
   * Which alerts are in a storm once these are what they will be (those not in force left out), of
   * all rules and provinces that they touch; and which others that makes different.
   */
  after(
    before: Iterable<Alert>,
    next: Iterable<Alert>,
  ): { readonly stormy: ReadonlySet<string>; readonly turned: readonly string[] } {
    const coming = [...next];
    const going = [...before];
    const known = new Set([...coming, ...going].map(({ id }) => id));
    const stormy = new Set<string>();
    const turned: string[] = [];
    for (const key of new Set([...coming, ...going].map(keyOf))) {
      const others = [...(this.#byRule.get(key) ?? [])].filter(([id]) => !known.has(id));
      const all = others.map(([id, first]): Begun => ({ id, first }));
      for (const alert of coming) if (keyOf(alert) === key) all.push(alert);
      for (const id of stormOf(all, this.#limits)) stormy.add(id);
      for (const [id] of others) if (stormy.has(id) !== this.#stormy.has(id)) turned.push(id);
    }
    return { stormy, turned };
  }

  /** All alerts that are in a storm, told anew from what is held. */
  all(): ReadonlySet<string> {
    const stormy = new Set<string>();
    for (const begun of this.#byRule.values()) {
      const alerts = [...begun].map(([id, first]) => ({ id, first }));
      for (const id of stormOf(alerts, this.#limits)) stormy.add(id);
    }
    return stormy;
  }
}

function keyOf({ rule, place }: Alert): string {
  return `${rule}\0${place.province}`;
}

import { isOwn, keysOf, type ScopeKey, type Sign, type WideScope } from './sign.ts';

/** A sign and the incident its alert counts in. */
export interface Held {
  readonly sign: Sign;
  readonly incident: string;
  /** Its incident was closed by a person: it counts on only in outages that it is part of. */
  readonly settled: boolean;
}

type Lane = 'vendor' | 'national';

export function keyText({ scope, of }: ScopeKey): string {
  return `${scope}\0${of}`;
}

/** Signs of outages by what they may be part of, and what has to be looked at again. */
export class ScopeIndex {
  readonly #max: number;
  readonly #held = new Map<string, Held>();
  readonly #byKey = new Map<string, Map<string, Held>>();
  /** Signs of one province that name a vendor, or a national system. */
  readonly #byLane = new Map<string, Map<string, Held>>();
  #dirty = new Map<string, ScopeKey>();
  /** Signs that found no room. */
  dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#held.size;
  }

  put(sign: Sign, incident: string, settled = false): void {
    const known = this.#held.get(sign.alert);
    const same =
      known !== undefined &&
      known.incident === incident &&
      known.settled === settled &&
      JSON.stringify(known.sign) === JSON.stringify(sign);
    if (same) return;
    this.remove(sign.alert);
    if (this.#held.size >= this.#max) {
      this.dropped += 1;
      return;
    }
    const held: Held = { sign, incident, settled };
    this.#held.set(sign.alert, held);
    for (const key of keysOf(sign)) put(this.#byKey, keyText(key), held);
    for (const lane of lanesOf(sign)) put(this.#byLane, lane, held);
    this.#touch(sign);
  }

  remove(alert: string): void {
    const held = this.#held.get(alert);
    if (held === undefined) return;
    this.#touch(held.sign);
    this.#held.delete(alert);
    for (const key of keysOf(held.sign)) take(this.#byKey, keyText(key), alert);
    for (const lane of lanesOf(held.sign)) take(this.#byLane, lane, alert);
  }

  /** The alert is still in force, and a person closed its incident. */
  settle(alert: string): void {
    const held = this.#held.get(alert);
    if (held !== undefined) this.put(held.sign, held.incident, true);
  }

  touch(key: ScopeKey): void {
    this.#dirty.set(keyText(key), key);
  }

  /** Everything an alert may be part of is looked at again. */
  touchAlert(alert: string): void {
    const held = this.#held.get(alert);
    if (held !== undefined) this.#touch(held.sign);
  }

  /** A vendor that is in trouble in a province bears on every other that is in trouble there. */
  #touch(sign: Sign): void {
    for (const key of keysOf(sign)) this.touch(key);
    const { province } = sign.place;
    if (isOwn(sign)) return;
    for (const scope of ['vendor', 'national'] as const) {
      if (namesOf(sign, scope).length === 0) continue;
      for (const { sign: other } of this.ofLane(scope, province)) {
        for (const of of namesOf(other, scope)) this.touch({ scope, of });
      }
    }
  }

  /** What is to be looked at; it counts as looked at from now on. */
  takeDirty(): readonly ScopeKey[] {
    const keys = [...this.#dirty.values()];
    this.#dirty = new Map();
    return keys;
  }

  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  ofKey(key: ScopeKey): Held[] {
    return [...(this.#byKey.get(keyText(key))?.values() ?? [])];
  }

  ofLane(scope: Lane, province: string): Iterable<Held> {
    return this.#byLane.get(`${scope}\0${province}`)?.values() ?? [];
  }
}

/** The vendors, or the national systems, that a sign names. */
export function namesOf(sign: Sign, scope: WideScope): readonly string[] {
  return scope === 'vendor' ? sign.vendors : sign.nationals;
}

function lanesOf(sign: Sign): string[] {
  if (isOwn(sign)) return [];
  const lanes: readonly Lane[] = ['vendor', 'national'];
  return lanes
    .filter((lane) => namesOf(sign, lane).length > 0)
    .map((lane) => `${lane}\0${sign.place.province}`);
}

function put(all: Map<string, Map<string, Held>>, key: string, held: Held): void {
  const list = all.get(key);
  if (list === undefined) all.set(key, new Map([[held.sign.alert, held]]));
  else list.set(held.sign.alert, held);
}

function take(all: Map<string, Map<string, Held>>, key: string, alert: string): void {
  const list = all.get(key);
  list?.delete(alert);
  if (list?.size === 0) all.delete(key);
}

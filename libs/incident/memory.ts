import type { Alert, AlertRecord, Incident } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

import { createFeed } from './feed.ts';
import type { IncidentLimits } from './limits.ts';
import { LinkIndex } from './link-index.ts';
import { type IncidentRecord, isLive, isOpen } from './record.ts';
import { type Names, rowOf } from './row.ts';
import { keyOfRoot, RootIndex } from './scope/root-index.ts';
import { ScopeIndex } from './scope/scope-index.ts';
import { signOf } from './scope/sign.ts';
import { inStorm, StormIndex } from './storm.ts';

/** An open incident as the book holds it, with its row ready to show. */
export interface OpenEntry {
  readonly record: IncidentRecord;
  /** Version of its document. */
  readonly version: number;
  readonly members: ReadonlySet<string>;
  readonly row: IncidentRow;
}

export interface AlertEntry {
  readonly record: AlertRecord;
  readonly version: number;
}

/**
 * What a listener learns: the incident before and after; `before` is absent when it was just
 * opened.
 */
export interface IncidentChange {
  readonly before: Incident | undefined;
  readonly after: Incident;
}

/** Open incidents and their live alerts, and the index that finds what a new alert is linked to. */
export class Memory {
  readonly open = new Map<string, OpenEntry>();
  /** Live alerts of open incidents. */
  readonly alerts = new Map<string, AlertRecord>();
  readonly index: LinkIndex;
  readonly feed: ReturnType<typeof createFeed>;
  /** Alerts of outages in open incidents, by what they may have in common. */
  readonly scopes: ScopeIndex;
  /** Open incidents that stand for others. */
  readonly roots = new RootIndex();
  /** Live alerts by rule and province, and those that are in a storm. */
  readonly storms: StormIndex;
  readonly #versions = new Map<string, number>();
  readonly #recent = new Map<string, AlertEntry>();
  readonly #names: Names;
  readonly #limits: IncidentLimits;

  constructor(names: Names, limits: IncidentLimits, start: number) {
    this.#names = names;
    this.#limits = limits;
    this.index = new LinkIndex(limits.joinGapMs);
    this.feed = createFeed(start, limits.feedMax);
    this.scopes = new ScopeIndex(limits.signsMax);
    this.storms = new StormIndex(limits);
  }

  alert(id: string): AlertEntry | undefined {
    const record = this.alerts.get(id);
    if (record === undefined) return this.#recent.get(id);
    return { record, version: this.#versions.get(id) ?? 0 };
  }

  /**
   * Puts an alert where it now belongs; `home` is its incident when that is open and the alert
   * counts in it.
   */
  putAlert(
    entry: AlertEntry,
    home: string | undefined,
    stormy = this.storms.has(entry.record.alert.id),
  ): void {
    const { id } = entry.record.alert;
    this.#unlink(id);
    if (home === undefined || !isLive(entry.record)) {
      if (isLive(entry.record) && entry.record.incident !== undefined) this.scopes.settle(id);
      else this.scopes.remove(id);
      this.alerts.delete(id);
      this.#versions.delete(id);
      this.#remember(id, entry);
      return;
    }
    this.#recent.delete(id);
    this.alerts.set(id, entry.record);
    this.#versions.set(id, entry.version);
    const { alert } = entry.record;
    this.storms.put(alert, stormy);
    this.index.put(this.linked(alert), home);
    const sign = this.#names.rules(alert.rule)?.outage === true ? signOf(alert) : undefined;
    if (sign === undefined) this.scopes.remove(id);
    else this.scopes.put(sign, home);
  }

  /** An alert as it is linked to others. */
  linked(alert: Alert): Alert {
    return this.storms.has(alert.id) ? inStorm(alert) : alert;
  }

  #unlink(id: string): void {
    const known = this.alerts.get(id);
    if (known === undefined) return;
    if (known.incident !== undefined) this.index.remove(this.linked(known.alert), known.incident);
    this.storms.remove(known.alert);
  }

  /** Tells anew which alerts are in a storm, once all that is open was loaded. */
  settleStorms(): void {
    for (const id of this.storms.all()) {
      const record = this.alerts.get(id);
      if (record?.incident === undefined) continue;
      this.putAlert({ record, version: this.#versions.get(id) ?? 0 }, record.incident, true);
    }
  }

  #remember(id: string, entry: AlertEntry): void {
    this.#recent.delete(id);
    this.#recent.set(id, entry);
    if (this.#recent.size <= this.#limits.recentAlertsMax) return;
    const oldest = this.#recent.keys().next();
    if (oldest.done !== true) this.#recent.delete(oldest.value);
  }

  /**
   * Takes the incident as stored; `before` is what stood there, for those that were closed and not
   * held here.
   */
  putIncident(
    record: IncidentRecord,
    version: number,
    members: ReadonlySet<string>,
    before: IncidentRecord | undefined,
  ): IncidentChange {
    const { incident } = record;
    const held = this.open.get(incident.id);
    const row = rowOf(record, this.#names);
    const was = held?.record ?? before;
    // A row that comes back may be unknown to a console that dropped it: it is sent whole.
    const shown =
      was === undefined || (!isOpen(was) && isOpen(record))
        ? null
        : { place: was.incident.place, row: held?.row ?? rowOf(was, this.#names) };
    if (isOpen(record)) this.open.set(incident.id, { record, version, members, row });
    else this.open.delete(incident.id);
    this.#placeAmongOthers(record, was, members);
    this.feed.add(shown, { place: incident.place, row });
    return { before: was?.incident, after: incident };
  }

  /** What it stands for, or is part of, is looked at again where this bears on it. */
  #placeAmongOthers(
    record: IncidentRecord,
    was: IncidentRecord | undefined,
    members: ReadonlySet<string>,
  ): void {
    const { id, status, apart } = record.incident;
    if (isOpen(record)) this.#putRoot(record);
    else this.roots.remove(id);
    if (was?.incident.status !== status) {
      for (const root of [id, ...this.roots.covering(id)]) this.#touchRoot(root);
      const key = isOpen(record) ? undefined : keyOfRoot(record);
      if (key !== undefined) this.scopes.touch(key);
    }
    if (was?.incident.apart !== apart) for (const alert of members) this.scopes.touchAlert(alert);
  }

  #putRoot(record: IncidentRecord): void {
    this.roots.put(record);
    for (const { sign, incident } of record.settled ?? []) this.scopes.put(sign, incident, true);
  }

  #touchRoot(id: string): void {
    const root = this.roots.get(id);
    const key = root === undefined ? undefined : keyOfRoot(root);
    if (key !== undefined) this.scopes.touch(key);
  }

  /** Fills the book at the start, without telling anybody. */
  load(record: IncidentRecord, version: number, alerts: readonly AlertEntry[]): void {
    const { id } = record.incident;
    const live = alerts.filter((entry) => isLive(entry.record));
    const members = new Set(live.map((entry) => entry.record.alert.id));
    this.open.set(id, { record, version, members, row: rowOf(record, this.#names) });
    this.#putRoot(record);
    this.#touchRoot(id);
    for (const entry of live) this.putAlert(entry, id);
  }

  /** Forgets an alert, so that it is read again. */
  forgetAlert(id: string): void {
    this.#unlink(id);
    this.alerts.delete(id);
    this.#versions.delete(id);
    this.#recent.delete(id);
    this.scopes.remove(id);
  }
}

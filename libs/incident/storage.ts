import { type AlertRecord, CENTRE } from '#libs/model';
import type { Doc, Documents, Write } from '#libs/store';

import type { AlertEntry, IncidentChange, Memory } from './memory.ts';
import {
  ALERT_KIND,
  alertWrite,
  INCIDENT_KIND,
  type IncidentRecord,
  incidentWrite,
  isLive,
  isOpen,
} from './record.ts';

const CENTRE_SCOPE = { province: CENTRE };
const PAGE = 5000;
/** Incidents whose alerts are asked for in one list. */
const INCIDENTS_PER_LIST = 1000;
/** Newest merged incidents that are searched for alerts which a crash left behind. */
const MERGED_LOOKED_AT = 1000;

/** Incidents that a step left half written, and by which of their alerts they are known. */
export interface Torn {
  readonly incidents: ReadonlySet<string>;
  /** Incident by alert that it names and does not hold. */
  readonly namedBy: ReadonlyMap<string, string>;
}

/** One change of the book, as a whole: what to write and how memory looks after it. */
export interface Step {
  readonly incidents: Map<
    string,
    {
      readonly record: IncidentRecord;
      readonly members: ReadonlySet<string>;
      readonly before: IncidentRecord | undefined;
      readonly version: number | 'absent';
    }
  >;
  readonly alerts: Map<
    string,
    {
      readonly record: AlertRecord;
      readonly version: number | 'absent';
      /** The open incident in which it counts. */
      readonly home: string | undefined;
      /** Whether it is in a storm from now on; as it was when nothing is said. */
      readonly stormy?: boolean;
    }
  >;
  /** Alerts whose documents stay as they are while their incident opens (`home`) or closes. */
  readonly unwritten?: readonly { readonly entry: AlertEntry; readonly home: string | undefined }[];
}

/** Somebody else wrote in between; the step is planned anew on what stands there now. */
export class StepConflict extends Error {
  override readonly name = 'StepConflict';
}

async function* allPages<T>(
  documents: Documents,
  kind: string,
  keys: Readonly<Record<string, string | readonly string[]>>,
): AsyncGenerator<Doc<T>> {
  let cursor: string | undefined;
  do {
    const page = await documents.list<T>(kind, {
      scope: CENTRE_SCOPE,
      keys,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.rows;
    cursor = page.next;
  } while (cursor !== undefined);
}

/** The book's way to its documents, and the repair of its memory when a step did not go through. */
export class Storage {
  readonly #documents: Documents;
  readonly #memory: Memory;
  readonly #stale = { incidents: new Set<string>(), alerts: new Set<string>() };
  readonly #missing = new Map<string, string>();
  readonly #odd = new Set<string>();
  conflicts = 0;

  constructor(documents: Documents, memory: Memory) {
    this.#documents = documents;
    this.#memory = memory;
  }

  /**
   * Everything that is open, with its live alerts. Resolves to the alerts without an open incident:
   * kept aside by a limit, or left so by a crash between two writes.
   */
  async load(): Promise<readonly AlertRecord[]> {
    const open = new Map<string, { doc: Doc<IncidentRecord>; alerts: AlertEntry[] }>();
    for await (const doc of allPages<IncidentRecord>(this.#documents, INCIDENT_KIND, {
      open: 'yes',
    })) {
      open.set(doc.id, { doc, alerts: [] });
    }
    const ids = [...open.keys()];
    for (let at = 0; at < ids.length; at += INCIDENTS_PER_LIST) {
      const incident = ids.slice(at, at + INCIDENTS_PER_LIST);
      for await (const alert of allPages<AlertRecord>(this.#documents, ALERT_KIND, {
        incident,
        live: 'yes',
      })) {
        const home = open.get(alert.body.incident ?? '');
        home?.alerts.push({ record: alert.body, version: alert.version });
      }
    }
    for (const { doc, alerts } of open.values()) {
      this.#memory.load(doc.body, doc.version, alerts);
      this.#lookForTears(doc.body, alerts);
    }
    this.#memory.settleStorms();
    return this.#strays();
  }

  #lookForTears({ incident }: IncidentRecord, alerts: readonly AlertEntry[]): void {
    const held = new Set(alerts.map((entry) => entry.record.alert.id));
    const missing = incident.alerts.filter((alert) => !held.has(alert));
    // What is missing was on its way when the step broke, and comes again.
    for (const alert of missing) this.#missing.set(alert, incident.id);
    if (missing.length === 0 && held.size !== incident.alerts.length) this.#odd.add(incident.id);
  }

  /** Half-written incidents that can be mended now that these alerts come. */
  tornBy(alerts: Iterable<string>): Torn {
    const incidents = new Set(this.#odd);
    for (const alert of alerts) {
      const incident = this.#missing.get(alert);
      if (incident !== undefined) incidents.add(incident);
    }
    for (const [alert, incident] of this.#missing) {
      // Not on its way: another incident holds it still, so both are mended now.
      const holder = this.#memory.alerts.get(alert)?.incident;
      if (holder !== undefined) incidents.add(incident).add(holder);
    }
    const namedBy = [...this.#missing].filter(([, incident]) => incidents.has(incident));
    return { incidents, namedBy: new Map(namedBy) };
  }

  #mended(incidents: ReadonlyMap<string, unknown>): void {
    for (const id of incidents.keys()) this.#odd.delete(id);
    for (const [alert, incident] of this.#missing) {
      if (incidents.has(incident)) this.#missing.delete(alert);
    }
  }

  async #strays(): Promise<AlertRecord[]> {
    const homes = ['none'];
    const merged = await this.#documents.list(INCIDENT_KIND, {
      scope: CENTRE_SCOPE,
      keys: { closed: 'merged' },
      limit: MERGED_LOOKED_AT,
    });
    homes.push(...merged.rows.map((doc) => doc.id));
    const strays: AlertRecord[] = [];
    for (let at = 0; at < homes.length; at += INCIDENTS_PER_LIST) {
      for await (const { body } of allPages<AlertRecord>(this.#documents, ALERT_KIND, {
        incident: homes.slice(at, at + INCIDENTS_PER_LIST),
        live: 'yes',
      })) {
        strays.push(body);
      }
    }
    return strays;
  }

  async alert(id: string): Promise<AlertEntry | undefined> {
    const held = this.#memory.alert(id);
    if (held !== undefined) return held;
    const doc = await this.#documents.get<AlertRecord>(ALERT_KIND, id);
    return doc === undefined ? undefined : { record: doc.body, version: doc.version };
  }

  /** An incident, open or closed. */
  async incident(
    id: string,
  ): Promise<{ readonly record: IncidentRecord; readonly version: number } | undefined> {
    const held = this.#memory.open.get(id);
    if (held !== undefined) return held;
    const doc = await this.#documents.get<IncidentRecord>(INCIDENT_KIND, id);
    return doc === undefined ? undefined : { record: doc.body, version: doc.version };
  }

  /** The alerts that count in an incident, also while it is closed. */
  async liveAlertsOf(incident: string): Promise<readonly AlertEntry[]> {
    const held = this.#memory.open.get(incident);
    if (held !== undefined) {
      return [...held.members].map((id) => this.#memory.alert(id)).filter((e) => e !== undefined);
    }
    const entries: AlertEntry[] = [];
    for await (const doc of allPages<AlertRecord>(this.#documents, ALERT_KIND, {
      incident,
      live: 'yes',
    })) {
      entries.push({ record: doc.body, version: doc.version });
    }
    return entries;
  }

  /** Every alert that is filed under an incident, also those that no longer count; newest first. */
  async alertsOf(incident: string, limit: number): Promise<readonly AlertRecord[]> {
    const page = await this.#documents.list<AlertRecord>(ALERT_KIND, {
      scope: CENTRE_SCOPE,
      keys: { incident },
      limit,
    });
    return page.rows.map((doc) => doc.body);
  }

  /** What is filed under an incident that stands for others; newest first. */
  async partsOf(incident: string, limit: number): Promise<readonly IncidentRecord[]> {
    const page = await this.#documents.list<IncidentRecord>(INCIDENT_KIND, {
      scope: CENTRE_SCOPE,
      keys: { parent: incident },
      limit,
    });
    return page.rows
      .map(({ id, body }) => this.#memory.open.get(id)?.record ?? body)
      .filter((record) => record.incident.closedBy !== 'merged');
  }

  /**
   * Resolves once the step is durable and in memory; throws `StepConflict` when another process was
   * faster.
   */
  async commit(step: Step): Promise<readonly IncidentChange[]> {
    const writes: Write[] = [];
    for (const { record, version } of step.incidents.values()) {
      writes.push(incidentWrite(record, version));
    }
    for (const { record, version } of step.alerts.values()) {
      writes.push(alertWrite(record, version));
    }
    if (writes.length === 0) return [];
    this.#markStale(step);
    const results = await this.#documents.write(writes);
    if (results.some((result) => !result.done)) {
      this.conflicts += 1;
      throw new StepConflict('documents changed in between');
    }
    this.#stale.incidents.clear();
    this.#stale.alerts.clear();
    this.#mended(step.incidents);
    const versions = results.map((result) => (result.done ? result.version : 0));
    return this.#apply(step, versions);
  }

  #apply(step: Step, versions: readonly number[]): readonly IncidentChange[] {
    let at = 0;
    const changes: IncidentChange[] = [];
    for (const { record, members, before } of step.incidents.values()) {
      changes.push(this.#memory.putIncident(record, versions[at++] ?? 0, members, before));
    }
    for (const { record, home, stormy } of step.alerts.values()) {
      this.#memory.putAlert({ record, version: versions[at++] ?? 0 }, home, stormy);
    }
    for (const { entry, home } of step.unwritten ?? []) this.#memory.putAlert(entry, home);
    this.#memory.feed.tell();
    return changes;
  }

  #markStale(step: Step): void {
    for (const id of step.incidents.keys()) this.#stale.incidents.add(id);
    for (const id of step.alerts.keys()) this.#stale.alerts.add(id);
  }

  /** What another process changed has to be read again. */
  markChanged(incidents: readonly string[]): void {
    for (const id of incidents) this.#stale.incidents.add(id);
  }

  /**
   * Reads again what a step that failed may have changed. Resolves to the live alerts whose
   * incident it closed before it came to moving them.
   */
  async repair(): Promise<readonly AlertRecord[]> {
    if (this.#stale.incidents.size === 0 && this.#stale.alerts.size === 0) return [];
    const incidents = [...this.#stale.incidents];
    for (const id of this.#stale.alerts) {
      const home = this.#memory.alerts.get(id)?.incident;
      if (home !== undefined) incidents.push(home);
    }
    const held = new Set<string>();
    for (const id of new Set(incidents)) {
      for (const member of this.#memory.open.get(id)?.members ?? []) held.add(member);
      await this.#reload(id);
    }
    for (const id of this.#stale.alerts) {
      const home = this.#memory.alerts.get(id)?.incident;
      if (home === undefined || !this.#memory.open.has(home)) this.#memory.forgetAlert(id);
    }
    const lost: AlertRecord[] = [];
    for (const id of held) {
      const record = this.#memory.alerts.has(id) ? undefined : (await this.alert(id))?.record;
      if (record !== undefined && isLive(record)) lost.push(record);
    }
    this.#stale.incidents.clear();
    this.#stale.alerts.clear();
    return lost;
  }

  async #reload(id: string): Promise<void> {
    const doc = await this.#documents.get<IncidentRecord>(INCIDENT_KIND, id);
    const held = this.#memory.open.get(id);
    for (const member of held?.members ?? []) this.#memory.forgetAlert(member);
    if (doc === undefined) return;
    const alerts: AlertEntry[] = [];
    const open = isOpen(doc.body);
    if (open) {
      for await (const alert of allPages<AlertRecord>(this.#documents, ALERT_KIND, {
        incident: id,
        live: 'yes',
      })) {
        alerts.push({ record: alert.body, version: alert.version });
      }
    }
    const members = new Set(alerts.map((entry) => entry.record.alert.id));
    this.#memory.putIncident(doc.body, doc.version, members, held?.record);
    for (const entry of alerts) this.#memory.putAlert(entry, id);
    if (open) this.#lookForTears(doc.body, alerts);
    this.#memory.feed.tell();
  }
}

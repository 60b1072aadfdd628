import type { AlertRecord, TimelineEntry } from '#libs/model';

import { LinkIndex } from './link-index.ts';
import { JoinedSets, joinLinked, linkBetween, type Link } from './linking.ts';
import { byFirst, isLive, isOpen, type IncidentRecord } from './record.ts';

/** An open incident with the ids of its live alerts. */
export interface OpenIncident {
  readonly record: IncidentRecord;
  readonly version: number;
  readonly members: ReadonlySet<string>;
}

/** What the plan may look at: the book as it stands, and what this step changes. */
export interface PlanInput {
  readonly open: ReadonlyMap<string, OpenIncident>;
  /** Live alerts of open incidents. */
  readonly alerts: ReadonlyMap<string, AlertRecord>;
  readonly index: LinkIndex;
  /** Closed incidents that changed alerts belong to. */
  readonly closed: ReadonlyMap<string, IncidentRecord>;
  /** The changed alerts as they were, and as they will be (homes still the old ones). */
  readonly before: ReadonlyMap<string, AlertRecord>;
  readonly next: ReadonlyMap<string, AlertRecord>;
  /**
   * Incidents to group anew although nothing of theirs changed: after a crash between two writes.
   */
  readonly loosen: ReadonlySet<string>;
  /** Incidents that name an alert which they do not hold, after such a crash. */
  readonly namedBy: ReadonlyMap<string, string>;
  readonly joinGapMs: number;
}

export type Note = Omit<TimelineEntry, 'at' | 'who'>;

/** Where the alerts go. Keys that begin with `+` stand for incidents that do not exist yet. */
export interface Plan {
  /** New homes of alerts that change theirs. */
  readonly homes: Map<string, string>;
  /** Live alerts of every incident whose membership changes. */
  readonly members: Map<string, Set<string>>;
  /** Incidents that go into another, and which. */
  readonly merged: Map<string, string>;
  readonly withdrawn: Set<string>;
  /** Closed as withdrawn once, now in force again. */
  readonly reopened: Set<string>;
  readonly notes: Map<string, Note[]>;
}

interface Draft extends Plan {
  readonly input: PlanInput;
  /** Untouched incidents that lost something: their alerts are grouped anew. */
  readonly loosened: Set<string>;
  readonly homeless: Set<string>;
  /** Incidents whose superseded alert an alert stands for. */
  readonly heirs: Map<string, Set<string>>;
  readonly reasons: Map<string, Link>;
}

/**
 * Decides which incident every changed alert belongs to (semantics.md, From alert to incident).
 * Pure.
 */
export function planSettlement(input: PlanInput): Plan {
  const draft: Draft = {
    input,
    homes: new Map(),
    members: new Map(),
    merged: new Map(),
    withdrawn: new Set(),
    reopened: new Set(),
    notes: new Map(),
    loosened: new Set(input.loosen),
    homeless: new Set(),
    heirs: new Map(),
    reasons: new Map(),
  };
  for (const [id, next] of input.next) sortOut(draft, id, next);
  for (const [heir, homes] of draft.heirs) inherit(draft, heir, homes);
  joinTouched(draft);
  regroup(draft);
  return draft;
}

export function liveHome(input: PlanInput, id: string): OpenIncident | undefined {
  const home = input.before.get(id)?.incident ?? input.alerts.get(id)?.incident;
  const open = home === undefined ? undefined : input.open.get(home);
  return open?.members.has(id) === true ? open : undefined;
}

export function currentAlert(input: PlanInput, id: string): AlertRecord | undefined {
  return input.next.get(id) ?? input.alerts.get(id);
}

function membersOf(draft: Draft, incident: string): Set<string> {
  let members = draft.members.get(incident);
  if (members === undefined) {
    members = new Set(draft.input.open.get(incident)?.members);
    draft.members.set(incident, members);
  }
  return members;
}

export function note(plan: Plan, incident: string, entry: Note): void {
  const notes = plan.notes.get(incident);
  if (notes === undefined) plan.notes.set(incident, [entry]);
  else notes.push(entry);
}

function loosenedBy(before: AlertRecord | undefined, next: AlertRecord): boolean {
  if (before === undefined) return false;
  const [was, is] = [before.alert, next.alert];
  return (
    is.first > was.first ||
    is.last < was.last ||
    was.place.commune !== is.place.commune ||
    was.place.province !== is.place.province ||
    JSON.stringify(was.entities) !== JSON.stringify(is.entities)
  );
}

function sortOut(draft: Draft, id: string, next: AlertRecord): void {
  const { input } = draft;
  const home = liveHome(input, id);
  const { state } = next.alert;
  if (state.kind === 'superseded' && input.before.get(id)?.incident !== undefined) {
    const homes = draft.heirs.get(state.by) ?? new Set<string>();
    homes.add(input.before.get(id)?.incident ?? '');
    draft.heirs.set(state.by, homes);
  }
  if (isLive(next)) {
    if (home === undefined) {
      const closed = input.closed.get(next.incident ?? '');
      if (closed?.incident.closedBy !== 'person') draft.homeless.add(id);
    } else if (!home.record.incident.touched && loosenedBy(input.before.get(id), next)) {
      draft.loosened.add(home.record.incident.id);
    }
    return;
  }
  if (home === undefined) return;
  const incident = home.record.incident.id;
  membersOf(draft, incident).delete(id);
  if (!home.record.incident.touched) draft.loosened.add(incident);
  if (state.kind === 'in_force') return;
  note(draft, incident, {
    time: next.alert.last,
    what: state.kind === 'withdrawn' ? 'alert_withdrawn' : 'alert_superseded',
    facts: { alert: id, rule: next.alert.rule, by: state.by },
  });
}

function move(draft: Draft, id: string, to: string): void {
  const from = liveHome(draft.input, id)?.record.incident.id;
  if (from === to) return;
  if (from !== undefined) membersOf(draft, from).delete(id);
  draft.homeless.delete(id);
  draft.homes.set(id, to);
  if (!draft.input.closed.has(to)) membersOf(draft, to).add(id);
}

/** An alert that stands for another goes to the other's incident, quietly. */
function inherit(draft: Draft, heir: string, homes: ReadonlySet<string>): void {
  const { input } = draft;
  const current = currentAlert(input, heir);
  if (current === undefined || !isLive(current)) return;
  const own = liveHome(input, heir);
  if (own?.record.incident.touched === true) return;
  const settled = [...homes]
    .map((home) => input.open.get(home)?.record ?? input.closed.get(home))
    .filter((record) => record !== undefined)
    .filter(({ incident }) => incident.touched && incident.closedBy !== 'merged')
    .toSorted((a, b) => byFirst(a.incident, b.incident))[0];
  if (settled !== undefined) {
    if (own !== undefined) draft.loosened.add(own.record.incident.id);
    move(draft, heir, settled.incident.id);
    return;
  }
  if (own !== undefined) draft.loosened.add(own.record.incident.id);
}

/**
 * New alerts join the incident that people work already, also when they are linked to it by other
 * new alerts only.
 */
function joinTouched(draft: Draft): void {
  const { input } = draft;
  const touched = (incident: string): boolean =>
    input.open.get(incident)?.record.incident.touched === true;
  const joined = new LinkIndex(input.joinGapMs);
  const grown = [...input.next.keys()].map((id) => [id, liveHome(input, id)?.record.incident.id]);
  for (const [id = '', home] of [...grown, ...draft.homes]) {
    const record = currentAlert(input, id);
    if (home === undefined || record === undefined || !isLive(record) || !touched(home)) continue;
    joined.put(record.alert, draft.homes.get(id) ?? home);
  }
  for (let before = -1; before !== draft.homeless.size;) {
    before = draft.homeless.size;
    for (const id of draft.homeless) {
      const record = input.next.get(id);
      if (record === undefined) continue;
      const links = new Map([...standing(draft, record), ...joined.linked(record.alert)]);
      const home = [...links.keys()]
        .filter(touched)
        .map((incident) => input.open.get(incident)?.record.incident)
        .filter((incident) => incident !== undefined)
        .toSorted(byFirst)[0];
      if (home === undefined) continue;
      move(draft, id, home.id);
      joined.put(record.alert, home.id);
      noteJoined(draft, home.id, record, links.get(home.id));
    }
  }
}

/** Links out of the index, without those to alerts that left in this very step. */
function standing(draft: Draft, record: AlertRecord): Map<string, Link> {
  const { input } = draft;
  const links = input.index.linked(record.alert);
  for (const [home, link] of links) {
    if (!input.next.has(link.alert)) continue;
    links.delete(home);
    for (const id of draft.members.get(home) ?? input.open.get(home)?.members ?? []) {
      const other = input.next.has(id) ? undefined : input.alerts.get(id)?.alert;
      const entity = other && linkBetween(record.alert, other, input.joinGapMs);
      if (other === undefined || entity === undefined) continue;
      links.set(home, { alert: other.id, entity });
      break;
    }
  }
  return links;
}

function noteJoined(draft: Draft, incident: string, record: AlertRecord, link?: Link): void {
  const { alert } = record;
  const reason: Readonly<Record<string, string>> =
    link === undefined
      ? {}
      : { entity: link.entity.kind, value: link.entity.value, with: link.alert };
  note(draft, incident, {
    time: alert.first,
    what: 'alert_joined',
    facts: { alert: alert.id, rule: alert.rule, ...reason },
  });
}

interface Component {
  readonly alerts: string[];
  readonly incidents: string[];
}

/** Connected components of what no person touched: loose alerts, and intact incidents as wholes. */
function components(draft: Draft, loose: ReadonlySet<string>): Component[] {
  const { input } = draft;
  const sets = new JoinedSets();
  const alerts = [...loose]
    .map((id) => currentAlert(input, id)?.alert)
    .filter((a) => a !== undefined);
  for (const { id } of alerts) sets.add(`a:${id}`);
  joinLinked(alerts, input.joinGapMs, (a, b) => sets.join(`a:${a}`, `a:${b}`));

  const nodes = new Set(alerts.map(({ id }) => `a:${id}`));
  const changed = new LinkIndex(input.joinGapMs);
  for (const alert of alerts) changed.put(alert, sets.find(`a:${alert.id}`));
  const nodeOf = (id: string): string | undefined => {
    if (loose.has(id)) return `a:${id}`;
    const home = liveHome(input, id);
    if (home === undefined || home.record.incident.touched || draft.homes.has(id)) return undefined;
    return `i:${home.record.incident.id}`;
  };
  for (const [id, next] of input.next) {
    const node = isLive(next) ? nodeOf(id) : undefined;
    if (node === undefined) continue;
    for (const [home, link] of input.index.linked(next.alert)) {
      const other = input.open.get(home);
      if (other === undefined || other.record.incident.touched || draft.loosened.has(home))
        continue;
      if (node === `i:${home}`) continue;
      connect(draft, sets, nodes, node, `i:${home}`, id, link);
    }
    for (const [other, link] of changed.linked(next.alert)) {
      if (other !== node) connect(draft, sets, nodes, node, other, id, link);
    }
    if (!loose.has(id)) changed.put(next.alert, node);
  }
  const grouped = Map.groupBy(nodes, (node) => sets.find(node));
  return [...grouped.values()].map((members) => ({
    alerts: members.filter((m) => m.startsWith('a:')).map((m) => m.slice(2)),
    incidents: members.filter((m) => m.startsWith('i:')).map((m) => m.slice(2)),
  }));
}

function connect(
  draft: Draft,
  sets: JoinedSets,
  nodes: Set<string>,
  a: string,
  b: string,
  alert: string,
  link: Link,
): void {
  nodes.add(a);
  nodes.add(b);
  sets.join(a, b);
  if (!draft.reasons.has(alert)) draft.reasons.set(alert, link);
}

function regroup(draft: Draft): void {
  const { input } = draft;
  const loose = new Set(draft.homeless);
  for (const incident of draft.loosened) {
    for (const id of membersOf(draft, incident)) loose.add(id);
  }
  const found = components(draft, loose).map((component) => ({
    ...component,
    earliest: earliestOf(input, component),
    candidates: candidatesOf(draft, component),
  }));
  found.sort((a, b) => byFirst(a.earliest, b.earliest));
  const chosen = new Map<string, (typeof found)[number]>();
  for (const component of found) {
    const home = component.candidates.find((incident) => !chosen.has(incident));
    chosen.set(home ?? `+${component.earliest.id}`, component);
  }
  const successor = new Map<string, string>();
  for (const [home, component] of chosen) {
    for (const incident of component.candidates) {
      if (!successor.has(incident)) successor.set(incident, home);
    }
  }
  for (const [home, component] of chosen) settle(draft, home, component);
  for (const incident of [...draft.loosened, ...successor.keys()]) {
    if (chosen.has(incident) || input.closed.has(incident)) continue;
    close(draft, incident, successor.get(incident) ?? goneTo(draft, incident));
  }
}

/** Where the alerts of an incident that lost all of them are now, or what stands for them. */
function goneTo(draft: Draft, incident: string): string | undefined {
  for (const id of draft.input.open.get(incident)?.members ?? []) {
    const home = draft.homes.get(id);
    if (home !== undefined && home !== incident) return home;
  }
  for (const [heir, homes] of draft.heirs) {
    if (!homes.has(incident)) continue;
    const home = draft.homes.get(heir) ?? liveHome(draft.input, heir)?.record.incident.id;
    if (home !== undefined && home !== incident) return home;
  }
  return undefined;
}

function earliestOf(input: PlanInput, component: Component): { first: number; id: string } {
  const spans = [
    ...component.alerts.map((id) => ({ id, first: currentAlert(input, id)?.alert.first ?? 0 })),
    ...component.incidents.map((id) => {
      const incident = input.open.get(id)?.record.incident;
      return { id: incident?.alerts[0] ?? id, first: incident?.first ?? 0 };
    }),
  ];
  return spans.toSorted(byFirst)[0] ?? { first: 0, id: '' };
}

/** Incidents whose number the component may keep, the earliest first. */
function candidatesOf(draft: Draft, component: Component): string[] {
  const { input } = draft;
  const homes = new Set(component.incidents);
  for (const id of component.alerts) {
    const home = liveHome(input, id)?.record.incident.id ?? input.next.get(id)?.incident;
    const named = input.namedBy.get(id);
    if (home !== undefined) homes.add(home);
    if (named !== undefined) homes.add(named);
    for (const inherited of draft.heirs.get(id) ?? []) homes.add(inherited);
  }
  return [...homes]
    .map((home) => input.open.get(home)?.record ?? input.closed.get(home))
    .filter((record) => record !== undefined)
    .filter((record) => !record.incident.touched && (isOpen(record) || isWithdrawn(record)))
    .map((record) => record.incident)
    .toSorted(byFirst)
    .map(({ id }) => id);
}

function isWithdrawn(record: IncidentRecord): boolean {
  return record.incident.closedBy === 'withdrawn';
}

function settle(draft: Draft, home: string, component: Component): void {
  const { input } = draft;
  const members = new Set(component.alerts);
  for (const incident of component.incidents) {
    for (const id of input.open.get(incident)?.members ?? []) members.add(id);
  }
  draft.members.set(home, members);
  if (input.closed.has(home)) draft.reopened.add(home);
  for (const id of members) {
    const from = liveHome(input, id)?.record.incident.id;
    if (from === home) continue;
    draft.homes.set(id, home);
    const record = currentAlert(input, id);
    if (record === undefined || home.startsWith('+')) continue;
    const heir = draft.heirs.get(id)?.has(home) === true;
    if (from === undefined && !heir && !draft.reopened.has(home)) {
      noteJoined(draft, home, record, draft.reasons.get(id));
    }
  }
}

function close(draft: Draft, incident: string, into: string | undefined): void {
  draft.members.set(incident, new Set());
  if (into === undefined) draft.withdrawn.add(incident);
  else draft.merged.set(incident, into);
}

import {
  currentAlert,
  type Draft,
  liveHome,
  membersOf,
  noteJoined,
  type PlanInput,
} from './draft.ts';
import { LinkIndex } from './link-index.ts';
import { JoinedSets, joinLinked, type Link } from './linking.ts';
import { byFirst, type IncidentRecord, isLive, isOpen } from './record.ts';

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

/** Gathers what no person touched into components, and gives each an incident. */
export function regroup(draft: Draft): void {
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

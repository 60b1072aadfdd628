import type { AlertRecord } from '#libs/model';

import {
  currentAlert,
  type Draft,
  liveHome,
  membersOf,
  note,
  noteJoined,
  type Plan,
  type PlanInput,
} from './draft.ts';
import { LinkIndex } from './link-index.ts';
import { type Link, linkBetween } from './linking.ts';
import { byFirst, isLive } from './record.ts';
import { regroup } from './regroup.ts';

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

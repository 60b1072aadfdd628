import type { AlertRecord } from '#libs/model';

import { closedAs, evolve, inForceAgain } from './evolve.ts';
import { type ComposeNeeds, openIncident, withNotes } from './compose.ts';
import type { Memory } from './memory.ts';
import type { Numbers } from './numbers.ts';
import { currentAlert, liveHome, type Plan, type PlanInput } from './draft.ts';
import { planSettlement } from './plan.ts';
import type { AlertFacts } from './ports.ts';
import { byFirst, type IncidentRecord, isLive, isOpen, SYSTEM } from './record.ts';
import { sameJson } from './same-json.ts';
import type { Step, Storage } from './storage.ts';
import { inStorm } from './storm.ts';

interface SettleNeeds {
  readonly memory: Memory;
  readonly storage: Storage;
  readonly numbers: Numbers;
  readonly compose: ComposeNeeds;
}

/** What one settlement would write, and how many alerts found no room. */
export interface Settlement {
  readonly step: Step;
  readonly aside: readonly AlertFacts[];
}

/**
 * The alerts as they will be filed; those that are filed so already are left out unless `anyway`.
 */
async function changedAlerts(facts: readonly AlertFacts[], storage: Storage, anyway: boolean) {
  const before = new Map<string, AlertRecord>();
  const next = new Map<string, AlertRecord>();
  const versions = new Map<string, number | 'absent'>();
  const last = new Map(facts.map((fact) => [fact.alert.id, fact]));
  const held = await Promise.all([...last.keys()].map((id) => storage.alert(id)));
  for (const [at, [id, fact]] of [...last].entries()) {
    const entry = held[at];
    const was = entry?.record;
    if (was !== undefined) {
      const same =
        sameJson(was.alert, fact.alert) &&
        sameJson(was.muted, fact.muted) &&
        sameJson(was.recovered, fact.recovered);
      if (same && !anyway) continue;
      before.set(id, was);
    }
    versions.set(id, entry?.version ?? 'absent');
    next.set(id, was?.incident === undefined ? fact : { ...fact, incident: was.incident });
  }
  return { before, next, versions };
}

/**
 * Plans where changed alerts go and what every incident then says; nothing is written but numbers.
 */
export async function settlement(
  facts: readonly AlertFacts[],
  needs: SettleNeeds,
  anyway: boolean,
): Promise<Settlement | undefined> {
  const { memory, storage } = needs;
  const { incidents: torn, namedBy } = storage.tornBy(facts.map((fact) => fact.alert.id));
  const changed = await changedAlerts(facts, storage, anyway || torn.size > 0);
  if (changed.next.size === 0 && torn.size === 0) return undefined;
  const stormy = withStorms(changed, memory);
  const homes = new Set([...changed.before.values()].map((record) => record.incident));
  const closed = new Map<string, IncidentRecord>();
  const closedVersions = new Map<string, number>();
  for (const id of homes) {
    if (id === undefined || memory.open.has(id)) continue;
    const found = await storage.incident(id);
    if (found === undefined) continue;
    closed.set(id, found.record);
    closedVersions.set(id, found.version);
  }
  const input: PlanInput = {
    open: memory.open,
    ...linkedViews(changed, stormy, memory),
    index: memory.index,
    closed,
    loosen: new Set(
      [...torn].filter((id) => memory.open.get(id)?.record.incident.touched === false),
    ),
    namedBy,
    joinGapMs: needs.compose.limits.joinGapMs,
  };
  const plan = planSettlement(input);
  const real = (id: string) => changed.next.get(id) ?? memory.alerts.get(id);
  const aside = keepAside(plan, real, needs);
  const numbers = await numberNew(plan, input, needs.numbers);
  return {
    step: stepOf(
      plan,
      input,
      { numbers, versions: changed.versions, closedVersions, torn, stormy, real },
      needs,
    ),
    aside,
  };
}

type Changed = Awaited<ReturnType<typeof changedAlerts>>;

/** Alerts that will be in a storm; those that this turns count as changed. */
function withStorms({ before, next }: Changed, memory: Memory): ReadonlySet<string> {
  const alertsOf = (records: Iterable<AlertRecord>) => [...records].map(({ alert }) => alert);
  const live = [...next.values()].filter(isLive);
  const { stormy, turned } = memory.storms.after(alertsOf(before.values()), alertsOf(live));
  for (const id of turned) {
    const record = memory.alerts.get(id);
    if (record === undefined) continue;
    before.set(id, record);
    next.set(id, record);
  }
  return stormy;
}

/** The alerts as they are linked: those in a storm to their like alone. */
function linkedViews(
  { before, next }: Changed,
  stormy: ReadonlySet<string>,
  memory: Memory,
): Pick<PlanInput, 'before' | 'next' | 'alerts'> {
  const was = (record: AlertRecord) => ({ ...record, alert: memory.linked(record.alert) });
  const viewed = (all: ReadonlyMap<string, AlertRecord>, view: (one: AlertRecord) => AlertRecord) =>
    new Map([...all].map(([id, record]) => [id, view(record)] as const));
  return {
    before: viewed(before, was),
    next: viewed(next, (record) =>
      stormy.has(record.alert.id) ? { ...record, alert: inStorm(record.alert) } : record,
    ),
    alerts: {
      get: (id) => {
        const record = memory.alerts.get(id);
        return record === undefined ? undefined : was(record);
      },
    },
  };
}

/** New incidents beyond the limit are not opened: their alerts are stored and wait. */
function keepAside(plan: Plan, real: RealOf, { memory, compose }: SettleNeeds): AlertFacts[] {
  const room = compose.limits.openMax - memory.open.size;
  const aside: AlertFacts[] = [];
  const fresh = [...plan.members.keys()].filter((home) => home.startsWith('+'));
  for (const home of fresh.slice(Math.max(0, room))) {
    for (const id of plan.members.get(home) ?? []) {
      plan.homes.delete(id);
      const record = real(id);
      if (record !== undefined) aside.push(record);
    }
    plan.members.delete(home);
  }
  return aside;
}

async function numberNew(
  plan: Plan,
  input: PlanInput,
  numbers: Numbers,
): Promise<Map<string, string>> {
  const fresh = [...plan.members.entries()].filter(([home]) => home.startsWith('+'));
  const wishes = fresh.map(([, members]) => {
    const first = [...members]
      .map((id) => currentAlert(input, id)?.alert)
      .filter((alert) => alert !== undefined)
      .toSorted(byFirst)[0];
    return { alert: first?.id ?? '', first: first?.first ?? 0 };
  });
  const taken = wishes.length === 0 ? [] : await numbers.take(wishes);
  return new Map(fresh.map(([home], at) => [home, taken[at] ?? '']));
}

/** An alert as it will be filed. */
type RealOf = (id: string) => AlertRecord | undefined;

interface StepFacts {
  readonly stormy: ReadonlySet<string>;
  readonly real: RealOf;
  readonly numbers: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, number | 'absent'>;
  readonly closedVersions: ReadonlyMap<string, number>;
  readonly torn: ReadonlySet<string>;
}

function stepOf(plan: Plan, input: PlanInput, facts: StepFacts, needs: SettleNeeds): Step {
  const { memory } = needs;
  const named = (home: string): string => facts.numbers.get(home) ?? home;
  const step: Step = { incidents: new Map(), alerts: new Map() };
  for (const id of new Set([...input.next.keys(), ...plan.homes.keys()])) {
    const record = facts.real(id);
    if (record === undefined) continue;
    const moved = plan.homes.get(id);
    const home = moved === undefined ? liveHome(input, id)?.record.incident.id : named(moved);
    const filed = home === undefined ? record : { ...record, incident: home };
    const counts = isLive(record) && home !== undefined && !isClosedByPerson(input, home);
    step.alerts.set(id, {
      record: filed,
      version: facts.versions.get(id) ?? memory.alert(id)?.version ?? 'absent',
      home: counts ? home : undefined,
      // What is not looked at now stays as it is.
      ...(input.next.has(id) ? { stormy: facts.stormy.has(id) } : {}),
    });
  }
  for (const home of affected(plan, input, facts.torn)) {
    const members = plan.members.get(home) ?? memory.open.get(home)?.members ?? new Set<string>();
    const before = memory.open.get(home)?.record ?? input.closed.get(home);
    const records = [...members]
      .map((id) => step.alerts.get(id)?.record ?? facts.real(id))
      .filter((record) => record !== undefined);
    const version = memory.open.get(home)?.version ?? facts.closedVersions.get(home) ?? 'absent';
    const record = recordOf(home, records, before, { plan, input, named, needs });
    if (record === undefined || record === before) continue;
    step.incidents.set(named(home), { record, members, before, version });
  }
  return step;
}

function isClosedByPerson(input: PlanInput, home: string): boolean {
  return input.closed.get(home)?.incident.closedBy === 'person';
}

/** Incidents whose alerts, or whose alerts' facts, change. */
function affected(plan: Plan, input: PlanInput, torn: ReadonlySet<string>): Set<string> {
  const homes = new Set([...plan.members.keys(), ...plan.notes.keys(), ...torn]);
  for (const id of input.next.keys()) {
    const home = liveHome(input, id);
    if (home !== undefined && !plan.homes.has(id)) homes.add(home.record.incident.id);
  }
  return homes;
}

interface RecordContext {
  readonly plan: Plan;
  readonly input: PlanInput;
  readonly named: (home: string) => string;
  readonly needs: SettleNeeds;
}

function recordOf(
  home: string,
  alerts: readonly AlertRecord[],
  before: IncidentRecord | undefined,
  { plan, input, named, needs }: RecordContext,
): IncidentRecord | undefined {
  const { compose } = needs;
  if (before === undefined) {
    if (alerts.length === 0) return undefined;
    return evolve(openIncident(named(home), alerts, compose), alerts, true, compose);
  }
  const noted = withNotes(before, plan.notes.get(home) ?? [], SYSTEM, compose);
  if (plan.withdrawn.has(home)) {
    return closedAs(evolve(noted, [], false, compose), { closedBy: 'withdrawn' }, compose);
  }
  const into = plan.merged.get(home);
  if (into !== undefined) {
    return closedAs(
      evolve(noted, [], false, compose),
      { closedBy: 'merged', parent: named(into) },
      compose,
    );
  }
  if (!isOpen(before) && !plan.reopened.has(home)) return noted;
  const open = plan.reopened.has(home) ? inForceAgain(noted, compose) : noted;
  const joined = (plan.notes.get(home) ?? []).some(({ what }) => what === 'alert_joined');
  const from = [...plan.merged].filter(([, to]) => to === home).map(([merged]) => merged);
  const merges = from.map((merged) => ({
    time: compose.now,
    what: 'merged' as const,
    facts: { from: merged, alerts: String(input.open.get(merged)?.members.size ?? 0) },
  }));
  return withNotes(evolve(open, alerts, joined, compose), merges, SYSTEM, compose);
}

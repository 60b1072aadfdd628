import type { ComposeNeeds } from '../compose.ts';
import { closedAs } from '../evolve.ts';
import type { Memory } from '../memory.ts';
import { yearOf, type Numbers } from '../numbers.ts';
import { byFirst, type IncidentRecord } from '../record.ts';
import type { Step } from '../storage.ts';
import { nameOf } from './outage-words.ts';
import { evolveOutage, openOutage, type Wide, withParent } from './outage-record.ts';
import { outagesOf } from './recognize.ts';
import { isWider, keyOfRoot } from './root-index.ts';
import type { Held } from './scope-index.ts';
import { type ScopeKey, WIDE_SCOPES, type WideScope } from './sign.ts';

interface GatherNeeds {
  readonly memory: Memory;
  readonly numbers: Numbers;
  readonly compose: ComposeNeeds;
}

/** A wide incident as it will be: where it stands among the others, and what it takes in. */
interface Node {
  readonly id: string;
  readonly key: ScopeKey;
  readonly start: number;
  readonly covers: readonly string[];
}

interface Draft {
  readonly needs: GatherNeeds;
  /** What each wide incident that is looked at becomes. */
  readonly next: Map<string, Wide>;
  /** Wide incidents that are none any more, and the one that took them in, if one did. */
  readonly gone: Map<string, string | undefined>;
  readonly fresh: Wide[];
}

/**
 * Which outages are wider than one incident now, for what changed (semantics.md, One outage, one
 * incident): opens, changes and closes the incidents that stand for others, and files those under
 * them. Nothing is written but numbers; undefined when nothing changes.
 */
export async function gathered(
  keys: readonly ScopeKey[],
  needs: GatherNeeds,
): Promise<Step | undefined> {
  if (keys.length === 0) return undefined;
  const draft: Draft = { needs, next: new Map(), gone: new Map(), fresh: [] };
  for (const key of keys) lookAt(draft, key);
  const numbered = await numberFresh(draft.fresh, needs.numbers);
  const nodes = nodesOf(draft, numbered);
  const step: Step = { incidents: new Map(), alerts: new Map() };
  const { memory, compose } = needs;
  for (const [id, wide] of numbered) {
    put(step, memory, openOutage(id, wide, compose));
  }
  for (const [id, wide] of draft.next) {
    const before = memory.roots.get(id);
    if (before !== undefined) put(step, memory, evolveOutage(before, wide, compose));
  }
  for (const id of concerned(draft, numbered)) file(step, id, nodes, draft);
  // Last: after a crash in between nothing is left filed under what the product closed.
  for (const [id, into] of draft.gone) {
    const before = memory.roots.get(id);
    if (before === undefined) continue;
    const how =
      into === undefined
        ? ({ closedBy: 'withdrawn' } as const)
        : ({ closedBy: 'merged', parent: into } as const);
    put(step, memory, closedAs(before, how, compose));
  }
  return step.incidents.size === 0 ? undefined : step;
}

function put(step: Step, memory: Memory, record: IncidentRecord): void {
  const { id } = record.incident;
  const open = memory.open.get(id);
  if (open?.record === record) return;
  step.incidents.set(id, {
    record,
    members: open?.members ?? new Set(),
    before: open?.record,
    version: open?.version ?? 'absent',
  });
}

/** The signs that count for a key: of open incidents that nobody took out of it. */
function signsOf(key: ScopeKey, memory: Memory): Held[] {
  const roots = memory.roots.ofKey(key);
  return memory.scopes.ofKey(key).filter(({ incident, sign, settled }) => {
    if (settled) {
      // What people have closed counts on in the outages it was part of, and starts none.
      if (roots.some((root) => root.incident.outage?.covers.includes(incident) === true))
        return true;
      if (memory.roots.covering(incident).size === 0) memory.scopes.remove(sign.alert);
      return false;
    }
    const record = memory.open.get(incident)?.record;
    if (record === undefined || record.incident.apart === true) return false;
    return !isSettledWithin(record, key, memory);
  });
}

/** Whether people closed the wide incident of this scope that it was part of. */
function isSettledWithin(record: IncidentRecord, key: ScopeKey, memory: Memory): boolean {
  let reached: WideScope | undefined;
  for (let at: IncidentRecord | undefined = record; at !== undefined;) {
    const { parent }: { readonly parent?: string } = at.incident;
    if (parent === undefined) return false;
    at = memory.roots.get(parent);
    if (at === undefined) return reached === undefined || isWider(key.scope, reached);
    reached = keyOfRoot(at)?.scope;
  }
  return false;
}

function isOver(incident: string, memory: Memory): boolean {
  const open = memory.open.get(incident);
  return open === undefined || open.record.incident.status === 'resolved';
}

function lookAt(draft: Draft, key: ScopeKey): void {
  const { memory, compose } = draft.needs;
  const laneOf = memory.scopes.ofLane.bind(memory.scopes);
  const wide = outagesOf(key, signsOf(key, memory), laneOf, compose.limits)
    .map((outage): Wide => {
      const covers = [...new Set(outage.members.map(({ incident }) => incident))].toSorted();
      return { outage, covers, over: covers.every((id) => isOver(id, memory)) };
    })
    .filter(({ covers }) => covers.length > 1);
  const roots = memory.roots
    .ofKey(key)
    .toSorted((a, b) => byFirst(a.incident, b.incident))
    .map(({ incident }) => incident);
  const shares = (id: string, { covers }: Wide): boolean =>
    memory.roots.get(id)?.incident.outage?.covers.some((one) => covers.includes(one)) === true;
  for (const one of wide) {
    const root = roots.find(({ id }) => !draft.next.has(id) && shares(id, one));
    if (root === undefined) draft.fresh.push(one);
    else draft.next.set(root.id, one);
  }
  for (const { id, touched } of roots) {
    // What a person worked on stands as they left it.
    if (draft.next.has(id) || touched) continue;
    const into = [...draft.next].find(([root, one]) => root !== id && shares(id, one))?.[0];
    draft.gone.set(id, into);
  }
}

async function numberFresh(fresh: readonly Wide[], numbers: Numbers): Promise<Map<string, Wide>> {
  if (fresh.length === 0) return new Map();
  const wishes = fresh.map(({ outage: { key, start } }) => {
    return { alert: `outage ${key.scope} ${key.of} ${yearOf(start)} ${start}`, first: start };
  });
  const taken = await numbers.take(wishes);
  return new Map(fresh.map((wide, at) => [taken[at] ?? '', wide]));
}

/** Every wide incident that may matter, as it will be. */
function nodesOf(draft: Draft, numbered: ReadonlyMap<string, Wide>): Map<string, Node> {
  const { memory } = draft.needs;
  const nodes = new Map<string, Node>();
  const put = (id: string, { outage, covers }: Wide): void => {
    nodes.set(id, { id, key: outage.key, start: outage.start, covers });
  };
  for (const [id, wide] of [...numbered, ...draft.next]) put(id, wide);
  const near = new Set([...nodes.values()].flatMap(({ covers }) => covers));
  for (const id of [...draft.next.keys(), ...draft.gone.keys()])
    for (const one of memory.roots.get(id)?.incident.outage?.covers ?? []) near.add(one);
  for (const incident of near) {
    for (const id of memory.roots.covering(incident)) {
      const record = memory.roots.get(id);
      const key = record === undefined ? undefined : keyOfRoot(record);
      if (record?.incident.outage === undefined || key === undefined) continue;
      if (nodes.has(id) || draft.gone.has(id)) continue;
      const { start, covers } = record.incident.outage;
      nodes.set(id, { id, key, start, covers });
    }
  }
  return nodes;
}

/** Incidents and wide incidents whose place among the others may change. */
function concerned(draft: Draft, numbered: ReadonlyMap<string, Wide>): Set<string> {
  const { memory } = draft.needs;
  const ids = new Set<string>(numbered.keys());
  const add = (covers: readonly string[]): void => {
    for (const one of covers) {
      ids.add(one);
      for (const root of memory.roots.covering(one)) ids.add(root);
    }
  };
  for (const { covers } of numbered.values()) add(covers);
  for (const [id, { covers }] of draft.next) {
    ids.add(id);
    add(covers);
  }
  for (const id of [...draft.next.keys(), ...draft.gone.keys()])
    add(memory.roots.get(id)?.incident.outage?.covers ?? []);
  for (const id of draft.gone.keys()) ids.delete(id);
  return ids;
}

function narrowestFirst(a: Node, b: Node): number {
  const scopes = WIDE_SCOPES.indexOf(a.key.scope) - WIDE_SCOPES.indexOf(b.key.scope);
  return scopes || a.start - b.start || (a.key.of < b.key.of ? -1 : 1);
}

/** Files an incident under the narrowest one that takes it in. */
function file(step: Step, id: string, nodes: ReadonlyMap<string, Node>, draft: Draft): void {
  const { memory, compose } = draft.needs;
  const open = memory.open.get(id);
  const record = step.incidents.get(id)?.record ?? open?.record;
  if (record === undefined || record.incident.status === 'closed') return;
  const { parent, apart } = record.incident;
  const own = nodes.get(id);
  const wider = [...nodes.values()]
    .filter((node) =>
      own === undefined
        ? apart !== true && node.covers.includes(id)
        : isWider(node.key.scope, own.key.scope) &&
          node.covers.some((one) => own.covers.includes(one)),
    )
    .toSorted(narrowestFirst)[0];
  if (parent === wider?.id) return;
  // People closed what it was part of: it stays filed there.
  const isKept = parent !== undefined && !memory.roots.get(parent) && wider === undefined;
  if (isKept) return;
  const facts = wider === undefined ? {} : { scope: wider.key.scope, of: nameOf(wider.key) };
  const next = withParent(record, wider?.id, facts, compose);
  step.incidents.set(id, {
    record: next,
    members: open?.members ?? new Set(),
    before: open?.record,
    version: open?.version ?? 'absent',
  });
}

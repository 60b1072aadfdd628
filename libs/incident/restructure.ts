import { covers, type Principal } from '#libs/model';
import type { ActionRequest } from '#libs/protocol';

import { acted, type Invalid, invalid, markUndone, restated, undoable } from './act.ts';
import { type ComposeNeeds, openIncident, withAlerts } from './compose.ts';
import type { AlertEntry, Memory } from './memory.ts';
import type { Numbers } from './numbers.ts';
import type { Note } from './draft.ts';
import {
  type Act,
  type HumanFields,
  humanFields,
  type IncidentRecord,
  isOpen,
  type Move,
} from './record.ts';
import type { Step, Storage } from './storage.ts';

interface RestructureNeeds {
  readonly memory: Memory;
  readonly storage: Storage;
  readonly numbers: Numbers;
  readonly compose: ComposeNeeds;
}

interface Stored {
  readonly record: IncidentRecord;
  readonly version: number;
}

interface Asked {
  readonly principal: Principal;
  readonly request: ActionRequest;
}

type Planned =
  | { readonly step: Step; readonly facts: Readonly<Record<string, string>> }
  | Invalid
  | { readonly reason: 'not_found' };

/** Incidents that one merge takes in, alerts that one split takes out. */
const INCIDENTS_MAX = 100;

interface Worked {
  record: IncidentRecord;
  readonly before: IncidentRecord | undefined;
  readonly version: number | 'absent';
  readonly members: Map<string, AlertEntry>;
}

/** Incidents in the making: alerts move between them, then one step comes out. */
class Workbench {
  readonly #incidents = new Map<string, Worked>();
  readonly #moved = new Map<string, AlertEntry>();
  readonly #needs: RestructureNeeds;

  constructor(needs: RestructureNeeds) {
    this.#needs = needs;
  }

  async take(stored: Stored): Promise<Worked> {
    const entries = await this.#needs.storage.liveAlertsOf(stored.record.incident.id);
    const members = new Map(entries.map((entry) => [entry.record.alert.id, entry]));
    const { record, version } = stored;
    const worked = { record, version, members, before: record };
    this.#incidents.set(record.incident.id, worked);
    return worked;
  }

  put(record: IncidentRecord): Worked {
    const worked = { record, version: 'absent' as const, members: new Map(), before: undefined };
    this.#incidents.set(record.incident.id, worked);
    return worked;
  }

  move(from: Worked, to: Worked, alerts: Iterable<string>): string[] {
    const moved: string[] = [];
    for (const id of alerts) {
      const entry = from.members.get(id);
      if (entry === undefined) continue;
      from.members.delete(id);
      const record = { ...entry.record, incident: to.record.incident.id };
      const filed = { record, version: entry.version };
      to.members.set(id, filed);
      this.#moved.set(id, filed);
      moved.push(id);
    }
    return moved;
  }

  step(): Step {
    const step: Step = { incidents: new Map(), alerts: new Map(), unwritten: [] };
    const unwritten: { entry: AlertEntry; home: string | undefined }[] = [];
    for (const [id, worked] of this.#incidents) {
      const entries = [...worked.members.values()];
      const alerts = entries.map((entry) => entry.record);
      const record = withAlerts(worked.record, alerts, this.#needs.compose);
      const members = new Set(worked.members.keys());
      const { before, version } = worked;
      step.incidents.set(id, { record, members, before, version });
      const home = isOpen(record) ? id : undefined;
      const turned = before !== undefined && isOpen(before) !== isOpen(record);
      for (const entry of entries) {
        if (this.#moved.has(entry.record.alert.id)) {
          step.alerts.set(entry.record.alert.id, { ...entry, home });
        } else if (turned) unwritten.push({ entry, home });
      }
    }
    return { ...step, unwritten };
  }
}

/** Plans a merge, a split or an undo that a person asked for; nothing is written but a number. */
export async function restructure(
  found: Stored,
  action: 'merge' | 'split' | 'undo',
  asked: Asked,
  needs: RestructureNeeds,
): Promise<Planned> {
  if (action === 'undo') return undo(found, asked, needs);
  if (!isOpen(found.record)) {
    return invalid('not_open', 'the incident is closed', 'sự cố đã đóng');
  }
  return action === 'merge' ? merge(found, asked, needs) : split(found, asked, needs);
}

function timelineEntry(
  { request }: Asked,
  what: Note['what'],
  facts: Readonly<Record<string, string>>,
  now: number,
): Note {
  const text = request.text?.trim();
  return { time: now, what, facts: text ? { ...facts, text } : facts };
}

async function merge(found: Stored, asked: Asked, needs: RestructureNeeds): Promise<Planned> {
  const { id } = found.record.incident;
  const wanted = new Set(asked.request.incidents);
  wanted.delete(id);
  if (wanted.size === 0 || wanted.size > INCIDENTS_MAX) {
    return invalid(
      'incidents_required',
      `name 1 to ${INCIDENTS_MAX} other incidents`,
      `hãy chọn từ 1 đến ${INCIDENTS_MAX} sự cố khác`,
    );
  }
  if (found.record.incident.outage !== undefined) return wider();
  const { now } = needs.compose;
  const who = asked.principal.user;
  const bench = new Workbench(needs);
  const target = await bench.take(found);
  const moves: Move[] = [];
  for (const other of wanted) {
    const source = await needs.storage.incident(other);
    if (source === undefined || !covers(asked.principal.scope, source.record.incident.place)) {
      return { reason: 'not_found' };
    }
    if (!isOpen(source.record)) {
      return invalid('not_open', `${other} is closed`, `${other} đã đóng`);
    }
    if (source.record.incident.outage !== undefined) return wider();
    const worked = await bench.take(source);
    const alerts = bench.move(worked, target, worked.members.keys());
    const before = humanFields(source.record);
    moves.push({ from: other, to: id, alerts, before });
    worked.record = mergedInto(source.record, id, who, asked, needs.compose);
  }
  const facts = { from: [...wanted].join(' ') };
  const noted = timelineEntry(asked, 'merged', facts, now);
  const fields = humanFields(found.record);
  target.record = acted(
    found.record,
    { action: 'merge', who, moves },
    fields,
    noted,
    needs.compose,
  );
  return { step: bench.step(), facts };
}

/** What stands for others has no alerts that could move. */
function wider(): Invalid {
  return invalid(
    'wider',
    'an incident that stands for several others can not be merged',
    'sự cố diện rộng không gộp được: hãy gộp hoặc tách các sự cố thuộc nó',
  );
}

function mergedInto(
  record: IncidentRecord,
  into: string,
  who: string,
  asked: Asked,
  compose: ComposeNeeds,
): IncidentRecord {
  const fields: HumanFields = { ...humanFields(record), status: 'closed', closed: 'merged' };
  const noted = timelineEntry(asked, 'merged', { into }, compose.now);
  const closed = restated(record, fields, noted, who, compose);
  return { ...closed, incident: { ...closed.incident, parent: into } };
}

async function split(found: Stored, asked: Asked, needs: RestructureNeeds): Promise<Planned> {
  const { id } = found.record.incident;
  const who = asked.principal.user;
  const bench = new Workbench(needs);
  const source = await bench.take(found);
  const wanted = new Set(asked.request.alerts);
  const leaving = [...wanted].map((alert) => source.members.get(alert));
  const alerts = leaving.map((one) => one?.record).filter((record) => record !== undefined);
  if (wanted.size === 0 || alerts.length !== wanted.size || wanted.size >= source.members.size) {
    return invalid(
      'alerts_required',
      'name some, but not all, of the alerts of this incident',
      'hãy chọn một phần (không phải tất cả) cảnh báo của sự cố này',
    );
  }
  const first = alerts.map((record) => record.alert).reduce((a, b) => (b.first < a.first ? b : a));
  const [number = ''] = await needs.numbers.take([
    { alert: `split ${first.id}`, first: first.first },
  ]);
  const opened = openIncident(number, alerts, needs.compose);
  const born = timelineEntry(asked, 'split', { from: id }, needs.compose.now);
  const fresh = bench.put(restated(opened, humanFields(opened), born, who, needs.compose));
  const moved = bench.move(source, fresh, wanted);
  const facts = { to: number, alerts: String(moved.length) };
  const noted = timelineEntry(asked, 'split', facts, needs.compose.now);
  const moves: Move[] = [{ from: id, to: number, alerts: moved }];
  const act = { action: 'split' as const, who, moves };
  source.record = acted(found.record, act, humanFields(found.record), noted, needs.compose);
  return { step: bench.step(), facts };
}

async function undo(found: Stored, asked: Asked, needs: RestructureNeeds): Promise<Planned> {
  const who = asked.principal.user;
  const undone = undoable(found.record, who, needs.compose);
  if ('reason' in undone) return undone;
  const { act, fields } = undone;
  const bench = new Workbench(needs);
  const target = await bench.take(found);
  for (const move of act.moves) {
    const refused =
      act.action === 'merge'
        ? await unmerge(bench, target, move, asked, needs)
        : await unsplit(bench, target, move, asked, needs);
    if (refused !== undefined) return refused;
  }
  const facts = { action: act.action };
  const noted = timelineEntry(asked, 'undone', facts, needs.compose.now);
  const marked = markUndone(found.record, act);
  target.record = restated(marked, fields, noted, who, needs.compose);
  return { step: bench.step(), facts };
}

function overtaken(): Invalid {
  return invalid(
    'undo_overtaken',
    'somebody changed the same thing after you',
    'người khác đã thay đổi sau bạn',
  );
}

async function unmerge(
  bench: Workbench,
  target: Worked,
  move: Move,
  asked: Asked,
  needs: RestructureNeeds,
): Promise<Invalid | undefined> {
  const source = await needs.storage.incident(move.from);
  const parent = target.record.incident.id;
  if (source?.record.incident.parent !== parent || move.before === undefined) return overtaken();
  const worked = await bench.take(source);
  bench.move(target, worked, move.alerts);
  const { parent: _parent, ...incident } = source.record.incident;
  const noted = timelineEntry(
    asked,
    'undone',
    { action: 'merge', from: parent },
    needs.compose.now,
  );
  const apart = { ...source.record, incident };
  worked.record = restated(apart, move.before, noted, asked.principal.user, needs.compose);
  return undefined;
}

async function unsplit(
  bench: Workbench,
  target: Worked,
  move: Move,
  asked: Asked,
  needs: RestructureNeeds,
): Promise<Invalid | undefined> {
  const fresh = await needs.storage.incident(move.to);
  const busy = (record: IncidentRecord): boolean =>
    !isOpen(record) || record.acts.some((act: Act) => !act.undone);
  if (fresh === undefined || busy(fresh.record)) return overtaken();
  const worked = await bench.take(fresh);
  bench.move(worked, target, worked.members.keys());
  const { id } = target.record.incident;
  worked.record = mergedInto(fresh.record, id, asked.principal.user, asked, needs.compose);
  return undefined;
}

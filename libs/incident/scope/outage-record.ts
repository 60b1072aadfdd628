import { type Incident, type Place, SEVERITIES, type Severity } from '#libs/model';

import { clocksOf } from '../deadline.ts';
import { type ComposeNeeds, withNotes } from '../compose.ts';
import type { Note } from '../draft.ts';
import { brokenAgain, resolved } from '../evolve.ts';
import { type IncidentRecord, SYSTEM } from '../record.ts';
import { sameJson } from '../same-json.ts';
import { nameOf, outageWords, placeOfKey } from './outage-words.ts';
import type { Outage } from './recognize.ts';
import type { ScopeKey, Sign, WideScope } from './sign.ts';

/** An outage that takes in these incidents; `over` once all of them are. */
export interface Wide {
  readonly outage: Outage;
  readonly covers: readonly string[];
  readonly over: boolean;
}

/** What is wider is never less severe than this, whatever its alerts say. */
const SEVERITY_MIN: Readonly<Record<WideScope, Severity>> = {
  system: 'informational',
  province: 'high',
  vendor: 'high',
  national: 'critical',
};

/** Incidents that one entry of a timeline names. */
const NAMED_MAX = 20;

function severityOf(scope: WideScope, signs: readonly Sign[]): Severity {
  const worst = Math.min(
    SEVERITIES.indexOf(SEVERITY_MIN[scope]),
    ...signs.map(({ level }) => SEVERITIES.indexOf(level)),
  );
  return SEVERITIES[worst] ?? SEVERITY_MIN[scope];
}

function entitiesOf(key: ScopeKey): Incident['entities'] {
  if (key.scope === 'province') return [];
  const kinds = { system: 'service', vendor: 'vendor', national: 'upstream' } as const;
  return [{ kind: kinds[key.scope], value: nameOf(key) }];
}

/** What an incident says because of the outage that it stands for. */
function outageSide({ outage, covers }: Wide, needs: ComposeNeeds) {
  const { key, start, at, proof, members } = outage;
  const signs = members.map(({ sign }) => sign);
  const { vi, en } = outageWords(outage, needs.names.places);
  const place: Place = placeOfKey(key);
  return {
    title: vi.sentence,
    titleEn: en.sentence,
    card: { vi: vi.card, en: en.card },
    severity: severityOf(key.scope, signs),
    scope: key.scope,
    place,
    alerts: [],
    rules: [...new Set(signs.map(({ rule }) => rule))],
    entities: entitiesOf(key),
    events: signs.reduce((sum, { count }) => sum + count, 0),
    first: start,
    last: signs.reduce((last, sign) => Math.max(last, sign.last), start),
    late: signs.every(({ late }) => late),
    outage: { of: key.of, start, at, proof, covers, signs: signs.length },
  };
}

function settledOf({ members }: Outage, max: number): Pick<IncidentRecord, 'settled'> {
  const settled = members.filter((held) => held.settled).slice(-max);
  if (settled.length === 0) return {};
  return { settled: settled.map(({ sign, incident }) => ({ sign, incident })) };
}

/** A new incident that stands for several others. */
export function openOutage(id: string, wide: Wide, needs: ComposeNeeds): IncidentRecord {
  const side = outageSide(wide, needs);
  const { now } = needs;
  return {
    incident: {
      ...side,
      id,
      status: 'new',
      touched: false,
      clocks: clocksOf('new', side.severity, null, now, now),
      timeline: [
        {
          at: now,
          time: wide.outage.at,
          who: SYSTEM,
          what: 'opened',
          facts: { scope: side.scope, of: nameOf(wide.outage.key), ...named(wide.covers) },
        },
      ],
      version: 1,
    },
    opened: now,
    severitySet: null,
    resolvedFrom: null,
    over: false,
    acts: [],
    changed: { who: SYSTEM, what: 'opened' },
    timelineDropped: 0,
    ...settledOf(wide.outage, needs.limits.settledMax),
  };
}

function named(incidents: readonly string[]): Readonly<Record<string, string>> {
  return {
    incidents: incidents.slice(0, NAMED_MAX).join(' '),
    count: String(incidents.length),
  };
}

/**
 * The incident with what its outage now is: resolved once all it takes in are over and nobody gave
 * a verdict, opened again when one breaks again. The record itself when nothing changed.
 */
export function evolveOutage(
  before: IncidentRecord,
  wide: Wide,
  needs: ComposeNeeds,
): IncidentRecord {
  const side = outageSide(wide, needs);
  const { settled: _settled, ...rest } = before;
  const { incident } = before;
  const severity = before.severitySet ?? side.severity;
  const clocks = clocksOf(incident.status, severity, incident, before.opened, needs.now);
  const known = new Set(incident.outage?.covers);
  const added = wide.covers.filter((id) => !known.has(id));
  const notes: Note[] =
    added.length === 0 ? [] : [{ time: side.last, what: 'gathered', facts: named(added) }];
  const next: IncidentRecord = {
    ...rest,
    ...settledOf(wide.outage, needs.limits.settledMax),
    incident: { ...incident, ...side, severity, clocks },
    over: wide.over,
  };
  const turned = turn(before, withNotes(next, notes, SYSTEM, needs), needs);
  return sameJson(before, turned) ? before : turned;
}

function turn(before: IncidentRecord, next: IncidentRecord, needs: ComposeNeeds): IncidentRecord {
  const { status, verdict, last } = next.incident;
  const { over } = next;
  if (over && !before.over && status !== 'resolved' && verdict === undefined) {
    const entry: Note = { time: last, what: 'recovered', facts: { reason: 'all_over' } };
    return resolved(next, entry, needs);
  }
  if (over || status !== 'resolved' || next.resolvedFrom === null) return next;
  return brokenAgain(next, next.resolvedFrom, needs);
}

/** The record as part of a wider incident, of another one, or of none. */
export function withParent(
  record: IncidentRecord,
  parent: string | undefined,
  facts: Readonly<Record<string, string>>,
  needs: ComposeNeeds,
): IncidentRecord {
  const { parent: from, ...incident } = record.incident;
  const entry: Note =
    parent === undefined
      ? { time: needs.now, what: 'released', facts: { ...facts, from: from ?? '' } }
      : { time: needs.now, what: 'gathered', facts: { ...facts, into: parent } };
  const next = { ...record, incident: parent === undefined ? incident : { ...incident, parent } };
  return withNotes(next, [entry], SYSTEM, needs);
}

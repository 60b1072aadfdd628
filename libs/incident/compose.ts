import {
  type AlertRecord,
  CENTRE,
  type Entity,
  type Incident,
  type Place,
  SEVERITIES,
  type Severity,
  type TimelineEntry,
} from '#libs/model';

import { clocksOf } from './deadline.ts';
import { distinctEvents } from './distinct-events.ts';
import type { IncidentLimits } from './limits.ts';
import type { Note } from './draft.ts';
import { byFirst, type IncidentRecord, SYSTEM } from './record.ts';
import type { Names } from './row.ts';
import { stormOf } from './storm.ts';
import { placeName, stormWords, widestScope, type Words, wordsOf } from './wording.ts';

/** What making an incident's facts needs. */
export interface ComposeNeeds {
  readonly names: Names;
  readonly limits: IncidentLimits;
  readonly now: number;
}

function byLead(a: AlertRecord, b: AlertRecord): number {
  const severity = SEVERITIES.indexOf(a.alert.level) - SEVERITIES.indexOf(b.alert.level);
  return severity || byFirst(a.alert, b.alert);
}

/**
 * As narrow as all alerts allow: whoever sees the incident may see all of it. Several provinces:
 * the centre.
 */
function placeOf(alerts: readonly AlertRecord[]): Place {
  const first = alerts[0]?.alert.place;
  if (first === undefined) throw new Error('an incident without alerts has no place');
  if (alerts.some(({ alert }) => alert.place.province !== first.province)) {
    return { province: CENTRE };
  }
  const same = alerts.every(({ alert }) => alert.place.commune === first.commune);
  return same ? first : { province: first.province };
}

function entitiesOf(alerts: readonly AlertRecord[], max: number): Entity[] {
  const seen = new Map<string, Entity>();
  for (const { alert } of alerts) {
    for (const entity of alert.entities) {
      if (seen.size >= max) return [...seen.values()];
      seen.set(`${entity.kind}\0${entity.value}`, entity);
    }
  }
  return [...seen.values()];
}

type AlertSide = Pick<
  Incident,
  | 'title'
  | 'titleEn'
  | 'card'
  | 'severity'
  | 'scope'
  | 'place'
  | 'alerts'
  | 'rules'
  | 'entities'
  | 'events'
  | 'first'
  | 'last'
  | 'late'
>;

/**
 * What an incident says because of its alerts; the most severe and then earliest alert gives the
 * words.
 */
function alertSide(alerts: readonly AlertRecord[], needs: ComposeNeeds): AlertSide {
  const inOrder = alerts.toSorted((a, b) => byFirst(a.alert, b.alert));
  const led = inOrder.toSorted(byLead);
  const lead = led[0]?.alert;
  if (lead === undefined) throw new Error('an incident without alerts says nothing');
  const facts = needs.names.rules(lead.rule);
  const place = placeName(needs.names.places, lead);
  const count = inOrder.length;
  const storm = isOneStorm(inOrder, needs.limits);
  const words = (language: 'vi' | 'en'): Words =>
    storm ? stormWords(lead, facts, place, count, language) : wordsOf(lead, facts, place, language);
  const [vi, en] = [words('vi'), words('en')];
  const rules = [...new Set(led.map(({ alert }) => alert.rule))];
  return {
    title: vi.sentence,
    titleEn: en.sentence,
    card: { vi: vi.card, en: en.card },
    severity: storm && isBelow(lead.level, STORM_SEVERITY) ? STORM_SEVERITY : lead.level,
    scope: widestScope(rules.map((rule) => needs.names.rules(rule)?.scope ?? 'system')),
    place: placeOf(inOrder),
    alerts: inOrder.map(({ alert }) => alert.id),
    rules,
    entities: entitiesOf(led, needs.limits.entitiesMax),
    events: distinctEvents(inOrder.map(({ alert }) => alert)),
    first: Math.min(...inOrder.map(({ alert }) => alert.first)),
    last: inOrder.reduce((last, { alert }) => Math.max(last, alert.last), 0),
    late: inOrder.every(({ alert }) => alert.late),
  };
}

/** A storm is never less loud than this, whatever its rule says. */
const STORM_SEVERITY: Severity = 'high';

function isBelow(one: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other);
}

/** Whether these alerts are one storm of one rule and province. */
function isOneStorm(alerts: readonly AlertRecord[], limits: IncidentLimits): boolean {
  const first = alerts[0]?.alert;
  if (first === undefined || alerts.length <= limits.stormAlertsMax) return false;
  const all = alerts.map(({ alert }) => alert);
  const { rule, place } = first;
  if (all.some((one) => one.rule !== rule || one.place.province !== place.province)) return false;
  return stormOf(all, limits).size > 0;
}

/** A new incident out of its first alerts. */
export function openIncident(
  id: string,
  alerts: readonly AlertRecord[],
  needs: ComposeNeeds,
): IncidentRecord {
  const side = alertSide(alerts, needs);
  const lead = alerts.toSorted(byLead)[0]?.alert;
  return {
    incident: {
      ...side,
      id,
      status: 'new',
      touched: false,
      clocks: clocksOf('new', side.severity, null, needs.now, needs.now),
      timeline: [
        {
          at: needs.now,
          time: side.first,
          who: SYSTEM,
          what: 'opened',
          facts: { alert: lead?.id ?? '', rule: lead?.rule ?? '' },
        },
      ],
      version: 1,
    },
    opened: needs.now,
    severitySet: null,
    resolvedFrom: null,
    over: false,
    acts: [],
    changed: { who: SYSTEM, what: 'opened' },
    timelineDropped: 0,
  };
}

/**
 * The incident with what its live alerts now say; without any it keeps the words it had and counts
 * nothing.
 */
export function withAlerts(
  record: IncidentRecord,
  alerts: readonly AlertRecord[],
  needs: ComposeNeeds,
): IncidentRecord {
  const { incident } = record;
  // One that stands for others has no alerts of its own.
  if (incident.outage !== undefined) return record;
  if (alerts.length === 0) return { ...record, incident: { ...incident, alerts: [], events: 0 } };
  const side = alertSide(alerts, needs);
  const severity = record.severitySet ?? side.severity;
  return {
    ...record,
    incident: {
      ...incident,
      ...side,
      severity,
      clocks: clocksOf(incident.status, severity, incident, record.opened, needs.now),
    },
  };
}

/**
 * The record with timeline entries added; the product's own oldest give way beyond the limit,
 * people's never.
 */
export function withNotes(
  record: IncidentRecord,
  notes: readonly Note[],
  who: string,
  needs: ComposeNeeds,
): IncidentRecord {
  if (notes.length === 0) return record;
  const added: TimelineEntry[] = notes.map((entry) => ({ ...entry, at: needs.now, who }));
  let timeline: readonly TimelineEntry[] = [...record.incident.timeline, ...added];
  let dropped = record.timelineDropped;
  for (let over = timeline.length - needs.limits.timelineMax; over > 0; over -= 1) {
    const at = timeline.findIndex((entry) => entry.what.startsWith('alert_'));
    if (at < 0) break;
    timeline = timeline.toSpliced(at, 1);
    dropped += 1;
  }
  return {
    ...record,
    incident: { ...record.incident, timeline },
    timelineDropped: dropped,
  };
}

/** One version on: what people saw before no longer stands. */
export function nextVersion(
  record: IncidentRecord,
  who: string,
  what: TimelineEntry['what'],
): IncidentRecord {
  return {
    ...record,
    incident: { ...record.incident, version: record.incident.version + 1 },
    changed: { who, what },
  };
}

import { SEVERITIES, type Incident, type Severity } from '#libs/model';
import type { Headline, IncidentRow, PlaceView, SummaryView } from '#libs/protocol';

import type { Period } from './period.ts';

/** What is known of one period. */
export interface PeriodFacts {
  /** Incidents whose first alert lies in the period; children of a merge are left out. */
  readonly incidents: readonly Incident[];
  /** Delivery reports of OTP messages, and how many of them arrived. */
  readonly otp: { readonly sent: number; readonly delivered: number };
}

export interface SummaryFacts {
  readonly period: Period;
  readonly made: number;
  readonly scope: PlaceView;
  readonly now: PeriodFacts;
  readonly before: PeriodFacts;
  readonly events: number;
  readonly localities: readonly { code: string; name: string; sends: boolean }[];
  /** Row forms of incidents, for the list of the outstanding ones. */
  readonly row: (incident: Incident) => IncidentRow;
  /** True when the rule says that people could not be served. */
  readonly isOutage: (rule: string) => boolean;
}

type Words = Readonly<Record<'vi' | 'en', string>>;

/** Outstanding incidents named on the page, and decisions asked for. */
const TOP_MAX = 5;
const DECISIONS_MAX = 3;
const MINUTE_MS = 60_000;

function outageMinutes(facts: PeriodFacts, isOutage: (rule: string) => boolean): number {
  const spans = facts.incidents
    .filter((incident) => incident.rules.some(isOutage))
    .map((incident) => ({ first: incident.first, last: endOf(incident) }))
    .toSorted((a, b) => a.first - b.first);
  // Incidents of one outage overlap: the minutes of a union are counted once.
  let total = 0;
  let reached = -Infinity;
  for (const { first, last } of spans) {
    if (last <= reached) continue;
    total += last - Math.max(first, reached);
    reached = last;
  }
  return Math.round(total / MINUTE_MS);
}

/** When people could be served again: the recovery, where one was seen. */
function endOf({ last, timeline }: Incident): number {
  const recovered = timeline.findLast((entry) => entry.what === 'recovered');
  return Math.max(last, recovered?.time ?? last);
}

function otpPercent({ otp }: PeriodFacts): number | null {
  return otp.sent === 0 ? null : Math.round((1_000 * otp.delivered) / otp.sent) / 10;
}

function acknowledgeMinutes(facts: PeriodFacts): number[] {
  return facts.incidents
    .flatMap((incident) => {
      const opened = incident.timeline.find((entry) => entry.what === 'opened');
      const taken = incident.timeline.find((entry) => entry.what === 'acknowledged');
      return opened === undefined || taken === undefined ? [] : [taken.at - opened.at];
    })
    .map((ms) => ms / MINUTE_MS)
    .toSorted((a, b) => a - b);
}

function median(sorted: readonly number[]): number | null {
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? null : Math.round(middle);
}

function headline(value: number | null, before: number | null, note: Words): Headline {
  const change = value === null || before === null ? null : Math.round((value - before) * 10) / 10;
  return { value, change, note };
}

function countBySeverity(facts: PeriodFacts): Record<Severity, number> {
  const counts = Object.fromEntries(SEVERITIES.map((s) => [s, 0])) as Record<Severity, number>;
  for (const { severity } of facts.incidents) counts[severity] += 1;
  return counts;
}

function falseAlarmPercent({ incidents }: PeriodFacts): number | null {
  const judged = incidents.filter((incident) => incident.verdict !== undefined);
  if (judged.length === 0) return null;
  const wrong = judged.filter((incident) => incident.verdict === 'false_positive');
  return Math.round((100 * wrong.length) / judged.length);
}

function worstFirst(a: Incident, b: Incident): number {
  const rank = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return rank === 0 ? b.events - a.events : rank;
}

function lead(facts: SummaryFacts, bySeverity: Record<Severity, number>, minutes: number): Words {
  const total = facts.now.incidents.length;
  const worst = facts.now.incidents.toSorted(worstFirst)[0];
  const silent = facts.localities.filter((place) => !place.sends).length;
  if (worst === undefined) {
    return {
      vi: `Tuần này không có sự cố. ${silent} địa phương chưa gửi nhật ký.`,
      en: `No incidents this week. ${silent} localities send no logs.`,
    };
  }
  return {
    vi: `Tuần này có ${total} sự cố, ${bySeverity.critical} nghiêm trọng; dịch vụ gián đoạn ${minutes} phút. Đáng chú ý nhất: ${worst.title}.`,
    en: `${total} incidents this week, ${bySeverity.critical} of them critical; services were disturbed for ${minutes} minutes. Most notable: ${worst.titleEn}.`,
  };
}

function decisions(facts: SummaryFacts): Words[] {
  const open = facts.now.incidents
    .filter((i) => i.severity === 'critical' && i.status !== 'closed' && i.status !== 'resolved')
    .toSorted((a, b) => a.first - b.first)
    .map((i) => ({
      vi: `${i.title}: chưa khắc phục (${i.id}).`,
      en: `${i.titleEn}: not yet resolved (${i.id}).`,
    }));
  const silent = facts.localities.filter((place) => !place.sends).length;
  const missing = {
    vi: `${silent} địa phương chưa gửi nhật ký: đề nghị chỉ đạo thời hạn kết nối.`,
    en: `${silent} localities send no logs: set a date for connecting them.`,
  };
  return silent > 0 ? [...open.slice(0, DECISIONS_MAX - 1), missing] : open.slice(0, DECISIONS_MAX);
}

/**
 * The one page for a leader: two sentences, four numbers, what needs a decision, what stood out.
 */
export function makeSummary(facts: SummaryFacts): SummaryView {
  const { period, now, before, isOutage } = facts;
  const bySeverity = countBySeverity(now);
  const minutes = outageMinutes(now, isOutage);
  const waits = acknowledgeMinutes(now);
  const slow = waits[Math.floor(waits.length * 0.9)];
  const perPlace = new Map<string, number>();
  for (const { place } of now.incidents) {
    perPlace.set(place.province, (perPlace.get(place.province) ?? 0) + 1);
  }
  return {
    period: period.name,
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    made: new Date(facts.made).toISOString(),
    scope: facts.scope,
    lead: lead(facts, bySeverity, minutes),
    incidents: headline(now.incidents.length, before.incidents.length, {
      vi: `${bySeverity.critical} nghiêm trọng · ${bySeverity.high} cao`,
      en: `${bySeverity.critical} critical · ${bySeverity.high} high`,
    }),
    bySeverity,
    outageMinutes: headline(minutes, outageMinutes(before, isOutage), {
      vi: 'dịch vụ và đường truyền',
      en: 'services and links',
    }),
    otpSuccessPercent: headline(otpPercent(now), otpPercent(before), {
      vi: `${now.otp.sent} tin đã gửi`,
      en: `${now.otp.sent} messages sent`,
    }),
    acknowledgeMinutesMedian: headline(median(waits), median(acknowledgeMinutes(before)), {
      vi: slow === undefined ? 'chưa có ca nào' : `9 trên 10 ca dưới ${Math.ceil(slow)} phút`,
      en: slow === undefined ? 'no case yet' : `9 of 10 cases under ${Math.ceil(slow)} minutes`,
    }),
    decisions: decisions(facts),
    top: now.incidents.toSorted(worstFirst).slice(0, TOP_MAX).map(facts.row),
    localities: facts.localities.map((place) => ({
      ...place,
      incidents: perPlace.get(place.code) ?? 0,
    })),
    sending: facts.localities.filter((place) => place.sends).length,
    notSending: facts.localities.filter((place) => !place.sends).length,
    events: facts.events,
    falseAlarmPercent: falseAlarmPercent(now),
  };
}

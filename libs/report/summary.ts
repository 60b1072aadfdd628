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
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Localities that one decision names. */
const NAMES_MAX = 3;
/** Fewer minutes, judged cases or false alarms than these ask for no decision. */
const OUTAGE_MINUTES_MIN = 60;
const JUDGED_MIN = 5;
const NOISE_PERCENT_MIN = 30;

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

function isOpen({ status }: Incident): boolean {
  return status !== 'closed' && status !== 'resolved';
}

/** How long, in the largest unit of which there is one. */
function since(ms: number): readonly [count: number, unit: 'day' | 'hour' | 'minute'] {
  if (ms >= DAY_MS) return [Math.floor(ms / DAY_MS), 'day'];
  if (ms >= HOUR_MS) return [Math.floor(ms / HOUR_MS), 'hour'];
  return [Math.max(1, Math.floor(ms / MINUTE_MS)), 'minute'];
}

const UNITS_VI = { day: 'ngày', hour: 'giờ', minute: 'phút' } as const;

function sinceVi(ms: number): string {
  const [count, unit] = since(ms);
  return `${count} ${UNITS_VI[unit]}`;
}

function sinceEn(ms: number): string {
  const [count, unit] = since(ms);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** What waits for somebody, the most urgent first. */
function openDecisions({ now, made }: SummaryFacts): Words[] {
  const open = now.incidents.filter(isOpen).toSorted((a, b) => a.first - b.first);
  const critical = open.filter(({ severity }) => severity === 'critical');
  const overdue = open.filter(
    ({ severity, clocks }) =>
      severity !== 'critical' && Object.values(clocks).some((until) => until < made),
  );
  return [
    ...critical.map((incident) => ({
      vi: `${incident.title}: chưa khắc phục sau ${sinceVi(made - incident.first)} (${incident.id}).`,
      en: `${incident.titleEn}: not resolved after ${sinceEn(made - incident.first)} (${incident.id}).`,
    })),
    ...overdue.map((incident) => ({
      vi: `${incident.title}: đã quá hạn xử lý (${incident.id}).`,
      en: `${incident.titleEn}: past its deadline (${incident.id}).`,
    })),
  ];
}

/** What the numbers of the week ask for. */
function trendDecisions({ now, before, isOutage }: SummaryFacts): Words[] {
  const found: Words[] = [];
  const [minutes, earlier] = [outageMinutes(now, isOutage), outageMinutes(before, isOutage)];
  if (minutes >= OUTAGE_MINUTES_MIN && minutes >= 2 * earlier) {
    found.push({
      vi: `Dịch vụ gián đoạn ${minutes} phút, tuần trước ${earlier} phút: yêu cầu nhà cung cấp giải trình.`,
      en: `Services were disturbed for ${minutes} minutes, ${earlier} the week before: ask the vendors why.`,
    });
  }
  const judged = now.incidents.filter(({ verdict }) => verdict !== undefined);
  const wrong = falseAlarmPercent(now) ?? 0;
  if (judged.length >= JUDGED_MIN && wrong >= NOISE_PERCENT_MIN) {
    found.push({
      vi: `${wrong} % cảnh báo đã kết luận là nhầm: giao chỉnh luật phát hiện.`,
      en: `${wrong}% of judged alerts were false: have the rules tuned.`,
    });
  }
  return found;
}

/** The three things to act on. Who sends nothing is always among them: silence is no safety. */
function decisions(facts: SummaryFacts): Words[] {
  const silent = facts.localities.filter((place) => !place.sends);
  const waiting = [...openDecisions(facts), ...trendDecisions(facts)];
  if (silent.length === 0) return waiting.slice(0, DECISIONS_MAX);
  const names = silent
    .slice(0, NAMES_MAX)
    .map(({ name }) => name)
    .join(', ');
  const more = silent.length > NAMES_MAX ? '…' : '';
  const missing = {
    vi: `${silent.length} địa phương chưa gửi nhật ký (${names}${more}): đề nghị chỉ đạo thời hạn kết nối.`,
    en: `${silent.length} localities send no logs (${names}${more}): set a date for connecting them.`,
  };
  return [...waiting.slice(0, DECISIONS_MAX - 1), missing];
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
      vi: `${now.otp.sent.toLocaleString('vi')} tin đã gửi`,
      en: `${now.otp.sent.toLocaleString('en-GB')} messages sent`,
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

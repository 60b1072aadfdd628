import { expect, it } from 'vitest';

import type { Incident, TimelineEntry } from '#libs/model';
import type { IncidentRow } from '#libs/protocol';

import { weekOf } from './period.ts';
import { makeSummary, type PeriodFacts, type SummaryFacts } from './summary.ts';

const MINUTE = 60_000;
const WEEK = weekOf(Date.parse('2026-11-23T08:00:00+07:00'));

function entry(what: TimelineEntry['what'], at: number): TimelineEntry {
  return { at, time: at, who: 'an', what, facts: {} };
}

function incident(id: string, more: Partial<Incident> = {}): Incident {
  const card = { what: '', who: '', steps: [], call: '' };
  return {
    id,
    title: `Sự cố ${id}`,
    titleEn: `Incident ${id}`,
    card: { vi: card, en: card },
    severity: 'medium',
    status: 'new',
    scope: 'system',
    place: { province: '46' },
    alerts: [],
    rules: ['SEC-01'],
    entities: [],
    events: 1,
    first: WEEK.from,
    last: WEEK.from,
    touched: false,
    late: false,
    clocks: {},
    timeline: [],
    version: 1,
    ...more,
  };
}

function summaryOf(now: PeriodFacts, before: Partial<PeriodFacts> = {}) {
  const facts: SummaryFacts = {
    period: WEEK,
    made: WEEK.to,
    scope: { province: '00', provinceName: 'Trung ương' },
    now,
    before: { incidents: [], otp: { sent: 0, delivered: 0 }, ...before },
    events: 1_000,
    localities: [
      { code: '46', name: 'Huế', sends: true },
      { code: '04', name: 'Cao Bằng', sends: false },
    ],
    row: ({ id }) => ({ id }) as IncidentRow,
    isOutage: (rule) => rule.startsWith('SD-'),
  };
  return makeSummary(facts);
}

it('says in words that nothing happened, and who sends nothing', () => {
  const summary = summaryOf({ incidents: [], otp: { sent: 0, delivered: 0 } });
  expect(summary.lead.vi).toBe('Tuần này không có sự cố. 1 địa phương chưa gửi nhật ký.');
  expect(summary.incidents).toMatchObject({ value: 0, change: 0 });
  expect(summary.otpSuccessPercent.value).toBeNull();
  expect(summary.decisions).toHaveLength(1);
});

it('counts the minutes of outages that overlap once', () => {
  const outage = (id: string, from: number, to: number): Incident =>
    incident(id, {
      rules: ['SD-10'],
      first: WEEK.from + from * MINUTE,
      last: WEEK.from + to * MINUTE,
    });
  const incidents = [
    outage('a', 0, 30),
    outage('b', 10, 20),
    outage('c', 25, 40),
    { ...outage('d', 60, 60), timeline: [entry('recovered', WEEK.from + 65 * MINUTE)] },
  ];
  const summary = summaryOf({ incidents, otp: { sent: 0, delivered: 0 } });
  expect(summary.outageMinutes.value).toBe(45);
});

it('compares with the week before, takes the median wait, and puts the worst first', () => {
  const taken = (id: string, minutes: number, more: Partial<Incident> = {}): Incident =>
    incident(id, {
      timeline: [entry('opened', 0), entry('acknowledged', minutes * MINUTE)],
      ...more,
    });
  const incidents = [
    taken('a', 2),
    taken('b', 10, { severity: 'critical', verdict: 'true_positive' }),
    taken('c', 60, { verdict: 'false_positive', severity: 'high' }),
  ];
  const summary = summaryOf(
    { incidents, otp: { sent: 200, delivered: 193 } },
    { incidents: [incident('x')], otp: { sent: 100, delivered: 98 } },
  );
  expect(summary.incidents).toMatchObject({ value: 3, change: 2 });
  expect(summary.otpSuccessPercent).toMatchObject({ value: 96.5, change: -1.5 });
  expect(summary.acknowledgeMinutesMedian.value).toBe(10);
  expect(summary.top.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  expect(summary.falseAlarmPercent).toBe(50);
  expect(summary.decisions[0]?.vi).toContain('Sự cố b');
  expect(summary.localities.find(({ code }) => code === '46')?.incidents).toBe(3);
});

it('names three things to act on: what is open and critical, what is overdue, who sends nothing', () => {
  const open = incident('1', { severity: 'critical', first: WEEK.to - 3 * 86_400_000 });
  const late = incident('2', { severity: 'high', clocks: { resolve: WEEK.to - MINUTE } });
  const done = incident('3', { severity: 'critical', status: 'resolved' });
  const summary = summaryOf({ incidents: [done, late, open], otp: { sent: 0, delivered: 0 } });
  expect(summary.decisions.map(({ vi }) => vi)).toEqual([
    'Sự cố 1: chưa khắc phục sau 3 ngày (1).',
    'Sự cố 2: đã quá hạn xử lý (2).',
    '1 địa phương chưa gửi nhật ký (Cao Bằng): đề nghị chỉ đạo thời hạn kết nối.',
  ]);
});

it('asks about outages that doubled and about many false alarms', () => {
  const outage = incident('1', {
    status: 'closed',
    rules: ['SD-10'],
    first: WEEK.from,
    last: WEEK.from + 90 * MINUTE,
  });
  const wrong = Array.from({ length: 5 }, (_, at) =>
    incident(`w${at}`, { status: 'closed', verdict: 'false_positive' }),
  );
  const summary = summaryOf({ incidents: [outage, ...wrong], otp: { sent: 0, delivered: 0 } });
  expect(summary.decisions.map(({ vi }) => vi)).toEqual([
    'Dịch vụ gián đoạn 90 phút, tuần trước 0 phút: yêu cầu nhà cung cấp giải trình.',
    '100 % cảnh báo đã kết luận là nhầm: giao chỉnh luật phát hiện.',
    expect.stringContaining('chưa gửi nhật ký') as string,
  ]);
});

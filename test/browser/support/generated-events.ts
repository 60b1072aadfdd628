import type { EventView, HistogramView, SearchView, TopView } from '#libs/protocol';

import { PROVINCES, seeded } from './generated-incidents.ts';

function iso(at: number): string {
  return new Date(at).toISOString();
}

const MESSAGES = [
  '10.22.0.14 - - [23/Nov/2026:08:35:12 +0700] "POST /api/hoso HTTP/1.1" 502 157 "-" "Mozilla/5.0"',
  'sshd[2211]: Failed password for invalid user admin from 203.0.113.77 port 51944 ssh2',
  'ERROR_CODE = 101503, ERROR_MESSAGE = Error connecting to the back end, endpoint ndop',
  'date=2026-11-23 type=event subtype=vpn action="tunnel-down" remip=198.51.100.9 tunnelid=441',
];

export function event(at: number, time: number): EventView {
  const [province, name] = PROVINCES[at % PROVINCES.length] ?? ['01', 'Hà Nội'];
  return {
    id: `event-${at}`,
    time: iso(time),
    received: iso(time + 800),
    fields: {
      message: MESSAGES[at % MESSAGES.length],
      'event.dataset': ['nginx.access', 'system.auth', 'wso2.carbon', 'fortinet.fortigate'][at % 4],
      'event.outcome': at % 3 === 0 ? 'failure' : 'success',
      'source.ip': `203.0.113.${at % 250}`,
      'user.name': at % 4 === 1 ? 'admin' : undefined,
      'host.name': `srv-${province}-0${at % 4}`,
      'gov.locality.code': province,
      'gov.locality.name': name,
    },
  };
}

export function search(now: number, limit: number, cursor: string | null): SearchView {
  const start = cursor === null ? 0 : Number(cursor);
  const rows = Array.from({ length: limit }, (_, at) =>
    event(start + at, now - (start + at) * 4210),
  );
  return {
    rows,
    cursor: start + limit < 12_043 ? String(start + limit) : null,
    complete: true,
    scanned: 12_043,
    total: 12_043,
    tookMs: 18,
  };
}

export function histogram(from: number, to: number, buckets: number): HistogramView {
  const random = seeded(7);
  const counts = (scale: number): number[] =>
    Array.from({ length: buckets }, (_, at) =>
      Math.round((scale + random() * scale) * (1 + Math.sin(at / 6))),
    );
  return {
    start: iso(from),
    intervalMs: Math.ceil((to - from) / buckets),
    series: [
      { value: 'success', counts: counts(120) },
      { value: 'failure', counts: counts(30) },
    ],
    complete: true,
  };
}

export function top(field: string): TopView {
  return {
    field,
    values: Array.from({ length: 10 }, (_, at) => ({
      value: `203.0.113.${at}`,
      count: 900 - at * 83,
    })),
    distinct: 244,
    sampled: true,
    complete: true,
  };
}

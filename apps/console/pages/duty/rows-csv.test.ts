import { describe, expect, it } from 'vitest';

import type { IncidentRow } from '#libs/protocol';

import { vi as text } from '../../i18n/vi.ts';
import { rowsCsv } from './rows-csv.ts';

const ROW: IncidentRow = {
  id: 'SC-2026-000001',
  title: 'Dò "mật khẩu", 20 lần',
  titleEn: '',
  severity: 'high',
  status: 'new',
  verdict: null,
  scope: 'system',
  locality: { province: '46', provinceName: 'Huế' },
  parent: null,
  children: 0,
  alerts: 1,
  events: 20,
  first: '2026-11-23T01:00:00.000Z',
  last: '2026-11-23T01:05:00.000Z',
  assignee: null,
  snoozed: null,
  clocks: { sla: '2026-11-23T01:30:00.000Z' },
  rules: ['SEC-01'],
  entity: '=cmd|calc',
  late: false,
  closedBy: null,
  version: 1,
};

describe('incidents as CSV', () => {
  it('begin with a byte order mark, keep commas and quotes, and hold no formula', () => {
    const lines = rowsCsv([ROW], text).split('\r\n');
    expect(lines[0]).toBe(
      '\uFEFFID,Mức độ,Trạng thái,Sự cố,Địa phương,Đối tượng,Sự kiện,Lần cuối,Hạn,Người xử lý',
    );
    expect(lines[1]).toBe(
      'SC-2026-000001,Cao,Mới,"Dò ""mật khẩu"", 20 lần",Huế,' +
        "'=cmd|calc,20,23/11/2026 08:05,23/11/2026 08:30,",
    );
    expect(lines.slice(2)).toEqual(['']);
  });
});

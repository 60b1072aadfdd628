import type { EventView, IncidentRow, IncidentView } from '#libs/protocol';

import { idOf, PARTS } from './generated-incidents.ts';

const MINUTE = 60_000;

function evidenceOf(row: IncidentRow): EventView[] {
  return Array.from({ length: 6 }, (_, at): EventView => {
    const time = new Date(Date.parse(row.last) - at * 7_310).toISOString();
    const address = `203.0.113.${77 + at}`;
    return {
      id: `ev-${row.id}-${at}`,
      time,
      received: time,
      fields: {
        message: `type=LOGIN_ERROR, realmId=tthc, userId=null, ipAddress=${address}, error=invalid_user_credentials, username=admin.tthc`,
        'event.dataset': 'keycloak.event',
        'event.outcome': 'failure',
        'event.action': 'LOGIN_ERROR',
        'source.ip': address,
        'user.name': 'admin.tthc',
        'gov.locality.code': row.locality.province,
      },
    };
  });
}

/** The page of an incident: card, alerts, timeline and evidence made up from its row. */
export function viewOf(row: IncidentRow, acts: IncidentView['timeline']): IncidentView {
  const evidence = evidenceOf(row);
  const place = row.locality.provinceName;
  const opened: IncidentView['timeline'] = [
    {
      at: row.first,
      time: row.first,
      who: 'system',
      what: 'opened',
      facts: { rule: row.rules[0] ?? '' },
    },
    {
      at: row.last,
      time: new Date(Date.parse(row.last) - 3 * MINUTE).toISOString(),
      who: 'system',
      what: 'alert_joined',
      facts: { rule: row.rules[0] ?? '' },
    },
  ];
  const card: IncidentView['card'] = {
    vi: {
      what: `Từ 08:35, ${row.title.toLowerCase()} tại ${place}. Các kết nối khác vẫn tốt.`,
      who: '412 hồ sơ một cửa đang chờ; người dân chưa nhận được kết quả.',
      steps: [
        'Báo đơn vị dừng gửi lại thủ công.',
        'Gọi trực ban Trung tâm dữ liệu quốc gia.',
        'Theo dõi hàng đợi đồng bộ mỗi 15 phút.',
      ],
      call: 'Trực ban NDOP · 024 xxxx 1234',
    },
    en: {
      what: `Since 08:35: ${row.titleEn} (${place}). Other links are fine.`,
      who: '412 one-stop dossiers are waiting; citizens have no result yet.',
      steps: [
        'Tell the unit to stop sending again by hand.',
        'Call the duty officer of the national data center.',
        'Watch the sync queue every 15 minutes.',
      ],
      call: 'NDOP duty officer · 024 xxxx 1234',
    },
  };
  return {
    ...row,
    card,
    playbook: card.vi.steps.map((step, at) => ({
      step,
      stepEn: card.en.steps[at] ?? step,
      done: at === 0 ? { who: 'an', at: row.last } : null,
    })),
    entities: row.entity === null ? [] : [{ kind: 'service', value: row.entity }],
    alertList: Array.from({ length: row.alerts }, (_, at) => ({
      id: `al-${row.id}-${at}`,
      rule_id: `6f1b${at}`,
      rule_code: row.rules[0] ?? null,
      rule_author: 'Tháp Canh',
      rule_license: null,
      title: row.title,
      level: row.severity,
      group: { 'gov.locality.code': row.locality.province, 'source.ip': '203.0.113.77' },
      first: row.first,
      last: row.last,
      count: row.events,
      locality: row.locality,
      scope: row.scope,
      late: at === 1,
      state: at === 2 ? 'withdrawn' : 'in_force',
      by: null,
      incident: row.id,
      evidence: evidence.map((event) => ({ event: event.id, time: event.time })),
    })),
    wider:
      row.parent === null ? null : { id: row.parent, title: 'Sự cố diện rộng', titleEn: 'Wide' },
    parts: row.children === 0 ? [] : PARTS.map((n) => ({ ...row, id: idOf(n), children: 0 })),
    outage:
      row.children === 0
        ? null
        : {
            of: 'ndop',
            start: row.first,
            at: row.last,
            reasons: {
              vi: ['Trong vòng 15 phút, 5 tỉnh, thành phố không kết nối được ndop.'],
              en: ['Within 15 minutes 5 provinces could not reach ndop.'],
            },
          },
    timeline: [...opened, ...acts],
    evidence,
  };
}

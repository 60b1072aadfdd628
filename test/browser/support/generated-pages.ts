import type {
  HealthView,
  KeyView,
  LocalityView,
  ProbeView,
  RuleView,
  SourceView,
  SummaryView,
  UnknownSenderView,
  UserView,
} from '#libs/protocol';

import { PROVINCES, makeRow, seeded } from './generated-incidents.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Localities that send nothing, as in the storyline of domain.md §7. */
const SILENT = ['04', '08', '11', '19', '25', '33', '37', '42', '44', '51', '82', '86'];

export function localities(now: number): LocalityView[] {
  return PROVINCES.map(([code, name], at) => {
    const silent = SILENT.includes(code);
    const expected = 12 + ((at * 7) % 40);
    const partly = !silent && at % 3 === 0;
    return {
      code,
      name,
      kind: ['01', '31', '46', '48', '75', '79', '92'].includes(code) ? 'city' : 'province',
      province: null,
      communes: 40 + ((at * 13) % 120),
      expected,
      sending: silent ? 0 : expected - (partly ? 4 : 0),
      silent: partly ? 3 : 0,
      neverSent: silent ? expected : partly ? 1 : 0,
      unregistered: 0,
      servicesDown: at % 9 === 4 ? 1 : 0,
      lastEvent: silent ? null : iso(now - at * 1700),
      openIncidents: (at * 5) % 7,
    };
  });
}

export function communes(province: string): LocalityView[] {
  return Array.from({ length: 30 }, (_, at) => ({
    code: `${province}${String(at).padStart(3, '0')}`,
    name: `xã Mường ${String.fromCharCode(65 + (at % 26))}${at}`,
    kind: 'commune',
    province,
    communes: 0,
    expected: 2,
    sending: at % 4 === 0 ? 0 : 2,
    silent: 0,
    neverSent: at % 4 === 0 ? 2 : 0,
    unregistered: 0,
    servicesDown: 0,
    lastEvent: null,
    openIncidents: 0,
  }));
}

const STATES: readonly SourceView['state'][] = [
  'never_sent',
  'silent',
  'disconnected',
  'flapping',
  'slow',
  'sending',
  'sending',
  'sending',
  'maintenance',
  'off',
];

export function sources(now: number): SourceView[] {
  return Array.from({ length: 16_605 }, (_, at): SourceView => {
    const [province, provinceName] = PROVINCES[at % PROVINCES.length] ?? ['01', 'Hà Nội'];
    const state = STATES[at % STATES.length] ?? 'sending';
    const silent = state === 'never_sent' || state === 'off';
    return {
      id: `fw-${province}-${at}`,
      name: at % 2 === 0 ? `Tường lửa xã số ${at}` : `Máy chủ một cửa ${at}`,
      kind: at % 2 === 0 ? 'fortinet.fortigate' : 'nginx.access',
      locality: { province, provinceName, commune: '03433', communeName: 'xã Bum Tở' },
      state,
      since: iso(now - at * MINUTE),
      lastEvent: silent ? null : iso(now - at * 900),
      eventsHour: silent ? 0 : at * 37,
      notUnderstoodHour: at % 11 === 0 ? at : 0,
      skewSeconds: silent ? null : at % 17 === 0 ? 25_200 : 0.4,
      addresses: [`10.${province}.0.${at % 250}`],
      silenceFloorS: 900,
    };
  });
}

export function unknownSenders(now: number): UnknownSenderView[] {
  return [
    {
      address: '10.66.0.17',
      input: 'syslog_udp',
      first: iso(now - 2 * HOUR),
      last: iso(now - 4000),
      events: 5210,
      sample:
        '<134>Nov 23 08:11:02 fw-eahleo date=2026-11-23 type=traffic action=deny srcip=10.66.4.2',
    },
    {
      address: '10.12.7.3',
      input: 'syslog_tcp',
      first: iso(now - 20 * MINUTE),
      last: iso(now - 1000),
      events: 31,
      sample:
        '<86>Nov 23 08:12:44 motcua sshd[811]: Failed password for root from 203.0.113.9 port 51022',
    },
  ];
}

export function probes(now: number): ProbeView[] {
  return Array.from({ length: 24 }, (_, at): ProbeView => {
    const [province, provinceName] = PROVINCES[(at * 5) % PROVINCES.length] ?? ['01', 'Hà Nội'];
    const state = (['up', 'up', 'down', 'up', 'unknown'] as const)[at % 5] ?? 'up';
    return {
      id: `probe-${at}`,
      service: `motcua-${province}`,
      serviceName: `Một cửa điện tử ${provinceName}`,
      kind: at % 2 === 0 ? 'http' : 'tcp',
      target:
        at % 2 === 0 ? `https://motcua.${province}.example/health` : `10.${province}.0.10:443`,
      locality: { province, provinceName },
      state,
      since: iso(now - at * 17 * MINUTE),
      lastMs: state === 'up' ? 40 + at * 13 : null,
      lastError: state === 'down' ? 'không kết nối được sau 5 giây' : null,
      uptime24h: state === 'unknown' ? null : 100 - (at % 5) * 0.4,
    };
  });
}

export function rules(): RuleView[] {
  const codes = [
    'AE-01',
    'AE-02',
    'AE-05',
    'SD-10',
    'SD-13',
    'SD-15',
    'OA-01',
    'SEC-01',
    'SEC-04',
    'SEC-21',
  ];
  const kinds = [
    'ratio',
    'event_count',
    'match',
    'match',
    'match',
    'silence',
    'ratio',
    'event_count',
    'temporal_ordered',
    'match',
  ];
  return codes.map((code, at) => ({
    id: `0d4f0c1e-${at}`,
    code,
    title: `Rule ${code}`,
    titleVi:
      [
        'Lỗi máy chủ 5xx tăng',
        'Lỗi truy cập 403 tăng',
        'Phản hồi chậm',
        'Mất đường truyền xã',
        'Phép thử dịch vụ thất bại',
        'Nguồn nhật ký im lặng',
        'OTP thất bại hàng loạt',
        'Dò mật khẩu',
        'Chiếm đoạt tài khoản',
        'Xoá nhật ký',
      ][at] ?? code,
    level:
      (
        [
          'high',
          'medium',
          'medium',
          'medium',
          'high',
          'medium',
          'high',
          'high',
          'critical',
          'critical',
        ] as const
      )[at] ?? 'medium',
    kind: kinds[at] ?? 'match',
    enabled: at !== 2,
    hits7d: at === 2 ? 0 : at * 3,
    author: 'Tháp Canh',
    license: 'Apache-2.0',
    file: `rules/${code.toLowerCase()}.yml`,
  }));
}

export function summary(period: string, now: number): SummaryView {
  const random = seeded(3);
  const made = Array.from({ length: 4 }, (_, at) => makeRow(at + 1, now, random));
  return {
    period,
    from: '2026-11-15T17:00:00.000Z',
    to: '2026-11-22T17:00:00.000Z',
    made: iso(now),
    scope: { province: '00', provinceName: 'Trung tâm' },
    lead: {
      vi: 'Tuần này có 9 sự cố, 4 nghiêm trọng. Dịch vụ một cửa gián đoạn 148 phút, chủ yếu do nền tảng chia sẻ dữ liệu quốc gia ngừng phản hồi sáng thứ Hai (5 tỉnh, 412 hồ sơ chậm).',
      en: 'This week had 9 incidents, 4 of them critical. One-stop services were down for 148 minutes, mostly because the national data sharing platform stopped answering on Monday morning.',
    },
    incidents: {
      value: 9,
      change: 3,
      note: { vi: '4 nghiêm trọng · 3 cao', en: '4 critical · 3 high' },
    },
    bySeverity: { critical: 4, high: 3, medium: 1, low: 1, informational: 0 },
    outageMinutes: {
      value: 148,
      change: 96,
      note: { vi: 'một cửa, 5 tỉnh', en: 'one-stop, 5 provinces' },
    },
    otpSuccessPercent: {
      value: 96.4,
      change: -1.9,
      note: { vi: '3 tỉnh dùng sms-a', en: '3 provinces on sms-a' },
    },
    acknowledgeMinutesMedian: {
      value: 11,
      change: -4,
      note: { vi: 'trung vị; 9 trên 10 ca dưới 38 phút', en: 'median; 9 of 10 under 38 minutes' },
    },
    decisions: [
      {
        vi: 'Thông báo lộ dữ liệu cá nhân tại Đồng Nai: còn 41 giờ trong hạn 72 giờ.',
        en: 'Personal data notice in Đồng Nai: 41 of 72 hours left.',
      },
      {
        vi: 'Nhà cung cấp sms-a: lần thứ ba trong tháng, đề nghị kích hoạt điều khoản dự phòng.',
        en: 'Vendor sms-a: third time this month.',
      },
      {
        vi: '12 địa phương chưa gửi nhật ký; 4 nơi đã quá hạn cam kết 15/11.',
        en: '12 localities send no logs; 4 are past their promised date.',
      },
    ],
    top: made,
    localities: PROVINCES.map(([code, name], at) => ({
      code,
      name,
      sends: !SILENT.includes(code),
      incidents: SILENT.includes(code) ? 0 : at % 4 === 0 ? 2 : at % 3 === 0 ? 1 : 0,
    })),
    sending: 22,
    notSending: 12,
    events: 41_203_118,
    falseAlarmPercent: 11.1,
  };
}

export function health(now: number): HealthView {
  const line = (
    id: string,
    group: HealthView['lines'][number]['group'],
    state: HealthView['lines'][number]['state'],
    vi: readonly [string, string],
    en: readonly [string, string],
    figures: Readonly<Record<string, number>>,
  ): HealthView['lines'][number] => ({
    id,
    group,
    state,
    name: { vi: vi[0], en: en[0] },
    text: { vi: vi[1], en: en[1] },
    figures,
  });
  return {
    at: iso(now),
    version: '0.1.0',
    platform: 'embedded',
    lagSeconds: 0.8,
    lines: [
      line(
        'http',
        'door',
        'ok',
        ['Cửa HTTP', 'Đang nhận 118 sự kiện mỗi giây.'],
        ['HTTP input', 'Taking 118 events a second.'],
        { perSecond: 118 },
      ),
      line(
        'syslog_udp',
        'door',
        'degraded',
        ['Cửa syslog UDP', 'Mất 12 gói trong giờ qua vì bộ đệm đầy.'],
        ['Syslog UDP input', '12 packets dropped in the last hour.'],
        { dropped: 12 },
      ),
      line(
        'decode',
        'stage',
        'ok',
        ['Giải mã', '99,2 % dòng được hiểu.'],
        ['Decoding', '99.2% of lines are understood.'],
        { understood: 0.992 },
      ),
      line(
        'detect',
        'stage',
        'ok',
        ['Phát hiện', 'Chậm hơn thực tế 0,8 giây.'],
        ['Detection', '0.8 seconds behind.'],
        { lag: 0.8 },
      ),
      line(
        'retention',
        'job',
        'off',
        ['Xoá dữ liệu cũ', 'Chạy lúc 02:30 mỗi đêm; lần cuối không có gì phải xoá.'],
        ['Retention', 'Runs at 02:30; nothing to delete last time.'],
        {},
      ),
      line(
        'events',
        'store',
        'down',
        ['Kho sự kiện', 'Không ghi được: ổ đĩa đầy. Sự kiện vẫn được giữ ở hàng chờ.'],
        ['Event store', 'Cannot write: the disk is full. Events are kept in the spool.'],
        { waiting: 40_211 },
      ),
      line('disk', 'machine', 'degraded', ['Ổ đĩa', 'Đã dùng 83 %.'], ['Disk', '83% used.'], {
        used: 0.83,
      }),
    ],
  };
}

const CENTRE_VIEW = { province: '00', provinceName: 'Trung tâm' };

export function users(now: number): UserView[] {
  const lastSignIn = iso(now - 3 * HOUR);
  return [
    {
      user: 'binh',
      name: 'Trần Bình',
      role: 'admin',
      scope: CENTRE_VIEW,
      disabled: false,
      lastSignIn,
    },
    {
      user: 'an',
      name: 'Nguyễn An',
      role: 'analyst',
      scope: CENTRE_VIEW,
      disabled: false,
      lastSignIn,
    },
    {
      user: 'lan.huong',
      name: 'Lê Lan Hương',
      role: 'locality',
      scope: { province: '12', provinceName: 'Lai Châu' },
      disabled: true,
      lastSignIn: null,
    },
  ];
}

export function keys(now: number): KeyView[] {
  const made = { by: 'binh', created: iso(now - 50 * HOUR), expires: null, revoked: null };
  const scope = { province: '12', provinceName: 'Lai Châu' };
  return [
    {
      id: 'k1',
      kind: 'ingest',
      name: 'rsyslog Lai Châu',
      scope,
      source: null,
      ...made,
      lastUsed: iso(now),
    },
    {
      id: 'k2',
      kind: 'api',
      name: 'báo cáo',
      scope: CENTRE_VIEW,
      source: null,
      ...made,
      lastUsed: null,
    },
  ];
}

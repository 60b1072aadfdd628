import type {
  DeliveryView,
  ImportView,
  LinkView,
  MaintenanceView,
  ParkedView,
  RecordCheckView,
  RecordView,
  ServiceView,
  SilenceView,
} from '#libs/protocol';

const HOUR = 3_600_000;
const LAI_CHAU = { province: '12', provinceName: 'Lai Châu' };
const BUM_TO = { ...LAI_CHAU, commune: '03433', communeName: 'xã Bum Tở' };

function iso(at: number): string {
  return new Date(at).toISOString();
}

function windows(now: number): MaintenanceView[] {
  const window = { source: null, service: null, ended: null, who: 'binh' };
  return [
    {
      ...window,
      id: 'w1',
      locality: BUM_TO,
      service: 'mc-12',
      from: iso(now - HOUR),
      to: iso(now + HOUR),
      reason: 'Nâng cấp phần mềm một cửa, đã báo UBND xã và nhà cung cấp từ thứ sáu',
    },
    {
      ...window,
      id: 'w2',
      locality: { province: '46', provinceName: 'Huế' },
      from: iso(now + 5 * HOUR),
      to: iso(now + 9 * HOUR),
      reason: 'Thay đường truyền',
    },
    {
      ...window,
      id: 'w3',
      locality: LAI_CHAU,
      from: iso(now - 9 * HOUR),
      to: iso(now + HOUR),
      ended: iso(now - HOUR),
      reason: 'Bảo dưỡng máy chủ',
    },
  ];
}

function silences(now: number): SilenceView[] {
  return [
    {
      id: 's1',
      locality: LAI_CHAU,
      rule: { id: 'r1', code: 'SEC-01', title: 'Dò mật khẩu' },
      entity: { kind: 'address', value: '203.0.113.77' },
      from: iso(now - HOUR),
      until: iso(now + 3 * HOUR),
      ended: null,
      reason: 'Diễn tập tấn công, kết thúc lúc 17 giờ',
      who: 'an',
      active: true,
      muted: 1_204,
    },
  ];
}

function deliveries(now: number): DeliveryView[] {
  const states = ['sent', 'waiting', 'failed', 'late', 'covered'] as const;
  return states.map((state, at) => ({
    id: `n${at}`,
    kind: at === 3 ? 'recovered' : 'opened',
    incident: `SC-2026-00000${at + 1}`,
    severity: 'critical',
    sentence: 'Tài khoản admin.tthc tại Đồng Nai bị chiếm sau 63 lần thử mật khẩu',
    channel: at % 2 === 0 ? 'thư trực ban' : 'webhook UBND',
    state,
    created: iso(now - at * HOUR),
    sent: state === 'sent' ? iso(now) : null,
    tries: at,
    next: state === 'waiting' ? iso(now + 60_000) : null,
    error: state === 'failed' ? 'máy chủ thư từ chối: 550 mailbox unavailable' : null,
  }));
}

function parked(now: number): ParkedView[] {
  const since = iso(now - 7 * HOUR);
  const base = { since, retries: 1, detail: null } as const;
  const said = 'object mapping for [user] tried to parse field [user] as object';
  return [
    {
      ...base,
      id: 'detect-1',
      kind: 'batch',
      reader: 'detect',
      reason: '3 processes died',
      events: 1,
    },
    { ...base, id: '2026-11-23:e1', kind: 'event', reader: 'index', reason: 'blocked', events: 1 },
    {
      ...base,
      id: '2026-11-23:e2',
      kind: 'event',
      reader: 'index',
      reason: 'refused',
      events: 1,
      detail: said,
    },
  ];
}

function record(now: number): RecordView[] {
  return Array.from({ length: 40 }, (_, at) => ({
    chain: 'main',
    seq: 40 - at,
    at: iso(now - at * 60_000),
    who: at % 3 === 0 ? 'binh' : 'an',
    what: ['session.begin', 'key.create', 'incident.verdict', 'maintenance.plan'][at % 4] ?? '',
    target: `SC-2026-00000${at % 9}`,
    facts: { province: '12', reason: 'Nâng cấp phần mềm một cửa' },
    hash: at.toString(16).padStart(64, '0'),
  }));
}

function services(): ServiceView[] {
  return [
    { id: 'mc-12', name: 'Một cửa', locality: LAI_CHAU, system: null, vendor: null, probes: 1 },
  ];
}

function tableOf(applied: boolean): ImportView {
  const row = { line: 2, id: 'fw-1', name: 'Tường lửa', locality: BUM_TO, reason: null };
  const counts = { new: 1, changed: 0, same: 0, refused: 0 };
  return { rows: [{ ...row, change: 'new' }], counts, applied };
}

function link(now: number): LinkView {
  return { user: 'an', path: '/dat-mat-khau#mot-lan', expires: iso(now + HOUR / 2) };
}

const VERIFIED: RecordCheckView = {
  whole: true,
  entries: 40,
  chains: [{ chain: 'main', entries: 40, broken: null }],
};

/** What the stand-in answers for pages of upkeep; `undefined` for every other address. */
export function upkeep(
  method: string,
  path: string,
  body: unknown,
): readonly [status: number, body: unknown] | undefined {
  const now = Date.now();
  const listed = <T>(rows: readonly T[]) => ({ total: rows.length, rows, cursor: null });
  if (/^\/users\/[^/]+\/link$/.test(path)) return [201, link(now)];
  if (/^\/users\/[^/]+\/end-sessions$/.test(path)) return [200, { ended: 2 }];
  if (path === '/sources/import') return [200, tableOf((body as { apply: boolean }).apply)];
  if (path.startsWith('/maintenance')) {
    const rows = windows(now);
    return method === 'GET' ? [200, listed(rows)] : [201, rows[0]];
  }
  if (path.startsWith('/silences')) {
    const rows = silences(now);
    return method === 'GET' ? [200, listed(rows)] : [201, rows[0]];
  }
  if (path === '/deliveries') return [200, listed(deliveries(now))];
  if (path === '/parked') return [200, listed(parked(now))];
  if (path.startsWith('/parked/')) return [200, { done: 1 }];
  if (path === '/record') return [200, listed(record(now))];
  if (path === '/record/verify') return [200, VERIFIED];
  if (path === '/services') return [200, listed(services())];
  return undefined;
}

import type { IncidentStatus, Scope, Severity } from '#libs/model';
import type { IncidentRow, PlaceView } from '#libs/protocol';

/** Numbers that look random and are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const PROVINCES: readonly (readonly [code: string, name: string])[] = [
  ['01', 'Hà Nội'],
  ['04', 'Cao Bằng'],
  ['08', 'Tuyên Quang'],
  ['11', 'Điện Biên'],
  ['12', 'Lai Châu'],
  ['14', 'Sơn La'],
  ['15', 'Lào Cai'],
  ['19', 'Thái Nguyên'],
  ['20', 'Lạng Sơn'],
  ['22', 'Quảng Ninh'],
  ['24', 'Bắc Ninh'],
  ['25', 'Phú Thọ'],
  ['31', 'Hải Phòng'],
  ['33', 'Hưng Yên'],
  ['37', 'Ninh Bình'],
  ['38', 'Thanh Hóa'],
  ['40', 'Nghệ An'],
  ['42', 'Hà Tĩnh'],
  ['44', 'Quảng Trị'],
  ['46', 'Huế'],
  ['48', 'Đà Nẵng'],
  ['51', 'Quảng Ngãi'],
  ['52', 'Gia Lai'],
  ['56', 'Khánh Hòa'],
  ['66', 'Đắk Lắk'],
  ['68', 'Lâm Đồng'],
  ['75', 'Đồng Nai'],
  ['79', 'Hồ Chí Minh'],
  ['80', 'Tây Ninh'],
  ['82', 'Đồng Tháp'],
  ['86', 'Vĩnh Long'],
  ['91', 'An Giang'],
  ['92', 'Cần Thơ'],
  ['96', 'Cà Mau'],
];

const COMMUNES = ['xã Bum Tở', 'phường Thái Bình', 'xã Mường Và', 'đặc khu Lý Sơn', 'xã Sín Thầu'];

interface Story {
  readonly vi: string;
  readonly en: string;
  readonly severity: Severity;
  readonly scope: Scope;
  readonly rule: string;
  readonly entity: string | null;
}

const STORIES: readonly Story[] = [
  {
    vi: 'Nền tảng chia sẻ dữ liệu quốc gia không phản hồi ở 5 tỉnh',
    en: 'The national data sharing platform does not answer in 5 provinces',
    severity: 'critical',
    scope: 'national',
    rule: 'SD-03',
    entity: 'ndop',
  },
  {
    vi: 'Tài khoản quản trị một cửa bị chiếm sau 63 lần thử mật khẩu',
    en: 'One-stop administrator account taken over after 63 password attempts',
    severity: 'critical',
    scope: 'province',
    rule: 'SEC-04',
    entity: 'admin.tthc',
  },
  {
    vi: 'Tin nhắn OTP không tới người dân qua nhà mạng sms-a',
    en: 'OTP messages do not reach citizens through carrier sms-a',
    severity: 'high',
    scope: 'vendor',
    rule: 'OA-01',
    entity: 'sms-a',
  },
  {
    vi: 'Một địa chỉ dò 61 tài khoản ở 4 tỉnh',
    en: 'One address tried 61 accounts in 4 provinces',
    severity: 'high',
    scope: 'system',
    rule: 'SEC-02',
    entity: '198.51.100.23',
  },
  {
    vi: 'Hệ thống một cửa lỗi máy chủ 5xx, 12 % lượt truy cập',
    en: 'One-stop system fails with 5xx, 12% of requests',
    severity: 'high',
    scope: 'system',
    rule: 'AE-01',
    entity: 'motcua',
  },
  {
    vi: 'Đường truyền của xã bị mất',
    en: 'The commune lost its link',
    severity: 'medium',
    scope: 'commune',
    rule: 'SD-10',
    entity: null,
  },
  {
    vi: 'Tường lửa ngừng gửi nhật ký',
    en: 'The firewall stopped sending logs',
    severity: 'medium',
    scope: 'commune',
    rule: 'SD-15',
    entity: 'fw-12-03433',
  },
  {
    vi: 'Quét lỗ hổng từ máy nội bộ 10.66.0.5 tới Cổng thông tin điện tử của tỉnh trong giờ làm việc',
    en: 'Vulnerability scan from the internal host 10.66.0.5 against the provincial portal in office hours',
    severity: 'medium',
    scope: 'system',
    rule: 'SEC-12',
    entity: '10.66.0.5',
  },
  {
    vi: 'Thời gian phản hồi p95 vượt 5 giây',
    en: 'Response time p95 above 5 seconds',
    severity: 'low',
    scope: 'system',
    rule: 'AE-05',
    entity: 'tthc',
  },
  {
    vi: 'Đăng nhập lần đầu từ địa chỉ mới',
    en: 'First sign-in from a new address',
    severity: 'informational',
    scope: 'system',
    rule: 'SEC-31',
    entity: '203.0.113.77',
  },
];

/** Few are critical, most are medium, as in a real queue. */
const STORY_WEIGHTS = [1, 1, 3, 4, 4, 30, 25, 18, 10, 4];
const OWNERS = ['an', 'binh', 'lan.huong', null, null, null];
const OPEN: readonly IncidentStatus[] = [
  'new',
  'new',
  'new',
  'acknowledged',
  'in_progress',
  'waiting_locality',
  'waiting_vendor',
];

function pick<T>(list: readonly T[], random: () => number): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

function pickStory(random: () => number): Story {
  const total = STORY_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  let left = random() * total;
  for (const [at, weight] of STORY_WEIGHTS.entries()) {
    left -= weight;
    const story = STORIES[at];
    if (left < 0 && story !== undefined) return story;
  }
  throw new Error('no story');
}

function placeOf(story: Story, random: () => number): PlaceView {
  const [province, provinceName] = pick(PROVINCES, random);
  if (story.scope !== 'commune') return { province, provinceName };
  return { province, provinceName, commune: '03433', communeName: pick(COMMUNES, random) };
}

const MINUTE = 60_000;

export function idOf(n: number): string {
  return `SC-2026-${String(n).padStart(6, '0')}`;
}

/** An incident that stands for others, and those. */
export const WIDE = 4;
export const PARTS: readonly number[] = [5, 6];

/** Incident number `n` as it stands at `now` (ms since the epoch). */
export function makeRow(n: number, now: number, random: () => number): IncidentRow {
  const story = pickStory(random);
  const status = pick(OPEN, random);
  const owner = status === 'new' ? null : (pick(OWNERS, random) ?? 'an');
  const last = now - Math.floor(random() * 90 * MINUTE) - 1000;
  const due = now + Math.floor((random() * 400 - 10) * MINUTE);
  const legal = now + Math.floor((20 + random() * 4) * 60 * MINUTE);
  return {
    id: idOf(n),
    title: story.vi,
    titleEn: story.en,
    severity: story.severity,
    status,
    verdict: null,
    scope: story.scope,
    locality: placeOf(story, random),
    parent: PARTS.includes(n) ? idOf(WIDE) : null,
    children: n === WIDE ? PARTS.length : 0,
    alerts: 1 + Math.floor(random() * 4),
    events: 1 + Math.floor(random() * 3000),
    first: new Date(last - 20 * MINUTE).toISOString(),
    last: new Date(last).toISOString(),
    assignee: owner,
    snoozed: null,
    clocks: {
      sla: new Date(due).toISOString(),
      ...(story.severity === 'critical' ? { legal_24h: new Date(legal).toISOString() } : {}),
    },
    rules: [story.rule],
    entity: story.entity,
    late: false,
    closedBy: null,
    version: 1,
  };
}

import { FULL, PART } from './cast.ts';
import {
  firewallLine,
  otpLine,
  signInLine,
  upstreamLine,
  webLine,
  windowsLine,
  type DemoLine,
} from './lines.ts';
import type { Random } from './random.ts';

/** Monday 23 November 2026, 08:00 in Viet Nam. */
export const DEMO_START = Date.parse('2026-11-23T08:00:00+07:00');

/** How many seconds of office time pass in a second of the play; `--demo-speed` multiplies it. */
export const DEMO_SPEED = 6;

/** A moment of the ten-minute script ("3:30") as seconds of office time since the start. */
function at(minuteOfPlay: string): number {
  const [minutes = 0, seconds = 0] = minuteOfPlay.split(':').map(Number);
  return (minutes * 60 + seconds) * DEMO_SPEED;
}

/**
 * Background lines per second of office time over all provinces (about 120 a second as it plays).
 */
const BACKGROUND_PER_SECOND = 20;

/** Every server and firewall is heard at least this often, in seconds of office time. */
const HEARTBEAT_S = 60;

interface Span {
  readonly from: number;
  readonly to: number;
}

function within(second: number, span: Span): boolean {
  return second >= span.from && second < span.to;
}

const OTP_FAULT = { provinces: ['46', '22', '48'], from: at('1:50'), to: at('8:45') };
const LINK_DOWN = { from: at('2:30'), to: at('8:45') };
const GUESSING = { province: '75', from: at('3:30'), to: at('4:00'), tries: 63 };
const TAKEOVER = at('4:40');
const SURGE = { province: '68', from: at('5:20'), to: at('7:30') };
const NO_ALERT = at('3:20');
const CLEARED = at('8:15');

/** The probe of Tây Ninh's one-stop system finds nobody in this span. */
export const PROBE_FAULT = { service: 'motcua-80', from: at('6:40'), to: at('8:30') };

/**
 * Lines that second number `second` of office time brings; the same for the same random numbers.
 */
export function linesOfSecond(random: Random, second: number): DemoLine[] {
  const now = (): number => DEMO_START + second * 1_000 + random.below(1_000);
  return [
    ...background(random, now),
    ...(second % HEARTBEAT_S === 0 ? heartbeats(random, second, now) : []),
    ...story(random, second, now),
  ];
}

function background(random: Random, now: () => number): DemoLine[] {
  return Array.from({ length: BACKGROUND_PER_SECOND }, () => {
    const full = random.below(4) > 0;
    const province = random.pick(full ? FULL : PART);
    const kind = random.below(10);
    if (kind < 7 || (!full && kind === 9)) return webLine(random, province, now());
    if (kind === 7) return signInLine(province, now(), citizen(random, province));
    if (kind === 8) {
      return firewallLine(random, `FGT-${province}`, `fw-${province}`, now());
    }
    return windowsLine(`SRV-${province}-01`, `ad-${province}`, now(), 4624);
  });
}

function citizen(
  random: Random,
  province: string,
): { user: string; ip: string; realm: string; ok: boolean } {
  const number = random.below(4_000);
  // One sign-in in forty is mistyped, each from an address of its own: nobody is to be woken by
  // that.
  const ip = `10.${Number(province)}.${random.below(200)}.${1 + random.below(250)}`;
  return { user: `cb.${province}.${number}`, ip, realm: 'can-bo', ok: random.below(40) > 0 };
}

function heartbeats(random: Random, second: number, now: () => number): DemoLine[] {
  const provinces = [...FULL, ...PART];
  const common = provinces.flatMap((province) => [
    webLine(random, province, now(), 200, '/health'),
    firewallLine(random, `FGT-${province}`, `fw-${province}`, now()),
    signInLine(province, now(), { ...citizen(random, province), ok: true }),
  ]);
  const servers = FULL.map((p) => windowsLine(`SRV-${p}-01`, `ad-${p}`, now(), 4624));
  const commune = within(second, LINK_DOWN)
    ? []
    : [firewallLine(random, 'FGT-12-03433', 'fw-12-03433', now())];
  const tampered = second > CLEARED ? [] : [windowsLine('SRV-96-02', 'srv-96-02', now(), 4624)];
  return [...common, ...servers, ...commune, ...tampered];
}

function story(random: Random, second: number, now: () => number): DemoLine[] {
  return [
    ...otp(random, second, now),
    ...link(random, second, now),
    ...guessing(second, now),
    ...surge(random, second, now),
    ...(second === NO_ALERT ? harmless(random, now) : []),
    ...(second === CLEARED ? [windowsLine('SRV-96-02', 'srv-96-02', now(), 1102)] : []),
  ];
}

/**
 * One report every four seconds and province; 35 % fail where the gateway is at fault, 3 %
 * elsewhere.
 */
function otp(random: Random, second: number, now: () => number): DemoLine[] {
  return FULL.filter((province) => (second + Number(province)) % 4 === 0).map((province) => {
    const faulty = OTP_FAULT.provinces.includes(province) && within(second, OTP_FAULT);
    return otpLine(random, province, now(), random.below(100) < (faulty ? 35 : 3));
  });
}

function link(random: Random, second: number, now: () => number): DemoLine[] {
  if (second === LINK_DOWN.from) {
    return [firewallLine(random, 'FGT-12-03433', 'fw-12-03433', now(), 'DOWN')];
  }
  if (second === LINK_DOWN.to) {
    return [firewallLine(random, 'FGT-12-03433', 'fw-12-03433', now(), 'UP')];
  }
  return [];
}

function guessing(second: number, now: () => number): DemoLine[] {
  const who = { user: 'admin.tthc', ip: '203.0.113.77', realm: 'quan-tri' };
  if (second === TAKEOVER) return [signInLine(GUESSING.province, now(), { ...who, ok: true })];
  if (!within(second, GUESSING)) return [];
  const share = GUESSING.tries / (GUESSING.to - GUESSING.from);
  const done = Math.floor((second - GUESSING.from) * share);
  const due = Math.floor((second + 1 - GUESSING.from) * share) - done;
  return Array.from({ length: due }, () =>
    signInLine(GUESSING.province, now(), { ...who, ok: false }),
  );
}

function surge(random: Random, second: number, now: () => number): DemoLine[] {
  if (!within(second, SURGE)) return [];
  const failed = webLine(random, SURGE.province, now(), 500, '/api/ho-so/nop');
  const good = webLine(random, SURGE.province, now(), 200);
  return second % 5 === 0
    ? [failed, good, upstreamLine(random, SURGE.province, now())]
    : [failed, good];
}

/** A health check that answers 503 and three people who mistype: none of it may raise anything. */
function harmless(random: Random, now: () => number): DemoLine[] {
  const slips = [1, 2, 3].map((n) => ({
    user: `cb.22.${n}`,
    ip: `10.22.7.${n}`,
    realm: 'can-bo',
    ok: false,
  }));
  return [
    webLine(random, '22', now(), 503, '/health'),
    ...slips.map((slip) => signInLine('22', now(), slip)),
  ];
}

import { PROVINCES } from '#libs/availability';
import type { LogSource, Probe, Service } from '#libs/model';

/** Provinces that forward everything, a part, and nothing at all (domain.md §7: 14, 8 and 12). */
export const FULL = [
  '01',
  '08',
  '15',
  '22',
  '40',
  '46',
  '48',
  '52',
  '56',
  '66',
  '68',
  '75',
  '79',
  '92',
];
export const PART = ['12', '25', '31', '38', '80', '86', '91', '96'];

/** The commune of the storyline whose link goes down: Bum Tở, Lai Châu. */
export const LINK_COMMUNE = { province: '12', commune: '03433' };

/** Seconds of silence that the demo tolerates of a commune's firewall and of a server. */
const FIREWALL_FLOOR_S = 600;
const SERVER_FLOOR_S = 900;

const VN_ZONE_MINUTES = 420;

/** Loopback address a device sends syslog from; the whole of 127/8 is this machine. */
function address(province: string, device: number): string {
  return `127.${Number(province) + 100}.0.${device}`;
}

function source(
  id: string,
  name: string,
  province: string,
  more: Partial<LogSource> = {},
): LogSource {
  return {
    id,
    name,
    place: { province },
    addresses: [],
    hosts: [],
    zoneMinutes: VN_ZONE_MINUTES,
    silenceFloorS: SERVER_FLOOR_S,
    expected: 'active',
    ...more,
  };
}

/** The one-stop system of a province and what stands around it. */
function provinceSources(
  { code: province, name }: { readonly code: string; readonly name: string },
  forwards: 'full' | 'part' | 'none',
): LogSource[] {
  const system = `motcua-${province}`;
  const web = source(`web-${province}`, `Một cửa điện tử (web) ${name}`, province, { system });
  if (forwards === 'none') return [{ ...web, expected: 'planned', plannedFrom: '2026-11-15' }];
  const firewall = source(`fw-${province}`, `Tường lửa ${name}`, province, {
    addresses: [address(province, 1)],
    hosts: [`FGT-${province}`],
    silenceFloorS: FIREWALL_FLOOR_S,
  });
  const identity = source(`sso-${province}`, `Đăng nhập một lần ${name}`, province, { system });
  if (forwards === 'part') return [web, firewall, identity];
  const sms = source(`sms-${province}`, `Cổng tin nhắn OTP ${name}`, province, { system });
  const directory = source(`ad-${province}`, `Máy chủ miền ${name}`, province, {
    hosts: [`SRV-${province}-01`],
  });
  return [web, firewall, identity, sms, directory];
}

/** Sources of the storyline beside those that every province has. */
function storySources(): LogSource[] {
  return [
    source('fw-12-03433', 'Tường lửa xã Bum Tở', '12', {
      place: LINK_COMMUNE,
      addresses: [address('12', 33)],
      hosts: ['FGT-12-03433'],
      silenceFloorS: FIREWALL_FLOOR_S,
    }),
    source('srv-96-02', 'Máy chủ hồ sơ SRV-96-02', '96', { hosts: ['SRV-96-02'] }),
  ];
}

export function demoSources(): LogSource[] {
  const perProvince = PROVINCES.flatMap((province) => {
    const { code } = province;
    const forwards = FULL.includes(code) ? 'full' : PART.includes(code) ? 'part' : 'none';
    return provinceSources(province, forwards);
  });
  return [...perProvince, ...storySources()];
}

export function demoServices(): Service[] {
  return PROVINCES.map(({ code, name }) => ({
    id: `motcua-${code}`,
    name: `Một cửa điện tử ${name}`,
    place: { province: code },
    system: `motcua-${code}`,
  }));
}

/** Probes of five one-stop systems against the stage door of the demo at `port`. */
export function demoProbes(port: number): Probe[] {
  return ['01', '46', '79', '80', '96'].map((province) => ({
    id: `motcua-${province}`,
    service: `motcua-${province}`,
    kind: 'http',
    target: `http://127.0.0.1:${port}/motcua-${province}`,
    intervalS: 60,
    timeoutS: 5,
    failures: 3,
    successes: 2,
    enabled: true,
  }));
}

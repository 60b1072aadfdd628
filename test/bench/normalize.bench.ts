// Bench `normalize` (bars: nginx and syslog 60 k, FortiGate 30 k, Windows JSON 25 k events/s on one
// core): whole bodies
// of 500 lines through split, decode, locality, masks and ids, as the collector does it. Lines
// differ, one in twenty
// holds something to mask. Rates are per CPU second of this process.
import { BodyDecoder } from '../../apps/collector/pipeline/decode-body.ts';
import { createRegister, normalizeSettings } from '#libs/normalize';
import type { Body, BodyHeader, Locality, LogSource } from '#libs/model';

const RECEIVED = Date.parse('2026-11-23T02:00:00Z');
const BODIES = 40;
const LINES = 500;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const SEED = 20_261_123;

let state = SEED;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}

const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
const two = (n: number): string => String(n).padStart(2, '0');
const digits = (n: number): string => Array.from({ length: n }, () => random(10)).join('');
const clock = (): string => `${two(random(2) + 7)}:${two(random(60))}:${two(random(60))}`;
const address = (): string => `10.${random(90)}.${random(250)}.${random(250)}`;

const PATHS = [
  '/api/ho-so/nop',
  '/api/ho-so/tra-cuu',
  '/trang-chu',
  '/static/js/app.min.js',
  '/dang-nhap',
];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
];
const USERS = ['root', 'admin', 'nv.0931', 'qt.csdl'];

function nginx(i: number): string {
  const query =
    i % 20 === 0 ? `?sdt=09${digits(8)}&cccd=0${digits(11)}` : `?ma=H49.12-261123-${digits(4)}`;
  const status = pick([200, 200, 200, 302, 404, 500]);
  return `${address()} - - [23/Nov/2026:${clock()} +0700] "GET ${pick(PATHS)}${query} HTTP/1.1" ${status} ${random(90_000)} "https://motcua.example/" "${pick(AGENTS)}" rt=0.${digits(3)}`;
}

function syslog(i: number): string {
  const host = `srv-${two(random(90))}-0${random(5)}`;
  if (i % 2 === 0) {
    const user = i % 20 === 0 ? `09${digits(8)}` : pick(USERS);
    return `<38>Nov 23 ${clock()} ${host} sshd[${random(60_000)}]: Failed password for ${user} from ${address()} port ${1024 + random(60_000)} ssh2`;
  }
  return `<30>Nov 23 ${clock()} ${host} systemd[1]: Started Session ${random(9000)} of user ${pick(USERS)}, unit session-${random(9000)}.scope.`;
}

function fortigate(i: number): string {
  const user = i % 20 === 0 ? `user="09${digits(8)}" ` : '';
  return `<189>date=2026-11-23 time=${clock()} devname="FGT-12-03433" devid="FG100F${digits(10)}" eventtime=17953${digits(14)} tz="+0700" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=${address()} srcport=${random(60_000)} srcintf="port2" srcintfrole="lan" dstip=203.0.113.${random(250)} dstport=443 dstintf="wan1" dstintfrole="wan" srccountry="Reserved" dstcountry="Viet Nam" sessionid=${digits(9)} proto=6 action="close" policyid=${random(60)} policytype="policy" poluuid="ccb269e0-5735-51e9-a218-a397dd08b7eb" ${user}service="HTTPS" trandisp="snat" transip=203.0.113.1 transport=${random(60_000)} duration=${random(600)} sentbyte=${random(90_000)} rcvdbyte=${random(900_000)} sentpkt=${random(90)} rcvdpkt=${random(90)} appcat="unscanned"`;
}

function windows(i: number): string {
  const failed = i % 3 === 0;
  return JSON.stringify({
    '@timestamp': `2026-11-23T00:${two(random(60))}:${two(random(60))}.${digits(3)}Z`,
    event: {
      kind: 'event',
      code: failed ? '4625' : '4624',
      provider: 'Microsoft-Windows-Security-Auditing',
      outcome: failed ? 'failure' : 'success',
      created: '2026-11-23T00:59:59.000Z',
    },
    log: { level: 'information' },
    host: { name: `dc-${two(random(90))}-01.tinh.example` },
    agent: {
      type: 'winlogbeat',
      version: '8.19.2',
      id: '3cdc1e10-ded0-4f5d-8434-ede1d1120b17',
      name: 'dc',
    },
    ecs: { version: '8.0.0' },
    message:
      'An account was successfully logged on.\n\nSubject:\n\tSecurity ID:\t\tS-1-5-18\n\tAccount Name:\t\tDC$\n\tLogon ID:\t\t0x3E7\n\nLogon Information:\n\tLogon Type:\t\t3\n',
    winlog: {
      channel: 'Security',
      computer_name: `dc-${two(random(90))}-01.tinh.example`,
      event_id: failed ? '4625' : '4624',
      provider_name: 'Microsoft-Windows-Security-Auditing',
      provider_guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
      record_id: random(90_000_000),
      task: 'Logon',
      opcode: 'Info',
      keywords: [failed ? 'Audit Failure' : 'Audit Success'],
      process: { pid: 700 + random(90), thread: { id: random(9000) } },
      api: 'wineventlog',
      event_data: {
        SubjectUserSid: 'S-1-5-18',
        SubjectUserName: 'DC$',
        SubjectDomainName: 'TINH',
        SubjectLogonId: '0x3e7',
        TargetUserSid: `S-1-5-21-1610636575-2290000098-1654242922-${random(9000)}`,
        TargetUserName: i % 20 === 0 ? `09${digits(8)}` : pick(USERS),
        TargetDomainName: 'TINH',
        TargetLogonId: `0x${random(900_000).toString(16)}`,
        LogonType: '3',
        LogonProcessName: 'NtLmSsp ',
        AuthenticationPackageName: 'NTLM',
        WorkstationName: `PC-${random(900)}`,
        LogonGuid: '{00000000-0000-0000-0000-000000000000}',
        TransmittedServices: '-',
        LmPackageName: 'NTLM V2',
        KeyLength: '128',
        ProcessId: '0x0',
        ProcessName: '-',
        IpAddress: address(),
        IpPort: String(1024 + random(60_000)),
        ImpersonationLevel: '%%1833',
      },
    },
  });
}

const provinces: Locality[] = Array.from({ length: 34 }, (_, i) => ({
  code: two(i + 1),
  name: `Tỉnh số ${i + 1}`,
  kind: 'province',
  aliases: [],
  dossierPrefix: `H${two(i + 1)}`,
}));
const sources: LogSource[] = Array.from({ length: 500 }, (_, i) => ({
  id: `s${i}`,
  name: `s${i}`,
  place: { province: two((i % 34) + 1) },
  addresses: [`10.255.${i >> 8}.${i & 255}`],
  hosts: [`srv-${two(i % 90)}-0${i % 5}`],
  zoneMinutes: 420,
  silenceFloorS: 600,
  expected: 'active',
}));
const decoder = new BodyDecoder(
  normalizeSettings({
    spoolId: 'bench',
    maskKey: Buffer.alloc(32, 7),
    register: createRegister(provinces, sources),
  }),
);

function bodies(line: (i: number) => string): Body[] {
  const header: BodyHeader = {
    input: 'http',
    format: 'ndjson',
    received: RECEIVED,
    encoding: 'identity',
  };
  return Array.from({ length: BODIES }, (_, b) => {
    const lines = Array.from({ length: LINES }, (__, i) => line(b * LINES + i));
    return { header, bytes: Buffer.from(`${lines.join('\n')}\n`), position: b * 1_000_000 };
  });
}

function cpuUs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function say(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ bench: 'normalize', name, value, unit })}\n`);
}

/** Events of a line kind per CPU second: the median of the rounds. */
function measure(name: string, line: (i: number) => string): void {
  const wanted = process.argv[2];
  if (wanted !== undefined && !name.includes(wanted)) return;
  const all = bodies(line);
  const bytes = all.reduce((sum, body) => sum + body.bytes.length, 0) / (BODIES * LINES);
  let masked = 0;
  let odd = 0;
  const round = (): void => {
    for (const body of all) {
      const { sources: counts, batch } = decoder.decode(body, body.position + 1);
      if (batch.events.length !== LINES) throw new Error(`${name}: ${batch.events.length} events`);
      for (const count of counts.values()) {
        masked += count.masked;
        odd += [...count.oddities.values()].reduce((sum, n) => sum + n, 0);
      }
    }
  };
  round();
  masked = 0;
  odd = 0;
  const times = Array.from({ length: ROUNDS }, () => cpuUs(round)).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  say(name, Math.round((BODIES * LINES * 1e6) / median), 'events/s per core');
  say(`${name}, bytes per event`, Math.round(bytes), 'B');
  say(`${name}, events with a mask`, Math.round((100 * masked) / (BODIES * LINES * ROUNDS)), '%');
  if (odd > 0) throw new Error(`${name}: ${odd} records were odd`);
}

/**
 * `JSON.parse` of a 600-byte ECS event, by which absolute figures are scaled (performance.md,
 * section 10).
 */
function reference(): void {
  const lines = Array.from({ length: 2_000 }, () =>
    JSON.stringify({
      '@timestamp': `2026-11-23T${clock()}.000Z`,
      event: {
        category: 'authentication',
        outcome: 'failure',
        action: 'ssh_login',
        dataset: 'system.auth',
        original: `sshd[${random(9999)}]: Failed password for ${pick(USERS)} from ${address()} port ${random(60_000)} ssh2`,
      },
      host: { name: `srv-${two(random(90))}-01`, ip: address() },
      source: { ip: address(), port: random(60_000), geo: { country_iso_code: 'VN' } },
      user: { name: pick(USERS), id: digits(6) },
      process: { name: 'sshd', pid: random(60_000) },
      gov: { locality: { code: two(random(90)) }, system: { id: 'tthc' } },
      message: `Failed password for ${pick(USERS)} from ${address()}`,
      tags: ['a', 'b'],
    }),
  );
  const size = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  const times = Array.from({ length: 9 }, () =>
    cpuUs(() => {
      for (let i = 0; i < 10; i++) for (const line of lines) JSON.parse(line);
    }),
  ).toSorted((a, b) => a - b);
  say('reference: JSON.parse', Math.round(times[4]! / 200) / 100, `us per ${Math.round(size)} B`);
}

say('seed', SEED, '');
reference();
measure('nginx and syslog', (i) => (i % 2 === 0 ? nginx(i) : syslog(i >> 1)));
measure('fortigate', fortigate);
measure('windows json', windows);

// The lines that the benchmarks send: what the servers, firewalls and domain controllers of a
// province send by Beats, rsyslog and plain POST, in fixed shares, seeded. Their sizes and shares
// were settled before anything was measured with them; the benchmarks print what they come to.

const SEED = 20_261_123;
const WEB_HOSTS = 34;
const CLIENTS = 60_000;
const PEERS = 20_000;

/** A kind of line and how many of a hundred events are of it. */
interface LineKind {
  readonly name: string;
  readonly share: number;
  line(now: number): string;
}

let state = SEED;

function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 4_294_967_296) * below);
}

const pick = <T>(list: readonly [T, ...T[]]): T => list[random(list.length)] ?? list[0];
const pad = (n: number, width: number): string => String(n).padStart(width, '0');
const digits = (n: number): string => Array.from({ length: n }, () => random(10)).join('');
const hex = (n: number): string =>
  Array.from({ length: n }, () => random(16).toString(16)).join('');
const once = (times: number): boolean => random(times) === 0;

function addressOf(number: number): string {
  return `10.${(number >> 12) % 90}.${(number >> 6) % 64}.${1 + (number % 64)}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const PATHS = [
  '/api/ho-so/nop',
  '/api/ho-so/tra-cuu',
  '/trang-chu',
  '/static/js/app.3f9c1d.min.js',
  '/api/thu-tuc/danh-muc',
  '/dang-nhap',
] as const;
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'okhttp/4.12.0',
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
] as const;
const USERS = ['root', 'admin', 'nv.0931', 'qt.csdl', 'van-thu', 'tiep-nhan.03'] as const;

/** Hanoi's wall clock, as `2026-11-23T09:00:00.000`. */
function hanoi(now: number): string {
  return new Date(now + 7 * 3_600_000).toISOString().slice(0, 23);
}

/** `23/Nov/2026:09:00:00 +0700` */
function clfStamp(now: number): string {
  const wall = hanoi(now);
  const month = MONTHS[Number(wall.slice(5, 7)) - 1] ?? '';
  return `${wall.slice(8, 10)}/${month}/${wall.slice(0, 4)}:${wall.slice(11, 19)} +0700`;
}

/** `Nov 23 09:00:00` */
function bsdStamp(now: number): string {
  const wall = hanoi(now);
  const day = String(Number(wall.slice(8, 10))).padStart(2, ' ');
  return `${MONTHS[Number(wall.slice(5, 7)) - 1] ?? ''} ${day} ${wall.slice(11, 19)}`;
}

interface Access {
  readonly client: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly bytes: number;
  readonly agent: string;
  readonly seconds: string;
}

/**
 * One in fifty is a 404, one in a thousand a 502; one in twenty-five carries a citizen's numbers.
 */
function access(): Access {
  const personal = once(25) ? `sdt=09${digits(8)}&cccd=0${digits(11)}` : undefined;
  const dossier = `ma=H49.12-2611${pad(1 + random(28), 2)}-${digits(4)}`;
  return {
    client: addressOf(random(CLIENTS)),
    path: pick(PATHS),
    query: personal ?? dossier,
    status: once(1_000) ? 502 : once(50) ? 404 : pick([200, 200, 200, 200, 304, 302]),
    bytes: random(90_000),
    agent: pick(AGENTS),
    seconds: `0.${digits(3)}`,
  };
}

/** nginx with a JSON log format in ECS names, read from its file by a shipper that adds little. */
function nginxJson(now: number): string {
  const { client, path, query, status, bytes, agent, seconds } = access();
  const host = random(WEB_HOSTS);
  return JSON.stringify({
    '@timestamp': `${hanoi(now)}+07:00`,
    event: { dataset: 'nginx.access', category: ['web'], duration: Number(seconds) * 1e9 },
    host: { name: `web-${pad(host, 2)}` },
    source: { ip: client, port: 1_024 + random(60_000) },
    http: {
      version: '2.0',
      request: { method: pick(['GET', 'GET', 'POST']), id: hex(32), bytes: 200 + random(900) },
      response: { status_code: status, body: { bytes } },
    },
    url: { domain: 'motcua.example', path, query, scheme: 'https' },
    user_agent: { original: agent },
    labels: { don_vi: 'Trung tâm Phục vụ hành chính công' },
    nginx: { upstream: { addr: `10.20.0.${host}:8080`, time: seconds } },
  });
}

function agentOf(type: string, host: string, id: number): object {
  return {
    type,
    version: '8.19.2',
    id: `3cdc1e10-ded0-4f5d-8434-${pad(id, 12)}`,
    ephemeral_id: `8d1f6d6a-2a34-4f0e-9d31-${pad(id, 12)}`,
    name: host,
  };
}

/** A text line of nginx as Filebeat sends it. */
function filebeatNginx(now: number): string {
  const { client, path, query, status, bytes, agent, seconds } = access();
  const id = random(WEB_HOSTS);
  const host = `web-${pad(id, 2)}`;
  const request = `${pick(['GET', 'POST'])} ${path}?${query} HTTP/1.1`;
  return JSON.stringify({
    '@timestamp': new Date(now).toISOString(),
    host: { name: host },
    agent: agentOf('filebeat', host, id),
    ecs: { version: '8.0.0' },
    input: { type: 'filestream' },
    log: { file: { path: '/var/log/nginx/access.log' }, offset: random(900_000_000) },
    message: `${client} - - [${clfStamp(now)}] "${request}" ${status} ${bytes} "https://motcua.example/" "${agent}" rt=${seconds}`,
  });
}

/** What Linux hosts say, as rsyslog's omelasticsearch sends it. */
function rsyslogLinux(now: number): string {
  const host = `srv-${pad(random(90), 2)}-0${random(5)}`;
  const pid = random(60_000);
  const failed = once(30);
  const [tag, message] = failed
    ? [
        `sshd[${pid}]:`,
        ` Failed password for ${pick(USERS)} from ${addressOf(random(PEERS))} port ${1_024 + random(60_000)} ssh2`,
      ]
    : pick<readonly [string, string]>([
        ['systemd[1]:', ` Started Session ${random(9_000)} of user ${pick(USERS)}.`],
        [
          `sshd[${pid}]:`,
          ` Accepted publickey for ${pick(USERS)} from 10.0.9.${random(20)} port ${1_024 + random(60_000)} ssh2: ED25519 SHA256:${hex(40)}`,
        ],
        [`CRON[${pid}]:`, ` (root) CMD (/usr/lib/sysstat/sa1 1 1) ${hex(8)}`],
      ]);
  return JSON.stringify({
    '@timestamp': `${hanoi(now)}+07:00`,
    host,
    severity: 'info',
    facility: 'auth',
    syslogtag: tag,
    message,
  });
}

/** A firewall's line as a relay at the province posts it, without any wrapping. */
function fortigate(now: number): string {
  const wall = hanoi(now);
  const user = once(20) ? `user="09${digits(8)}" ` : '';
  return `<189>date=${wall.slice(0, 10)} time=${wall.slice(11, 19)} devname="FGT-12-03433" devid="FG100F${digits(10)}" eventtime=${now}${digits(6)} tz="+0700" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=${addressOf(random(CLIENTS))} srcport=${random(60_000)} srcintf="port2" srcintfrole="lan" dstip=203.0.113.${random(250)} dstport=443 dstintf="wan1" dstintfrole="wan" srccountry="Reserved" dstcountry="Viet Nam" sessionid=${digits(9)} proto=6 action="close" policyid=${random(60)} policytype="policy" ${user}service="HTTPS" trandisp="snat" transip=203.0.113.1 transport=${random(60_000)} duration=${random(600)} sentbyte=${random(90_000)} rcvdbyte=${random(900_000)} sentpkt=${random(90)} rcvdpkt=${random(90)} appcat="unscanned"`;
}

/** `sshd` or `systemd` as any host sends it by itself. */
function syslogText(now: number): string {
  const host = `srv-${pad(random(90), 2)}-0${random(5)}`;
  return `<30>${bsdStamp(now)} ${host} systemd[1]: Started Session ${random(9_000)} of user ${pick(USERS)}, unit session-${random(9_000)}.scope.`;
}

/** A sign-in at a domain controller as Winlogbeat sends it; one in twenty fails. */
function winlogbeat(now: number): string {
  const failed = once(20);
  const id = random(90);
  const host = `dc-${pad(id, 2)}-01.tinh.example`;
  return JSON.stringify({
    '@timestamp': new Date(now).toISOString(),
    event: {
      kind: 'event',
      code: failed ? '4625' : '4624',
      provider: 'Microsoft-Windows-Security-Auditing',
      outcome: failed ? 'failure' : 'success',
      created: new Date(now).toISOString(),
    },
    log: { level: 'information' },
    host: { name: host },
    agent: agentOf('winlogbeat', host, id),
    ecs: { version: '8.0.0' },
    message:
      'An account was successfully logged on.\n\nSubject:\n\tSecurity ID:\t\tS-1-5-18\n\tAccount Name:\t\tDC$\n\tLogon ID:\t\t0x3E7\n\nLogon Information:\n\tLogon Type:\t\t3\n',
    winlog: {
      channel: 'Security',
      computer_name: host,
      event_id: failed ? '4625' : '4624',
      provider_name: 'Microsoft-Windows-Security-Auditing',
      provider_guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
      record_id: random(90_000_000),
      task: 'Logon',
      opcode: 'Info',
      keywords: [failed ? 'Audit Failure' : 'Audit Success'],
      process: { pid: 700 + random(90), thread: { id: random(9_000) } },
      api: 'wineventlog',
      event_data: {
        SubjectUserSid: 'S-1-5-18',
        SubjectUserName: 'DC$',
        SubjectDomainName: 'TINH',
        SubjectLogonId: '0x3e7',
        TargetUserSid: `S-1-5-21-1610636575-2290000098-1654242922-${random(9_000)}`,
        TargetUserName: pick(USERS),
        TargetDomainName: 'TINH',
        TargetLogonId: `0x${hex(6)}`,
        LogonType: '3',
        LogonProcessName: 'NtLmSsp ',
        AuthenticationPackageName: 'NTLM',
        WorkstationName: `PC-${random(900)}`,
        LogonGuid: '{00000000-0000-0000-0000-000000000000}',
        KeyLength: '128',
        ProcessId: '0x0',
        IpAddress: addressOf(random(PEERS)),
        IpPort: String(1_024 + random(60_000)),
      },
    },
  });
}

/** What a province's collector takes in at its HTTP doors, in shares of a hundred. */
const MIX: readonly LineKind[] = [
  { name: 'nginx_json', share: 44, line: nginxJson },
  { name: 'filebeat_nginx', share: 26, line: filebeatNginx },
  { name: 'rsyslog_linux', share: 12, line: rsyslogLinux },
  { name: 'fortigate', share: 10, line: fortigate },
  { name: 'syslog_text', share: 5, line: syslogText },
  { name: 'winlogbeat', share: 3, line: winlogbeat },
];

const TURNS: readonly LineKind[] = MIX.flatMap((kind) =>
  Array.from({ length: kind.share }, () => kind),
);

/** The next lines of the mix, stamped at `now`. */
export function mixLines(count: number, now: number): string[] {
  return Array.from({ length: count }, () => (TURNS[random(TURNS.length)] ?? MIX[0]!).line(now));
}

/** The next lines of one kind, for measuring it alone. */
export function linesOf(name: string, count: number, now: number): string[] {
  const kind = MIX.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`no kind of line is called ${name}`);
  return Array.from({ length: count }, (_, i) => kind.line(now - i * 7));
}

/** Of each kind and of the whole mix: the name, the bytes of an average line and the share in %. */
export function mixFigures(): [name: string, bytes: number, share: number][] {
  const bytesOf = (lines: readonly string[]): number =>
    lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length;
  const now = Date.now();
  return [
    ...MIX.map(({ name, share }): [string, number, number] => [
      name,
      bytesOf(linesOf(name, 500, now)),
      share,
    ]),
    ['average', bytesOf(mixLines(5_000, now)), 100],
  ];
}

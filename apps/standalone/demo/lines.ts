import type { Random } from './random.ts';

/** A log line as its device writes it, and what the forwarder says about it. */
export interface DemoLine {
  /** Id of the registered source that writes it. */
  readonly source: string;
  readonly dataset: string;
  readonly host: string;
  readonly text: string;
}

const VN_OFFSET_MS = 7 * 3_600_000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const PATHS = [
  '/',
  '/ho-so/tra-cuu',
  '/api/ho-so/danh-sach',
  '/api/ho-so/nop',
  '/tin-tuc',
  '/static/app.js',
];
const AGENTS = ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'Mozilla/5.0 (Linux; Android 14)'];

function parts(at: number): { date: string; time: string; ms: string; apache: string } {
  const iso = new Date(at + VN_OFFSET_MS).toISOString();
  const date = iso.slice(0, 10);
  const time = iso.slice(11, 19);
  const month = MONTHS[Number(date.slice(5, 7)) - 1] ?? '';
  return {
    date,
    time,
    ms: iso.slice(20, 23),
    apache: `${date.slice(8)}/${month}/${date.slice(0, 4)}:${time}`,
  };
}

/** A request at the one-stop web server; status 0 lets chance decide between the usual ones. */
export function webLine(
  random: Random,
  province: string,
  at: number,
  status = 0,
  path = '',
): DemoLine {
  const code = status === 0 ? random.pick([200, 200, 200, 200, 200, 304, 302, 404]) : status;
  const client = `10.${Number(province)}.${random.below(20)}.${1 + random.below(200)}`;
  const asked = path === '' ? random.pick(PATHS) : path;
  const method = asked.endsWith('nop') ? 'POST' : 'GET';
  const seconds = (0.02 + random.next() * 0.4).toFixed(3);
  return {
    source: `web-${province}`,
    dataset: 'nginx.access',
    host: `web-${province}`,
    text: `${client} - - [${parts(at).apache} +0700] "${method} ${asked} HTTP/1.1" ${code} ${200 + random.below(9_000)} "-" "${random.pick(AGENTS)}" rt=${seconds}`,
  };
}

/** The web server cannot reach the application behind it. */
export function upstreamLine(random: Random, province: string, at: number): DemoLine {
  const { date, time } = parts(at);
  const app = `10.${Number(province)}.10.11:8080`;
  return {
    source: `web-${province}`,
    dataset: 'nginx.error',
    host: `web-${province}`,
    text: `${date.replaceAll('-', '/')} ${time} [error] 1187#0: *${88_000 + random.below(999)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.${Number(province)}.4.17, server: motcua, request: "POST /api/ho-so/nop HTTP/1.1", upstream: "http://${app}/api/ho-so/nop"`,
  };
}

/** A sign-in at the province's identity provider. */
export function signInLine(
  province: string,
  at: number,
  who: { user: string; ip: string; realm: string; ok: boolean },
): DemoLine {
  const { date, time, ms } = parts(at);
  const head = `${date} ${time},${ms} ${who.ok ? 'INFO ' : 'WARN '}[org.keycloak.events] (executor-thread-3)`;
  const base = `realmName="${who.realm}", clientId="motcua", ipAddress="${who.ip}"`;
  const body = who.ok
    ? `type="LOGIN", ${base}, username="${who.user}"`
    : `type="LOGIN_ERROR", ${base}, error="invalid_user_credentials", username="${who.user}"`;
  return {
    source: `sso-${province}`,
    dataset: 'keycloak.event',
    host: `sso-${province}`,
    text: `${head} ${body}`,
  };
}

/** A delivery report of an OTP message. */
export function otpLine(random: Random, province: string, at: number, failed: boolean): DemoLine {
  const { date, time } = parts(at);
  const stamp = `${date.slice(2).replaceAll('-', '')}${time.slice(0, 5).replace(':', '')}`;
  const stat = failed ? random.pick(['UNDELIV', 'EXPIRED']) : 'DELIVRD';
  const id = random.below(0xffffff).toString(16).toUpperCase().padStart(6, '0');
  return {
    source: `sms-${province}`,
    dataset: 'sms.otp',
    host: `sms-${province}`,
    text: `${date} ${time} sms-gw DLR id:${id} sub:001 dlvrd:00${failed ? 0 : 1} submit date:${stamp} done date:${stamp} stat:${stat} err:${failed ? '069' : '000'} to=0900000${100 + random.below(900)} locality=${province} tmpl=OTP_LOGIN`,
  };
}

/**
 * What a FortiGate writes when an interface goes down or up; without a status a session that was
 * let through.
 */
export function firewallLine(
  random: Random,
  device: string,
  source: string,
  at: number,
  status = '',
): DemoLine {
  const { date, time } = parts(at);
  const head = `date=${date} time=${time} devname="${device}" devid="FGT60F0000000000"`;
  const body =
    status === ''
      ? `logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.1.${random.below(9)}.${1 + random.below(200)} srcport=${20_000 + random.below(9_999)} dstip=10.254.1.10 dstport=443 proto=6 action="accept" policyid=4 service="HTTPS" sentbyte=${random.below(9_000)} rcvdbyte=${random.below(90_000)} tz="+0700"`
      : `logid="0100020099" type="event" subtype="system" level="warning" vd="root" logdesc="Interface status changed" action="interface-stat-change" status="${status}" msg="Link monitor: Interface wan1 was turned ${status.toLowerCase()}" tz="+0700"`;
  return { source, dataset: 'fortinet_fortigate.log', host: device, text: `${head} ${body}` };
}

/** A line of the Windows event log in the short form that an agent forwards. */
export function windowsLine(host: string, source: string, at: number, code: number): DemoLine {
  const stamp = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const body =
    code === 1102
      ? `Microsoft-Windows-Eventlog 1102 The audit log was cleared. SubjectUserName=administrator SubjectDomainName=${host}`
      : `Microsoft-Windows-Security-Auditing 4624 An account was successfully logged on. TargetUserName=cb.${host.slice(4, 6)}`;
  return { source, dataset: 'windows.security', host, text: `${stamp} ${host} ${body}` };
}

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decode } from './recognize.ts';

interface Case {
  readonly line: string;
  readonly dataset: string;
  /** Of the instant, or of the wall clock when the line has no zone. */
  readonly time?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const CASES: readonly Case[] = [
  {
    line: '10.22.4.17 - - [23/Nov/2026:08:14:03 +0700] "POST /api/ho-so/nop HTTP/1.1" 500 1042 "-" "Mozilla/5.0" rt=0.412',
    dataset: 'nginx.access',
    time: '2026-11-23T01:14:03Z',
    fields: {
      'http.response.status_code': 500,
      'http.request.method': 'POST',
      'url.path': '/api/ho-so/nop',
      'source.ip': '10.22.4.17',
      'event.outcome': 'failure',
      'event.duration': 412_000_000,
    },
  },
  {
    line: '2026/11/23 08:14:05 [error] 1187#0: *88121 upstream timed out (110: Connection timed out) while reading, client: 10.22.4.17, server: motcua, request: "POST /api/ho-so/nop HTTP/1.1", upstream: "http://10.22.10.11:8080/api"',
    dataset: 'nginx.error',
    time: '2026-11-23T08:14:05Z',
    fields: { 'source.ip': '10.22.4.17', 'destination.port': 8080, 'log.level': 'error' },
  },
  {
    line: '[Wed Oct 20 19:20:59.121211 2021] [proxy:error] [pid 121591:tid 14041] [client 10.1.1.8:38350] AH00898: Error reading',
    dataset: 'apache.error',
    time: '2021-10-20T19:20:59.121Z',
    fields: { 'source.ip': '10.1.1.8', 'source.port': 38_350, 'process.pid': 121_591 },
  },
  {
    line: '<38>Nov 23 09:10:12 srv-1 sshd[2211]: Accepted publickey for nv a from 203.0.113.7 port 52344 ssh2: RSA SHA256:x',
    dataset: 'system.auth',
    time: '2000-11-23T09:10:12Z',
    fields: { 'user.name': 'nv a', 'event.outcome': 'success', 'source.port': 52_344 },
  },
  {
    line: '<85>1 2026-11-23T09:10:12.003+07:00 srv-1 sudo 77 - - tsg : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/tsg ; USER=root ; COMMAND=/bin/ls',
    dataset: 'system.auth',
    time: '2026-11-23T02:10:12.003Z',
    fields: { 'user.name': 'tsg', 'user.effective.name': 'root', 'event.outcome': 'failure' },
  },
  {
    line: '2026-11-23 09:41:07,301 WARN [org.keycloak.events] (executor-thread-3) type="LOGIN_ERROR", realmName="quan-tri", clientId="motcua-admin", ipAddress="203.0.113.77", error="invalid_user_credentials", username="admin.tthc"',
    dataset: 'keycloak.event',
    time: '2026-11-23T09:41:07.301Z',
    fields: {
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'source.ip': '203.0.113.77',
      'user.name': 'admin.tthc',
      'error.code': 'invalid_user_credentials',
    },
  },
  {
    line: '09:41:07,301 WARN  [org.keycloak.events] (default task-1) type=LOGIN, realmId=tinh, clientId=motcua, userId=null, ipAddress=10.1.1.9, username=qt.01',
    dataset: 'keycloak.event',
    fields: { 'event.outcome': 'success', 'user.name': 'qt.01', 'keycloak.realm': 'tinh' },
  },
  {
    line: '2026-11-23 09:25:40,114 WARN [org.keycloak.events] (executor-thread-9) type="IDENTITY_PROVIDER_LOGIN_ERROR", realmName="tinh", clientId="motcua", ipAddress="10.46.2.9", error="identity_provider_login_failure", identity_provider="vneid"',
    dataset: 'keycloak.event',
    fields: { 'gov.upstream': 'vneid', 'event.category': ['session'], 'event.outcome': 'failure' },
  },
  {
    line: 'TID: [-1234] [2026-11-23 09:40:30,120]  INFO {LogMediator} - {api:CSDLDC} MESSAGE = Executing default "fault" sequence, ERROR_CODE = 101503, ERROR_MESSAGE = Error connecting to the back end, correlation_id: 9f1c',
    dataset: 'wso2.gateway',
    time: '2026-11-23T09:40:30.120Z',
    fields: { 'error.code': '101503', 'gov.upstream': 'csdldc', 'event.outcome': 'failure' },
  },
  {
    line: 'TID: [-1234] [2026-11-23 09:40:31,907]  WARN {EndpointContext} - Endpoint : CSDLDC--v1_E0 with address https://10.10.1.20/csdldc will be marked SUSPENDED as it failed',
    dataset: 'wso2.gateway',
    fields: { 'error.code': '303001', 'event.action': 'endpoint_suspended' },
  },
  {
    line: '2026-11-23 08:33:10,552 ERROR [http-nio-8080-exec-41] o.h.e.j.s.SqlExceptionHelper - HikariPool-1 - Connection is not available, request timed out after 30000ms.',
    dataset: 'app.log',
    fields: {
      message: 'HikariPool-1 - Connection is not available, request timed out after 30000ms.',
      'log.level': 'ERROR',
      'event.category': ['database'],
    },
  },
  {
    line: '2026-11-23 10:30:44,001 ERROR [pool-9] tthc.db - java.sql.SQLRecoverableException: Listener refused the connection: ORA-12514, TNS:listener\n\tat a.b.C(D.java:1)',
    dataset: 'app.log',
    fields: {
      'error.code': 'ORA-12514',
      'error.type': 'java.sql.SQLRecoverableException',
      'error.stack_trace': '\tat a.b.C(D.java:1)',
    },
  },
  {
    line: 'date=2026-11-23 time=10:20:14 devname="FGT-12-03433" logid="0100020099" type="event" subtype="system" level="warning" vd="root" logdesc="Interface status changed" action="interface-stat-change" status="DOWN" msg="Link monitor: Interface wan1 was turned down" tz="+0700"',
    dataset: 'fortinet.fortigate',
    time: '2026-11-23T03:20:14Z',
    fields: {
      'event.code': '0100020099',
      'fortinet.firewall.status': 'DOWN',
      'host.name': 'FGT-12-03433',
    },
  },
  {
    line: 'date=2026-11-23 time=10:50:01 devname="FGT-80" logid="0101039426" type="event" subtype="vpn" level="alert" logdesc="SSL VPN login fail" action="ssl-login-fail" tunneltype="ssl-web" remip=203.0.113.200 user="test" reason="sslvpn_login_unknown_user"',
    dataset: 'fortinet.fortigate',
    fields: {
      'source.ip': '203.0.113.200',
      'user.name': 'test',
      'event.category': ['authentication'],
      'event.outcome': 'failure',
    },
  },
  {
    line: '2026-11-23T02:45:10Z DC-75-01 Microsoft-Windows-Security-Auditing 4625 An account failed to log on. TargetUserName=nv.0931 IpAddress=203.0.113.99 SubStatus=0xC000006A LogonType=3',
    dataset: 'windows.security',
    time: '2026-11-23T02:45:10Z',
    fields: {
      'event.code': '4625',
      'event.outcome': 'failure',
      'source.ip': '203.0.113.99',
      'user.name': 'nv.0931',
      'winlog.logon.type': 'Network',
    },
  },
  {
    line: '2026-11-23T03:31:40Z SRV-96-02 Microsoft-Windows-Eventlog 1102 The audit log was cleared. SubjectUserName=administrator SubjectDomainName=SRV-96-02',
    dataset: 'windows.security',
    fields: { 'event.code': '1102', 'event.action': 'audit-log-cleared', 'host.name': 'SRV-96-02' },
  },
  {
    line: '2026-11-23T03:13:06Z WEB-75-01 Sysmon 1 ParentImage=C:\\Windows\\System32\\inetsrv\\w3wp.exe Image=C:\\Windows\\System32\\cmd.exe CommandLine="cmd /c whoami" User=IIS APPPOOL\\Portal',
    dataset: 'windows.sysmon_operational',
    fields: {
      'process.name': 'cmd.exe',
      'process.parent.name': 'w3wp.exe',
      'process.command_line': 'cmd /c whoami',
      'user.name': 'Portal',
    },
  },
  {
    line: '2026-11-23 09:12:31 sms-gw DLR id:0A91F2 sub:001 dlvrd:000 submit date:2611230911 done date:2611230912 stat:UNDELIV err:069 to=84******123 telco=telco-b locality=46 tmpl=OTP_LOGIN',
    dataset: 'sms.otp',
    fields: {
      'gov.otp.stage': 'delivery',
      'gov.otp.result': 'UNDELIV',
      'gov.otp.latency_ms': 60_000,
      'gov.otp.telco': 'telco-b',
      'event.outcome': 'failure',
    },
  },
  {
    line: '2026-11-23 09:14:02 smpp[sms-a] submit_sm_resp seq=88121 command_status=0x00000058 (ESME_RTHROTTLED)',
    dataset: 'sms.otp',
    fields: {
      'gov.otp.stage': 'submit',
      'gov.otp.result': 'ESME_RTHROTTLED',
      'gov.upstream': 'sms-a',
      'error.code': '0x58',
    },
  },
  {
    line: '{"@timestamp":"2026-11-23T09:10:44+07:00","otp":"sent","provider":"sms-a","telco":"viettel","latency_ms":94210,"locality":"46"}',
    dataset: 'sms.otp',
    time: '2026-11-23T02:10:44Z',
    fields: {
      'gov.otp.stage': 'sent',
      'gov.otp.latency_ms': 94_210,
      'gov.upstream': 'sms-a',
      'gov.otp.telco': 'viettel',
    },
  },
  {
    line: '{"@timestamp":"2026-11-23T09:18:01+07:00","event":"otp_verify","outcome":"failure","reason":"WRONG_CODE","user":"u:7f3a","ip":"203.0.113.20","try":6}',
    dataset: 'sms.otp',
    fields: {
      'gov.otp.stage': 'verify',
      'gov.otp.result': 'WRONG_CODE',
      'source.ip': '203.0.113.20',
      'user.name': 'u:7f3a',
    },
  },
  {
    line: '{"monitor":{"id":"motcua-80","status":"down"},"error":{"message":"i/o timeout"},"probe":"soc-hn"}',
    dataset: 'heartbeat',
    fields: { 'monitor.status': 'down', 'event.outcome': 'failure' },
  },
  {
    line: 'ModSecurity: Access denied with code 403 (phase 2). Matched "Operator Rx" [id "941100"] [uri "/api/ho-so/nop"] [client 10.22.31.5] [unique_id "aS1x"]',
    dataset: 'modsecurity.log',
    fields: { 'rule.id': '941100', 'source.ip': '10.22.31.5', 'event.action': 'blocked' },
  },
  {
    line: 'Nov 23 09:31:11 mail-46 postfix/smtp[3310]: 4T1c: to=<a***@coquan.example>, relay=none, delay=3601, dsn=4.4.1, status=deferred (connect: timed out)',
    dataset: 'mail.postfix',
    fields: { 'event.action': 'deferred', 'event.outcome': 'failure' },
  },
  {
    line: '2018-12-31 12:02:53 10.44.0.136 GET /a/cmd.exe /c+dir 8080 T\\u1 10.50.6.188 Mozilla/4.0+(x) - 404 0 64 15',
    dataset: 'iis.access',
    time: '2018-12-31T12:02:53Z',
    fields: {
      'http.response.status_code': 404,
      'source.ip': '10.50.6.188',
      'destination.port': 8080,
      'event.duration': 15_000_000,
      'user.name': 'u1',
    },
  },
  {
    line: '2018-01-01 08:09:10 172.31.77.6 2094 172.31.77.7 80 HTTP/1.1 GET /qos/1kbfile.txt 503 - ConnLimit -',
    dataset: 'iis.error',
    fields: { 'iis.error.reason_phrase': 'ConnLimit', 'http.response.status_code': 503 },
  },
  {
    line: '2019-03-24T13:44:27.924508Z 5 [Warning] [MY-010453] [Server] root@localhost is created with an empty password !',
    dataset: 'mysql.error',
    time: '2019-03-24T13:44:27.924Z',
    fields: { 'event.code': 'MY-010453', 'mysql.thread_id': 5, 'log.level': 'Warning' },
  },
  {
    line: '# Time: 2016-12-12T11:54:16.601172Z\n# User@Host: root[root] @ localhost []  Id:     2\n# Query_time: 11.5  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\nSET timestamp=1481543656;\nselect sleep(11);',
    dataset: 'mysql.slowlog',
    time: '2016-12-12T11:54:16Z',
    fields: { 'event.duration': 11_500_000_000, 'mysql.slowlog.query': 'select sleep(11);' },
  },
  {
    line: '2021-01-03 17:45:17.612 UTC,"jose","postgres",20460,"10.0.0.9:16790",5ff202ad.4fec,1,"startup",2021-01-03 17:45:17 UTC,3/1,0,FATAL,28000,"role ""jose"" does not exist",,,,,,,,,""',
    dataset: 'postgresql.log',
    time: '2021-01-03T17:45:17.612Z',
    fields: {
      'log.level': 'FATAL',
      'user.name': 'jose',
      message: 'role "jose" does not exist',
      'postgresql.log.client_port': 16_790,
    },
  },
  {
    line: '<189>1469087: sw-1: Nov 23 2026 07:40:10.863 ICT: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi1/0/25, changed state to down',
    dataset: 'cisco.ios',
    time: '2026-11-23T00:40:10.863Z',
    fields: {
      'host.name': 'sw-1',
      'event.code': 'UPDOWN',
      'cisco.ios.facility': 'LINEPROTO',
      'cisco.ios.state': 'down',
      'event.severity': 5,
    },
  },
  {
    line: '<166>Nov 23 2026 07:40:10 asa-1 : %ASA-4-106023: Deny tcp src dmz:10.1.2.3/6316 dst outside:203.0.113.9/53 by access-group "acl"',
    dataset: 'cisco.asa',
    fields: {
      'source.ip': '10.1.2.3',
      'source.port': 6316,
      'destination.ip': '203.0.113.9',
      'event.type': ['connection', 'denied'],
      'host.name': 'asa-1',
    },
  },
  {
    line: 'device="SFW" date=2026-11-23 time=14:16:19 timezone="+07" device_name="XG-1" device_id=C1 log_id=062910617701 log_type="Event" log_component="SSL VPN Authentication" log_subtype="Authentication" status="Failed" priority=Notice user_name="nv.1" src_ip=203.0.113.8',
    dataset: 'sophos.xg',
    time: '2026-11-23T07:16:19Z',
    fields: {
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'user.name': 'nv.1',
      'source.ip': '203.0.113.8',
    },
  },
  {
    line: [
      'type=USER_AUTH msg=audit(1489519230.178:19600328): pid=4121 uid=0 auid=700 ses=11988',
      `msg='op=PAM:authentication acct="root" exe="/usr/bin/su" hostname=? addr=10.0.0.7`,
      "terminal=pts/1 res=failed'",
    ].join(' '),
    dataset: 'auditd.log',
    time: '2017-03-14T19:20:30.178Z',
    fields: {
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'user.name': 'root',
      'source.ip': '10.0.0.7',
    },
  },
  {
    line: 'Jan  5 20:17:05 fw kernel: [WAN_IN-10-D]IN=eth0 OUT=eth1 SRC=192.168.48.137 DST=81.2.69.143 LEN=540 PROTO=UDP SPT=48689 DPT=53',
    dataset: 'iptables.log',
    fields: { 'event.type': ['denied', 'connection'], 'destination.port': 53, 'rule.id': '10' },
  },
  {
    line: '{"timestamp":"2026-11-23T08:28:11.488362+0700","flow_id":1,"event_type":"alert","src_ip":"175.16.199.1","src_port":80,"dest_ip":"10.31.64.240","proto":"TCP","alert":{"action":"allowed","signature_id":2100498,"signature":"x","category":"Bad","severity":2}}',
    dataset: 'suricata.eve',
    time: '2026-11-23T01:28:11.488Z',
    fields: { 'rule.id': '2100498', 'event.kind': 'alert', 'source.ip': '175.16.199.1' },
  },
  {
    line: '26571:M 27 Dec 2018 11:19:18.874 * Synchronization with replica 10.114.208.18:6023 succeeded',
    dataset: 'redis.log',
    time: '2018-12-27T11:19:18.874Z',
    fields: { 'process.pid': 26_571, 'redis.log.role': 'master' },
  },
  {
    line: 'Feb  6 12:14:14 lb haproxy[14389]: 10.0.1.2:33317 [06/Feb/2026:12:14:14.655] https-in~ app/<NOSRV> 10/0/30/69/109 503 2750 - - SC-- 1/1/1/1/0 0/0 {h} "GET /index.html HTTP/1.1"',
    dataset: 'haproxy.log',
    time: '2026-02-06T12:14:14.655Z',
    fields: {
      'http.response.status_code': 503,
      'event.duration': 109_000_000,
      'haproxy.termination_state': 'SC--',
      'source.port': 33_317,
      'url.path': '/index.html',
      'event.outcome': 'failure',
    },
  },
];

test.each(CASES)('reads $dataset: $line', ({ line, dataset, time, fields }) => {
  const decoded = decode(line);
  expect(decoded.dataset).toBe(dataset);
  expect(decoded.oddity).toBeUndefined();
  expect({ ...decoded.fields }).toMatchObject(fields);
  if (time !== undefined) expect(decoded.time).toBe(Date.parse(time));
});

test('reads a line that a shipper wrapped in JSON, or that came inside syslog, as if it came alone', () => {
  const line = CASES[0]!.line;
  const wrapped = decode(JSON.stringify({ message: line, host: { name: 'web-1' } }));
  expect(wrapped.dataset).toBe('nginx.access');
  expect(wrapped.fields['host.name']).toBe('web-1');
  expect(wrapped.original).toBe(line);
  const carried = decode(`<190>Nov 23 08:14:03 web-2 nginx: ${line}`);
  expect(carried.dataset).toBe('nginx.access');
  expect(carried.fields['host.name']).toBe('web-2');
  expect(carried.time).toBe(Date.parse('2026-11-23T01:14:03Z'));
});

test('reads the records of rsyslog, syslog-ng and Fluent Bit by the names they use', () => {
  const message = 'Failed password for root from 10.0.0.9 port 22 ssh2';
  for (const record of [
    { message, syslogtag: 'sshd[12]:', host: 'h1' },
    { MESSAGE: message, PROGRAM: 'sshd', HOST: 'h1' },
    { log: `Nov 23 09:10:12 h1 sshd[12]: ${message}` },
  ]) {
    const { fields, dataset } = decode(JSON.stringify(record));
    expect([dataset, fields['host.name'], fields['user.name'], fields['source.ip']]).toEqual([
      'system.auth',
      'h1',
      'root',
      '10.0.0.9',
    ]);
  }
});

test('passes ECS through flat, numbers as numbers, and keeps what its sender said', () => {
  const decoded = decode(
    '{"@timestamp":"2026-11-23T02:00:00Z","event":{"category":["web"],"dataset":"x.y","duration":5},"a":[{"b":1},{"b":2}],"n":null}',
  );
  expect({ ...decoded.fields }).toEqual({
    'event.category': ['web'],
    'event.dataset': 'x.y',
    'event.duration': 5,
    'a.b': [1, 2],
  });
  expect(decoded.dataset).toBe('x.y');
  expect(decoded.keepOriginal).toBe(false);
});

test('a hint goes straight to its format and does no harm where it is wrong', () => {
  const apache = decode(CASES[0]!.line, 'apache.access');
  expect(apache.dataset).toBe('apache.access');
  expect(decode(CASES[5]!.line, 'nginx.access').dataset).toBe('keycloak.event');
});

const HOSTILE = [
  'type=',
  '[org.keycloak.events] type="',
  'a=b ',
  'TID: [1] [2',
  'Key=v ',
  '"\\',
  '{"a":',
  '[[',
  ' - - [23/Nov/2026:08:14:03 +0700] "',
  'DLR id:1 stat:X ',
  ' from ',
  'ModSecurity: [id "',
  '<13>',
  'Exception',
  'H49.',
  ', client: ',
  '%ASA-4-106023: ',
  ' UTC:10.0.0.1(1):a@b:',
  '1.1.1.1/1 ',
  ',""',
  'log_component= log_id= ',
  '# Query_time: 1 ',
  '# User@Host: a[',
  ' - - - ',
];

test.each(HOSTILE)('stays linear in a megabyte of %j', (unit) => {
  for (const head of [
    '',
    '2026-11-23 09:41:07 ',
    '<13>Nov 23 09:10:12 h x: ',
    '10.0.0.1 ',
    '%ASA-4-106023: ',
    'type=A msg=audit(1.001:1): ',
    '2021-01-03 17:45:17.612 UTC,',
    'date=1 logid=1 type=x ',
  ]) {
    const text = head + unit.repeat(Math.ceil(1_000_000 / unit.length));
    const start = process.cpuUsage();
    decode(text);
    const { user, system } = process.cpuUsage(start);
    expect({ head, slow: (user + system) / 1000 > 1500 }).toEqual({ head, slow: false });
  }
});

test('never throws, whatever a real line is turned into', () => {
  const lines = CASES.map((each) => each.line);
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.nat(),
      fc.nat(),
      fc.string({ maxLength: 8 }),
      (line, from, size, put) => {
        const at = from % line.length;
        const cut = line.slice(0, at) + put + line.slice(at + (size % 40));
        expect(decode(cut).original.length).toBeLessThanOrEqual(cut.length);
      },
    ),
    { numRuns: 2000 },
  );
});

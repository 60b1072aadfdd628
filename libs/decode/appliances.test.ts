import { describe, expect, it } from 'vitest';

import { decode } from './recognize.ts';

const fieldsOf = (line: string) => {
  const { fields, dataset, time } = decode(line);
  return { ...fields, dataset, time };
};

const HEAD = '1,2026/11/23 08:14:05,0123456789,';

describe('PAN-OS', () => {
  it('traffic: who spoke with whom, how much, and what the firewall did', () => {
    const line =
      `<14>Nov 23 08:14:05 pa-12 ${HEAD}TRAFFIC,end,2561,2026/11/23 08:14:05,10.12.3.4,203.0.113.9,0.0.0.0,0.0.0.0,cho-phep-web,` +
      `tinh\\nv.01,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,fwd,2026/11/23 08:14:05,77,1,50122,443,0,0,0x0,tcp,allow,` +
      `900,400,500,9,2026/11/23 08:13:05,60,any,0,1,0x0,Viet Nam,Viet Nam,0,4,5,tcp-fin,0,0,0,0,,PA-12`;
    expect(fieldsOf(line)).toMatchObject({
      dataset: 'panw.panos',
      'log.syslog.priority': 14,
      'source.ip': '10.12.3.4',
      'source.port': 50_122,
      'source.bytes': 400,
      'destination.ip': '203.0.113.9',
      'destination.port': 443,
      'network.transport': 'tcp',
      'event.outcome': 'success',
      'event.action': 'flow_terminated',
      'user.name': 'nv.01',
      'user.domain': 'tinh',
      'host.name': 'PA-12',
      'rule.name': 'cho-phep-web',
    });
  });

  it('system: a failed sign-in at the device is an authentication that failed', () => {
    const line = `${HEAD}SYSTEM,auth,2561,2026/11/23 08:14:05,,auth-fail,,0,0,general,medium,"failed authentication for user 'admin'. Reason: Invalid username/password. From: 198.51.100.7.",1,0x0,0,0,0,0,,PA-12`;
    expect(fieldsOf(line)).toMatchObject({
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'user.name': 'admin',
      'source.ip': '198.51.100.7',
      'event.severity': 3,
    });
  });

  it('threat: an intrusion that was stopped', () => {
    const line = `${HEAD}THREAT,vulnerability,2561,2026/11/23 08:14:05,198.51.100.7,10.12.3.4,,,chan,,,web-browsing,vsys1,untrust,trust,e1,e2,fwd,,9,1,4444,80,0,0,0x0,tcp,reset-both,"/x.php",Apache Log4j(91991),any,critical,client-to-server`;
    expect(fieldsOf(line)).toMatchObject({
      'event.kind': 'alert',
      'event.category': ['intrusion_detection', 'threat', 'network'],
      'event.type': ['denied'],
      'panw.panos.threat.name': 'Apache Log4j(91991)',
      'log.level': 'critical',
    });
  });

  it('takes no list of numbers for its own', () => {
    expect(decode('1,2026/11/23 08:14:05,a,b,c,d,e,f').dataset).toBe('');
    expect(
      decode('<13>Nov 23 08:14:05 web-1 app: row 1,2026/11/23 08:14:05,x,OTHERKIND,y').dataset,
    ).toBe('system.syslog');
  });
});

describe('Check Point', () => {
  const line = (pairs: string) => `<134>1 2026-11-23T01:14:05Z gw-12 CheckPoint 2700 - [${pairs}]`;

  it('a sign-in that failed tells who, from where and why', () => {
    const said = line(
      'action:"Accept"; origin:"10.1.1.1"; additional_info:"Administrator failed to log in: Wrong Password"; administrator:"qt.mang"; audit_status:"Failure"; client_ip:"10.9.8.7"; operation:"Log In"; product:"SmartConsole"; subject:"Administrator Login"',
    );
    expect(fieldsOf(said)).toMatchObject({
      dataset: 'checkpoint.firewall',
      'event.category': ['authentication'],
      'event.outcome': 'failure',
      'event.reason': 'Wrong Password',
      'user.name': 'qt.mang',
      'source.ip': '10.9.8.7',
      'host.name': 'gw-12',
      time: Date.parse('2026-11-23T01:14:05Z'),
    });
  });

  it('a dropped connection, with quotes and brackets in its values', () => {
    const said = line(
      'action:"Drop"; origin:"10.1.1.1"; ifdir:"inbound"; ifname:"eth1"; src:"198.51.100.7"; dst:"10.12.3.4"; proto:"6"; s_port:"4444"; service:"22"; product:"VPN-1 & FireWall-1"; rule_name:"Cleanup \\"all\\" [x\\]"',
    );
    expect(fieldsOf(said)).toMatchObject({
      'event.type': ['connection', 'denied'],
      'event.outcome': 'failure',
      'network.transport': 'tcp',
      'destination.port': 22,
      'observer.ingress.interface.name': 'eth1',
      'rule.name': 'Cleanup "all" [x]',
    });
  });
});

it('F5 BIG-IP: a request that its application firewall blocked', () => {
  const record = {
    telemetryEventCategory: 'ASM',
    hostname: 'bigip-12',
    date_time: '2026-11-23 01:14:05',
    ip_client: '198.51.100.7',
    src_port: '4444',
    dest_ip: '10.12.3.4',
    dest_port: '443',
    method: 'GET',
    protocol: 'HTTPS',
    uri: '/admin/..%2Fetc',
    request_status: 'blocked',
    severity: 'Critical',
  };
  expect(fieldsOf(JSON.stringify(record))).toMatchObject({
    dataset: 'f5_bigip.log',
    'event.kind': 'alert',
    'event.outcome': 'failure',
    'source.ip': '198.51.100.7',
    'url.path': '/admin/../etc',
    'host.name': 'bigip-12',
    'log.level': 'critical',
  });
});

it('MongoDB: what it says, and a sign-in that failed', () => {
  const record = (msg: string, attr: object) =>
    JSON.stringify({
      t: { $date: '2026-11-23T08:14:05.100+07:00' },
      s: 'I',
      c: 'ACCESS',
      id: 20_249,
      ctx: 'conn7',
      msg,
      attr,
    });
  expect(fieldsOf(record('Build Info', { version: '7.0' }))).toMatchObject({
    dataset: 'mongodb.log',
    message: 'Build Info',
    'mongodb.log.component': 'ACCESS',
    'mongodb.log.attr.version': '7.0',
    time: Date.parse('2026-11-23T01:14:05.100Z'),
  });
  const failed = record('Authentication failed', { user: 'app', remote: '10.9.8.7:50122' });
  expect(fieldsOf(failed)).toMatchObject({
    'event.category': ['authentication', 'database'],
    'event.outcome': 'failure',
    'user.name': 'app',
    'source.ip': '10.9.8.7',
  });
});

it('SQL Server: an audited sign-in, its statement over several lines', () => {
  const lines = [
    'audit_schema_version:1',
    'event_time:2026-11-23 01:14:05.1234567',
    'action_id:LGIF',
    'succeeded:false',
    'class_type:LX',
    'client_ip:10.9.8.7',
    'server_principal_name:TINH\\app',
    'statement:-- network protocol: TCP/IP',
    'set quoted_identifier on',
    'application_name:SQLCMD',
  ];
  const winlog = {
    event_id: '33205',
    channel: 'Security',
    provider_name: 'MSSQLSERVER$AUDIT',
    computer_name: 'sql-12',
    event_data: { param1: lines.join('\n') },
  };
  expect(fieldsOf(JSON.stringify({ winlog }))).toMatchObject({
    dataset: 'microsoft_sqlserver.audit',
    'event.action': 'login-failed',
    'event.category': ['database', 'authentication'],
    'event.outcome': 'failure',
    'user.name': 'app',
    'user.domain': 'TINH',
    'source.ip': '10.9.8.7',
    'sqlserver.audit.statement': '-- network protocol: TCP/IP\nset quoted_identifier on',
    time: Date.parse('2026-11-23T01:14:05.123Z'),
  });
});

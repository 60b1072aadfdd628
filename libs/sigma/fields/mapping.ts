import type { RuleLogsource } from '../route/logsource.ts';
import type { Making } from './field-ref.ts';

/** Sigma field names of some log sources, with the ECS fields that hold the same. */
export interface Mapping {
  readonly when: RuleLogsource;
  readonly fields: Readonly<Record<string, Target>>;
  /** Where fields without an entry lie, before their own name. */
  readonly prefix?: string;
}

/** ECS names in order of preference, or how the value is made of others. */
export type Target = string | readonly string[] | Making;

const HASHES: Making = {
  make: 'hashes',
  from: {
    MD5: 'process.hash.md5',
    SHA1: 'process.hash.sha1',
    SHA256: 'process.hash.sha256',
    IMPHASH: 'process.pe.imphash',
  },
};
const WINDOWS_EVENT = { product: 'windows' } as const;
const PROCESS = {
  Image: 'process.executable',
  CommandLine: 'process.command_line',
  CurrentDirectory: 'process.working_directory',
  ProcessId: 'process.pid',
  ParentImage: 'process.parent.executable',
  ParentCommandLine: 'process.parent.command_line',
  ParentProcessId: 'process.parent.pid',
  ProcessGuid: 'process.entity_id',
  ParentProcessGuid: 'process.parent.entity_id',
} as const;
const INITIATED: Making = {
  make: 'words',
  from: 'network.direction',
  words: { egress: 'true', outbound: 'true', ingress: 'false', inbound: 'false' },
};
const HTTP = {
  'c-ip': 'source.ip',
  'c-uri': 'url.original',
  // Public rules look for paths in it (190 of 368 values), so it is path and query together.
  'cs-uri-query': 'url.original',
  'c-uri-query': 'url.query',
  'c-uri-extension': 'url.extension',
  'c-uri-stem': 'url.path',
  'cs-uri': 'url.original',
  'cs-uri-stem': 'url.path',
  'cs-method': 'http.request.method',
  'cs-host': ['url.domain', 'destination.domain'],
  'r-dns': ['url.domain', 'destination.domain'],
  'cs-version': 'http.version',
  'cs-username': 'user.name',
  'cs-referer': 'http.request.referrer',
  'cs-referrer': 'http.request.referrer',
  'cs-user-agent': 'user_agent.original',
  'c-useragent': 'user_agent.original',
  'cs-cookie': 'iis.access.cookie',
  'cs-content-type': 'http.request.mime_type',
  'sc-status': 'http.response.status_code',
  'sc-bytes': 'http.response.body.bytes',
  'cs-bytes': 'http.request.body.bytes',
  's-ip': 'destination.ip',
  's-port': 'destination.port',
  src_ip: 'source.ip',
  dst_ip: 'destination.ip',
} as const;
const NETWORK = {
  src_ip: 'source.ip',
  src_port: 'source.port',
  dst_ip: 'destination.ip',
  dst_port: 'destination.port',
  action: 'event.action',
  proto: 'network.transport',
  protocol: 'network.protocol',
} as const;

/** Every mapping whose log source covers that of a rule applies, the first first. */
export const MAPPINGS: readonly Mapping[] = [
  {
    when: { product: 'windows', category: 'process_creation' },
    fields: {
      Description: 'process.pe.description',
      Product: 'process.pe.product',
      Company: 'process.pe.company',
      OriginalFileName: 'process.pe.original_file_name',
      FileVersion: 'process.pe.file_version',
      Hashes: HASHES,
    },
  },
  {
    when: { product: 'windows', category: 'image_load' },
    fields: {
      ImageLoaded: ['dll.path', 'file.path'],
      OriginalFileName: ['dll.pe.original_file_name', 'file.pe.original_file_name'],
      Description: ['dll.pe.description', 'file.pe.description'],
      Signed: 'dll.code_signature.signed',
      Signature: 'dll.code_signature.subject_name',
      SignatureStatus: 'dll.code_signature.status',
    },
  },
  {
    when: { product: 'windows', category: 'driver_load' },
    fields: { ImageLoaded: ['dll.path', 'file.path'] },
  },
  {
    when: { product: 'windows', category: 'pipe_created' },
    fields: { PipeName: 'file.name' },
  },
  {
    when: { product: 'windows', category: 'network_connection' },
    fields: { Initiated: INITIATED },
  },
  {
    when: WINDOWS_EVENT,
    prefix: 'winlog.event_data.',
    fields: {
      ...PROCESS,
      EventID: ['winlog.event_id', 'event.code'],
      Channel: 'winlog.channel',
      Provider_Name: ['winlog.provider_name', 'event.provider'],
      Provider: ['winlog.provider_name', 'event.provider'],
      Computer: ['winlog.computer_name', 'host.name'],
      ComputerName: ['winlog.computer_name', 'host.name'],
      Level: ['winlog.level', 'log.level'],
      Keywords: 'winlog.keywords',
      TaskName: 'winlog.task',
      TargetFilename: 'file.path',
      SourceFilename: 'file.path',
      TargetObject: 'registry.path',
      Details: ['registry.data.strings', 'winlog.event_data.Details'],
      ScriptBlockText: 'powershell.file.script_block_text',
      Payload: 'powershell.command.invocation_details',
      ContextInfo: 'powershell.command.invocation_details',
      QueryName: 'dns.question.name',
      QueryResults: 'dns.answers',
      DestinationIp: 'destination.ip',
      DestinationPort: 'destination.port',
      DestinationHostname: 'destination.domain',
      SourceIp: 'source.ip',
      SourcePort: 'source.port',
      SourceHostname: 'source.domain',
      Protocol: 'network.transport',
      IpAddress: ['winlog.event_data.IpAddress', 'source.ip'],
      IpPort: ['winlog.event_data.IpPort', 'source.port'],
      WorkstationName: ['winlog.event_data.WorkstationName', 'source.domain'],
      LogonType: ['winlog.event_data.LogonType', 'winlog.logon.type'],
      SubjectUserName: ['winlog.event_data.SubjectUserName', 'user.name'],
      SubjectDomainName: ['winlog.event_data.SubjectDomainName', 'user.domain'],
      SubjectUserSid: ['winlog.event_data.SubjectUserSid', 'user.id'],
      TargetUserName: ['winlog.event_data.TargetUserName', 'user.target.name', 'user.name'],
      User: { make: 'account', from: ['user.domain', 'user.name'] },
      ServiceName: ['winlog.event_data.ServiceName', 'service.name'],
    },
  },
  {
    when: { product: 'linux', service: 'auditd' },
    prefix: 'auditd.log.',
    fields: {
      type: 'auditd.log.record_type',
      exe: 'process.executable',
      comm: 'process.name',
      SYSCALL: 'auditd.log.syscall',
      uid: 'user.id',
      euid: 'user.effective.id',
      cwd: 'process.working_directory',
    },
  },
  {
    when: { product: 'linux' },
    fields: {
      ...PROCESS,
      TargetFilename: 'file.path',
      User: 'user.name',
      USER: 'user.effective.name',
      DestinationIp: 'destination.ip',
      DestinationPort: 'destination.port',
      DestinationHostname: 'destination.domain',
      Initiated: INITIATED,
      user: 'user.name',
      src_ip: 'source.ip',
      program: 'process.name',
    },
  },
  { when: { product: 'macos' }, fields: { ...PROCESS, TargetFilename: 'file.path' } },
  { when: { category: 'webserver' }, fields: HTTP },
  { when: { category: 'proxy' }, fields: HTTP },
  {
    when: { category: 'firewall' },
    fields: {
      ...NETWORK,
      blocked: { make: 'words', from: 'event.type', words: { denied: 'true', allowed: 'false' } },
    },
  },
  {
    when: { category: 'dns' },
    fields: {
      query: 'dns.question.name',
      record_type: 'dns.question.type',
      answer: 'dns.answers.data',
      src_ip: 'source.ip',
    },
  },
  {
    when: { category: 'antivirus' },
    fields: { Signature: 'threat.indicator.name', Filename: 'file.path' },
  },
  {
    when: { product: 'fortigate' },
    fields: { ...NETWORK, cfgpath: 'fortinet.firewall.cfgpath' },
    prefix: 'fortinet.firewall.',
  },
  {
    when: { product: 'zeek', service: 'dns' },
    fields: { query: 'dns.question.name', qtype_name: 'dns.question.type' },
    prefix: 'zeek.dns.',
  },
  {
    when: { product: 'zeek', service: 'http' },
    fields: {
      ...HTTP,
      host: 'url.domain',
      uri: 'url.original',
      method: 'http.request.method',
      user_agent: 'user_agent.original',
      status_code: 'http.response.status_code',
    },
    prefix: 'zeek.http.',
  },
  { when: { product: 'kubernetes' }, fields: {}, prefix: 'kubernetes.audit.' },
  { when: { product: 'aws', service: 'cloudtrail' }, fields: {}, prefix: 'aws.cloudtrail.' },
  { when: { product: 'okta' }, fields: {}, prefix: 'okta.' },
];

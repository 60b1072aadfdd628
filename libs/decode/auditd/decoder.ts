import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { isIp, listOf, put, wholeNumber } from '../fields.ts';
import { Pairs, readPairs } from '../key-values.ts';

const UNSET: ReadonlySet<string> = new Set(['?', '(none)', '(null)', '', '-1']);

/**
 * Record types that say what happened (linux/audit.h): categories, types and, where it has one, an
 * action.
 */
const MEANINGS: Readonly<Record<string, readonly [readonly string[], readonly string[], string?]>> =
  {
    USER_AUTH: [['authentication'], ['info'], 'authenticated'],
    USER_ACCT: [['authentication'], ['info'], 'was-authorized'],
    USER_LOGIN: [['authentication'], ['start'], 'logged-in'],
    USER_LOGOUT: [['authentication'], ['end'], 'logged-out'],
    USER_ERR: [['authentication'], ['info'], 'error'],
    USER_START: [['session'], ['start'], 'started-session'],
    USER_END: [['session'], ['end'], 'ended-session'],
    USER_CMD: [['process'], ['start'], 'ran-command'],
    CRED_ACQ: [['authentication'], ['info'], 'acquired-credentials'],
    CRED_DISP: [['authentication'], ['info'], 'disposed-credentials'],
    CRED_REFR: [['authentication'], ['info'], 'refreshed-credentials'],
    LOGIN: [['authentication'], ['start'], 'changed-login-id-to'],
    ADD_USER: [['iam'], ['user', 'creation'], 'added-user-account'],
    DEL_USER: [['iam'], ['user', 'deletion'], 'deleted-user-account'],
    ADD_GROUP: [['iam'], ['group', 'creation'], 'added-group-account-to'],
    DEL_GROUP: [['iam'], ['group', 'deletion'], 'deleted-group-account-from'],
    USER_CHAUTHTOK: [['iam'], ['user', 'change'], 'changed-password'],
    USER_MGMT: [['iam'], ['info'], 'modified-user-account'],
    GRP_MGMT: [['iam'], ['info'], 'modified-group-account'],
    SYSCALL: [['process'], ['info']],
    EXECVE: [['process'], ['start']],
    SERVICE_START: [['process'], ['start'], 'started-service'],
    SERVICE_STOP: [['process'], ['stop'], 'stopped-service'],
    SYSTEM_BOOT: [['host'], ['start'], 'booted-system'],
    SYSTEM_SHUTDOWN: [['host'], ['end'], 'shutdown-system'],
    CONFIG_CHANGE: [['process', 'configuration'], ['change'], 'changed-audit-configuration'],
    DAEMON_START: [['process'], ['start'], 'started-audit'],
    DAEMON_END: [['process'], ['stop'], 'shutdown-audit'],
    DAEMON_ABORT: [['process'], ['stop'], 'aborted-auditd-startup'],
  };

const IDS: readonly (readonly [string, string])[] = [
  ['auid', 'user.audit.id'],
  ['uid', 'user.id'],
  ['gid', 'user.group.id'],
  ['euid', 'user.effective.id'],
  ['egid', 'user.effective.group.id'],
  ['suid', 'user.saved.id'],
  ['sgid', 'user.saved.group.id'],
  ['fsuid', 'user.filesystem.id'],
  ['fsgid', 'user.filesystem.group.id'],
];
const TAKEN: ReadonlySet<string> = new Set([
  ...IDS.map(([key]) => key),
  'type',
  'msg',
  'pid',
  'ppid',
  'exe',
  'comm',
  'exit',
  'arch',
  'res',
  'addr',
  'acct',
  'cwd',
]);
const ARCHITECTURES: Readonly<Record<string, string>> = {
  c000003e: 'x86_64',
  '40000003': 'i386',
  c00000b7: 'aarch64',
};

function known(pairs: Pairs, key: string): string | undefined {
  const value = pairs.get(key);
  return value === undefined || UNSET.has(value) ? undefined : value;
}

/** The kernel writes names with blanks or odd characters as bare hexadecimal digits. */
function unhex(value: string | undefined): string | undefined {
  if (value === undefined || value.length % 2 === 1 || value.length < 8) return value;
  if (!/^[0-9A-F]+$/.test(value) || !/[A-F]/.test(value)) return value;
  return Buffer.from(value, 'hex').toString('utf8').replaceAll('\0', ' ').trimEnd();
}

function putIds(pairs: Pairs, fields: Fields): void {
  for (const [key, name] of IDS) {
    const value = pairs.get(key);
    if (value !== undefined) fields[name] = value;
  }
  const audit = pairs.get('auid');
  const own = pairs.get('uid');
  if (fields['auditd.log.record_type'] === 'SYSCALL' || audit === undefined) return;
  // Records of daemons name the account that works (auid) and the one it works as (uid).
  fields['user.id'] = audit;
  put(fields, 'auditd.log.uid', own);
  if (known(pairs, 'acct') === undefined) put(fields, 'user.effective.id', own);
}

function putProcess(pairs: Pairs, fields: Fields): void {
  put(fields, 'process.pid', wholeNumber(pairs.get('pid')));
  put(fields, 'process.parent.pid', wholeNumber(pairs.get('ppid')));
  const path = unhex(known(pairs, 'exe'));
  put(fields, 'process.executable', path);
  const name = unhex(known(pairs, 'comm'));
  put(fields, 'process.name', name ?? path?.slice(path.lastIndexOf('/') + 1));
  const exit = pairs.get('exit');
  if (exit !== undefined && /^-?\d{1,10}$/.test(exit)) fields['process.exit_code'] = Number(exit);
  put(fields, 'process.working_directory', unhex(known(pairs, 'cwd')));
  const args: string[] = [];
  for (let i = 0; i < 64; i++) {
    const arg = pairs.get(`a${i}`);
    if (arg === undefined) break;
    args.push(unhex(arg)!);
  }
  if (fields['auditd.log.record_type'] === 'EXECVE' && args.length > 0) {
    fields['process.args'] = args;
    fields['process.command_line'] = args.join(' ');
  }
}

function putPeople(pairs: Pairs, fields: Fields): void {
  const account = unhex(known(pairs, 'acct'));
  if (account !== undefined) {
    fields['user.name'] = account;
    fields['user.effective.name'] = account;
    fields['related.user'] = listOf(account)!;
  }
  const address = known(pairs, 'addr') ?? known(pairs, 'src');
  if (address !== undefined) {
    fields['source.address'] = address;
    if (isIp(address)) fields['source.ip'] = address;
  }
  put(fields, 'user.terminal', known(pairs, 'terminal'));
}

function putRest(pairs: Pairs, fields: Fields): void {
  for (let i = 0; i < pairs.size; i++) {
    const key = pairs.keys[i]!;
    const value = pairs.values[i]!;
    if (!TAKEN.has(key) && !UNSET.has(value)) fields[`auditd.log.${key}`] = value;
  }
}

function putOutcome(pairs: Pairs, fields: Fields): void {
  const result = pairs.get('res') ?? pairs.get('success');
  if (result === undefined) return;
  const good = result === 'success' || result === '1' || result === 'yes';
  if (pairs.get('res') !== undefined) fields['event.outcome'] = good ? 'success' : 'failure';
  else fields['auditd.log.success'] = good;
}

const scratch = new Pairs();

/**
 * Linux audit log: `[node=host ]type=USER_AUTH msg=audit(1489519230.178:19600328): pid=… msg='op=…
 * res=success'`.
 */
export const auditdLog: Decoder = {
  dataset: 'auditd.log',
  decode(text: string, into: Decoded): DecodeResult {
    const mark = text.indexOf('msg=audit(');
    if (mark === -1 || mark > 300) return 'other';
    const head = /^(?:node=(\S+) )?type=([A-Z0-9_[\]]+) $/.exec(text.slice(0, mark));
    const stamp = /^(\d{1,12})\.(\d{3}):(\d{1,15})\):/.exec(text.slice(mark + 10, mark + 50));
    if (head === null || stamp === null) return 'other';
    const { fields } = into;
    into.time = Number(stamp[1]) * 1000 + Number(stamp[2]);
    into.stamp = 'zoned';
    const type = head[2]!;
    fields['auditd.log.record_type'] = type;
    fields['auditd.log.sequence'] = Number(stamp[3]);
    const meaning = MEANINGS[type];
    if (meaning !== undefined) {
      fields['event.category'] = meaning[0];
      fields['event.type'] = meaning[1];
    }
    fields['event.action'] = meaning?.[2] ?? type.toLowerCase();
    if (head[1] !== undefined) fields['host.name'] = head[1];
    const pairs = scratch;
    pairs.clear();
    const body = text.slice(mark + 10 + stamp[0].length);
    readPairs(body.replace("msg='", ' ').replace(/'$/, ''), 0, pairs);
    putIds(pairs, fields);
    putProcess(pairs, fields);
    putPeople(pairs, fields);
    putOutcome(pairs, fields);
    putRest(pairs, fields);
    const architecture = ARCHITECTURES[pairs.get('arch') ?? ''];
    put(fields, 'host.architecture', architecture);
    fields['message'] ??= body.trim();
    return 'understood';
  },
};

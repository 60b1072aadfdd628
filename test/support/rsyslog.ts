import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { CleanUp } from './clean-up.ts';
import { startProcess, type OwnedProcess } from './owned-process.ts';
import { programPath } from './parts.ts';
import { tempFolder } from './temp-folder.ts';
import { until } from './until.ts';

/** Where rsyslog sends to: an action of its configuration language. */
export type RsyslogOutput = string;

// Without an own queue one output that waits would hold up the others; -1 retries without end.
const patient = 'queue.type="LinkedList" action.resumeRetryCount="-1" action.resumeInterval="1"';

/** Syslog over TCP: octet-counted unless told otherwise, in the given template of rsyslog. */
export function forwardTcp(
  port: number,
  { framing = 'octet-counted', template = 'RSYSLOG_SyslogProtocol23Format' } = {},
): RsyslogOutput {
  return (
    `action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" ` +
    `TCP_Framing="${framing}" template="${template}" ${patient})`
  );
}

/** Syslog over UDP, in rsyslog's traditional format (RFC 3164) unless told otherwise. */
export function forwardUdp(
  port: number,
  { template = 'RSYSLOG_TraditionalForwardFormat' } = {},
): RsyslogOutput {
  return (
    `action(type="omfwd" target="127.0.0.1" port="${port}" protocol="udp" ` +
    `template="${template}" ${patient})`
  );
}

/**
 * The Elasticsearch output, in bulk mode, as its documentation shows it; `key` is sent as the
 * password.
 */
export function sendBulk(port: number, { key = '', searchIndex = 'syslog' } = {}): RsyslogOutput {
  const access = key === '' ? '' : `uid="rsyslog" pwd="${key}"`;
  return (
    'template(name="asJson" type="list" option.jsonf="on") {\n' +
    '  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")\n' +
    '  property(outname="host" name="hostname" format="jsonf")\n' +
    '  property(outname="program" name="programname" format="jsonf")\n' +
    '  property(outname="message" name="msg" format="jsonf")\n' +
    '}\n' +
    `action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" ${access} ` +
    `template="asJson" searchIndex="${searchIndex}" searchType="" bulkmode="on" ` +
    `retryfailures="off" ${patient})`
  );
}

/** What `logger` is told about its messages. */
export interface LogOptions {
  readonly tag?: string;
  /** Facility and level: `auth.info`. */
  readonly priority?: string;
}

/** A private rsyslogd that sends what `logger` gives it. */
export interface Rsyslog {
  readonly pid: number;
  /**
   * Hands the messages over, in order, one syslog message each; resolves when `logger` has ended.
   */
  log(messages: string | readonly string[], options?: LogOptions): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  output(): string;
  stop(): Promise<void>;
}

/** Resolves once its socket takes messages. */
export async function startRsyslog(
  cleanUp: CleanUp,
  outputs: readonly RsyslogOutput[],
): Promise<Rsyslog> {
  const folder = tempFolder(cleanUp);
  const socket = join(folder, 'log.socket');
  const configuration = join(folder, 'rsyslog.conf');
  await writeFile(
    configuration,
    [
      `global(workDirectory="${folder}" maxMessageSize="1m")`,
      'module(load="imuxsock" SysSock.Use="off")',
      ...['omrelp', 'omelasticsearch']
        .filter((name) => outputs.some((output) => output.includes(name)))
        .map((name) => `module(load="${name}")`),
      `input(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")`,
      ...outputs,
      '',
    ].join('\n'),
  );
  const daemon: OwnedProcess = await startProcess(cleanUp, {
    name: 'rsyslogd',
    program: programPath('rsyslogd') ?? 'rsyslogd',
    args: ['-n', '-f', configuration, '-i', join(folder, 'rsyslogd.pid')],
    ready: () => existsSync(socket),
  });
  const logger = (messages: readonly string[], { tag, priority }: LogOptions) =>
    writeThrough(messages, [
      `--socket=${socket}`,
      // Without it logger ends with 0 when the socket is not open yet, and the line is lost.
      '--socket-errors=on',
      '--size=1000000',
      ...(tag === undefined ? [] : [`--tag=${tag}`]),
      ...(priority === undefined ? [] : [`--priority=${priority}`]),
    ]);
  return {
    pid: daemon.pid,
    async log(messages, options = {}) {
      const list = typeof messages === 'string' ? [messages] : messages;
      // Only the connect can fail here, before any line is taken.
      await until('logger reaches rsyslogd', async () => {
        await logger(list, options);
        return true;
      });
    },
    signal: (signal) => daemon.signal(signal),
    output: () => daemon.output(),
    async stop() {
      await daemon.stop();
    },
  };
}

async function writeThrough(messages: readonly string[], args: readonly string[]): Promise<void> {
  const running = promisify(execFile)('logger', [...args]);
  running.child.stdin?.end(messages.map((message) => `${message}\n`).join(''));
  await running;
}

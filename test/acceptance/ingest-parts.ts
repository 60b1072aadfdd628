import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { splitBody } from '#libs/decode';
import { SystemClock } from '#libs/model';
import { openSpoolReader } from '#libs/spool';

import type { CleanUp } from '../support/clean-up.ts';
import { startProcess, type OwnedProcess } from '../support/owned-process.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';
import type { CollectorOptions } from './ingest-collector.ts';

export type Ports = Readonly<Record<'http' | 'bulk' | 'syslog_udp' | 'syslog_tcp', number>>;

interface Counter {
  readonly door: string;
  readonly name: string;
  readonly reason?: string;
  readonly value: number;
}

/** A file system of its own, of a few megabytes; `undefined` where it cannot be had (not root). */
export function smallDisk(cleanUp: CleanUp, size: string): string | undefined {
  const folder = tempFolder(cleanUp);
  const options = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder];
  if (spawnSync('mount', options, { stdio: 'ignore' }).status !== 0) return undefined;
  cleanUp(() => void spawnSync('umount', ['-l', folder], { stdio: 'ignore' }));
  return folder;
}

// rsyslog's own queue of 1,000 lines overflows within a second of such tests, and what overflows is
// lost.
const queue =
  'queue.type="LinkedList" queue.size="200000" action.resumeRetryCount="-1" ' +
  'action.resumeInterval="1"';

/**
 * rsyslog's Elasticsearch output as docs/senders.md has it: every message with an id of its own.
 */
export function bulkWithIds(port: number, key = 'secret'): string {
  return [
    'template(name="asJson" type="list" option.jsonf="on") {',
    '  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")',
    '  property(outname="message" name="msg" format="jsonf")',
    '}',
    'template(name="asId" type="string" string="%uuid%")',
    `action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" uid="x" pwd="${key}"`,
    '  template="asJson" searchIndex="logs" searchType="" bulkmode="on" retryfailures="off"',
    `  bulkid="asId" dynbulkid="on" writeoperation="create" ${queue})`,
  ].join('\n');
}

/** rsyslog's plain output over TCP. */
export function plainTcp(port: number): string {
  return (
    `action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" ` +
    `TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format" ${queue})`
  );
}

/** What the collector says of itself. */
export interface CollectorState {
  readonly counters: readonly Counter[];
  readonly memory: { readonly rss: number };
  readonly health: readonly {
    readonly id: string;
    readonly state: string;
    readonly figures: Readonly<Record<string, number>>;
  }[];
}

/**
 * A collector alone in a process, which can be killed and started again on the same folder and
 * ports.
 */
export interface TestCollector {
  readonly ports: Ports;
  readonly folder: string;
  state(): Promise<CollectorState>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** Resolves once every door is open. */
export async function startCollector(
  cleanUp: CleanUp,
  options: Partial<Omit<CollectorOptions, 'ports'>> = {},
): Promise<TestCollector> {
  const folder = options.folder ?? tempFolder(cleanUp);
  let ports: Ports | undefined;
  const start = async (): Promise<OwnedProcess> => {
    const given: CollectorOptions = { ...options, folder, ...(ports && { ports }) };
    const entry = join(import.meta.dirname, 'ingest-collector.ts');
    const owned = await startProcess(cleanUp, {
      name: 'the collector',
      program: process.execPath,
      args: ['--conditions=source', entry, JSON.stringify(given)],
      ready: /^\{"event":"ready".*$/,
    });
    ports = JSON.parse(owned.readyLine) as Ports;
    return owned;
  };
  let running = await start();
  const open = () => ports ?? { http: 0, bulk: 0, syslog_udp: 0, syslog_tcp: 0 };
  return {
    get ports() {
      return open();
    },
    folder,
    async state() {
      const reply = await fetch(`http://127.0.0.1:${open().http}/state`);
      return (await reply.json()) as CollectorState;
    },
    async kill9() {
      await running.kill9();
    },
    async stop() {
      await running.stop();
    },
    async restart() {
      running = await start();
    },
  };
}

/** Sum of a counter, over all reasons or for one. */
export function counted(
  state: Pick<CollectorState, 'counters'>,
  name: string,
  reason?: string,
): number {
  return state.counters
    .filter((each) => each.name === name && (reason === undefined || each.reason === reason))
    .reduce((sum, each) => sum + each.value, 0);
}

/** A record as the stages behind the spool would see it. */
export interface SpooledRecord {
  readonly input: string;
  readonly text: string;
  /** The id its sender gave it. */
  readonly senderId: string | undefined;
}

/** Every record in the spool of a running collector that is durable by now, in order. */
export async function spooledRecords(collector: TestCollector): Promise<SpooledRecord[]> {
  const spool = (await collector.state()).health.find(({ id }) => id === 'spool');
  const end = spool?.figures['spool_end'] ?? 0;
  const { folder } = collector;
  const reader = await openSpoolReader({ folder, clock: new SystemClock(), end });
  const records: SpooledRecord[] = [];
  for await (const body of reader.read(0, { to: end })) {
    const { input } = body.header;
    splitBody(body, ({ text, json, senderId }) => {
      records.push({ input, text: text ?? JSON.stringify(json), senderId });
    });
  }
  return records;
}

/**
 * The numbers `PREFIX-000123` that stand in records, with how many events each is in the end:
 * records of one sender's id are one event.
 */
export function numbersIn(records: readonly SpooledRecord[], prefix: string): Map<number, number> {
  const pattern = new RegExp(`${prefix}-(\\d+)`);
  const seen = new Map<number, number>();
  const ids = new Set<string>();
  for (const { text, senderId } of records) {
    const found = pattern.exec(text)?.[1];
    if (found === undefined || (senderId !== undefined && ids.has(senderId))) continue;
    if (senderId !== undefined) ids.add(senderId);
    seen.set(Number(found), (seen.get(Number(found)) ?? 0) + 1);
  }
  return seen;
}

/** Numbers that are there more than once. */
export function twice(seen: ReadonlyMap<number, number>): number[] {
  return [...seen].filter(([, times]) => times > 1).map(([number]) => number);
}

/** An HTTP sender that keeps what was not acknowledged and sends it again, as good senders do. */
export class PatientSender {
  readonly acknowledged: number[] = [];
  #next = 0;
  #stopped = false;
  readonly #loops: Promise<void>[] = [];
  readonly #headers: Record<string, string>;

  constructor(url: () => string, { perBody = 50, connections = 4, key = 'secret' } = {}) {
    this.#headers = { authorization: `Bearer ${key}` };
    for (let i = 0; i < connections; i += 1) this.#loops.push(this.#send(url, perBody));
  }

  /** Stops making new bodies; resolves when every body it made is acknowledged. */
  async finish(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #send(url: () => string, perBody: number): Promise<void> {
    while (!this.#stopped) {
      const numbers = Array.from({ length: perBody }, () => this.#next++);
      const lines = numbers.map((n) => JSON.stringify({ message: `http-${n} đăng nhập thất bại` }));
      await this.#untilAcknowledged(url, `${lines.join('\n')}\n`);
      this.acknowledged.push(...numbers);
    }
  }

  async #untilAcknowledged(url: () => string, body: string): Promise<void> {
    const headers = this.#headers;
    const once = async () => {
      const reply = await fetch(`${url()}/api/v1/ingest`, { method: 'POST', headers, body });
      const { accepted } = (await reply.json()) as { accepted?: number };
      return accepted;
    };
    await until('a body is acknowledged', once, { timeoutMs: 60_000 });
  }
}

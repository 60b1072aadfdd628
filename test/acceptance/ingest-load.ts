import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { CleanUp } from '../support/clean-up.ts';
import { startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';
import {
  bulkWithIds,
  counted,
  numbersIn,
  PatientSender,
  spooledRecords,
  twice,
  type TestCollector,
} from './ingest-parts.ts';

/** How often a collector ends under load, and how. */
export interface EndUnderLoad {
  readonly times: number;
  /** Lines that rsyslog is given before each end. */
  readonly round: number;
  readonly end: 'kill9' | 'stop';
}

/** Events that were acknowledged and are not in the spool, and those that are there as two. */
export interface LoadOutcome {
  readonly lost: readonly string[];
  readonly twice: readonly string[];
}

const named = (prefix: string, numbers: readonly number[]) => numbers.map((n) => `${prefix}-${n}`);

/** A wire between a sender and the `_bulk` door that remembers what the door has acknowledged. */
class Wire {
  readonly acknowledged = new Set<number>();
  readonly #door: () => number;
  readonly #server = createServer((sender) => this.#join(sender));

  constructor(door: () => number) {
    this.#door = door;
  }

  async open(cleanUp: CleanUp): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    cleanUp(() => void this.#server.close());
    return (this.#server.address() as AddressInfo).port;
  }

  #join(sender: Socket): void {
    const door = connect(this.#door(), '127.0.0.1');
    let request = '';
    let reply = '';
    sender.on('data', (data) => {
      request += data.toString('latin1');
      door.write(data);
    });
    door.on('data', (data) => {
      reply += data.toString('latin1');
      sender.write(data);
      if (!reply.endsWith(']}')) return;
      if (reply.startsWith('HTTP/1.1 200') && reply.includes('"errors":false')) {
        for (const [, number] of request.matchAll(/bulk-(\d+)/g)) {
          this.acknowledged.add(Number(number));
        }
      }
      [request, reply] = ['', ''];
    });
    // An error is followed by the close, which is all that matters here.
    for (const socket of [sender, door]) socket.on('error', () => socket.destroy());
    sender.once('close', () => door.destroy());
    door.once('close', () => sender.destroy());
  }
}

/**
 * Ends and starts a collector while rsyslog's omelasticsearch and HTTP senders are sending to it.
 */
export async function endUnderLoad(
  cleanUp: CleanUp,
  collector: TestCollector,
  { times, round, end }: EndUnderLoad,
): Promise<LoadOutcome> {
  const wire = new Wire(() => collector.ports.bulk);
  const rsyslog = await startRsyslog(cleanUp, [bulkWithIds(await wire.open(cleanUp))]);
  const sender = new PatientSender(() => `http://127.0.0.1:${collector.ports.http}`);
  let given = 0;
  const log = () => {
    const lines = Array.from({ length: round }, (_, i) => `bulk-${given + i} Failed password`);
    given += round;
    return rsyslog.log(lines, { tag: 'sshd', priority: 'auth.info' });
  };
  for (let i = 0; i < times; i += 1) {
    const logging = log();
    await until('rsyslog is sending', async () => {
      const { counters } = await collector.state();
      const bulk = counters.filter(({ door }) => door === 'bulk');
      return counted({ counters: bulk }, 'accepted_events') > 0 || undefined;
    });
    await pause(200 * Math.random());
    await collector[end]();
    await collector.restart();
    await logging;
  }
  await log();
  await sender.finish();
  const told = () => wire.acknowledged.size === given || undefined;
  await until('rsyslog was told that everything is taken', told, { timeoutMs: 120_000 });
  const records = await spooledRecords(collector);
  const http = numbersIn(records, 'http');
  const bulk = numbersIn(records, 'bulk');
  const lost = (prefix: string, told: Iterable<number>, seen: ReadonlyMap<number, number>) =>
    named(
      prefix,
      [...told].filter((n) => !seen.has(n)),
    );
  return {
    lost: [...lost('http', sender.acknowledged, http), ...lost('bulk', wire.acknowledged, bulk)],
    twice: [...named('http', twice(http)), ...named('bulk', twice(bulk))],
  };
}

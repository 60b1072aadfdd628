import { connect, type Socket } from 'node:net';

import type { Clock, LogSource } from '#libs/model';
import type { Logger } from '#libs/telemetry';

import type { DemoLine } from './lines.ts';
import { Random } from './random.ts';
import { DEMO_START, linesOfSecond } from './storyline.ts';

/** The doors the demo knocks at, as any sender would. */
export interface DemoDoors {
  readonly ingestUrl: string;
  readonly syslogPort: number;
  /** Ingest key of a source. */
  readonly keyOf: (source: string) => string | undefined;
}

const SEED = 20_261_123;
const TICK_MS = 250;

/**
 * Plays the storyline through the real doors: firewalls by syslog over TCP from their own
 * addresses, the rest by HTTP.
 */
export class DemoPlayer {
  readonly #clock: Clock;
  readonly #doors: DemoDoors;
  readonly #sources: ReadonlyMap<string, LogSource>;
  readonly #log: Logger;
  readonly #random = new Random(SEED);
  readonly #sockets = new Map<string, Socket>();
  #second = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(clock: Clock, doors: DemoDoors, sources: readonly LogSource[], log: Logger) {
    this.#clock = clock;
    this.#doors = doors;
    this.#sources = new Map(sources.map((source) => [source.id, source]));
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sending = this.#sending.then(() => this.#catchUp());
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  async #catchUp(): Promise<void> {
    const reached = Math.floor((this.#clock.now() - DEMO_START) / 1_000);
    const lines: DemoLine[] = [];
    for (; this.#second < reached; this.#second += 1) {
      lines.push(...linesOfSecond(this.#random, this.#second));
    }
    try {
      await this.#send(lines);
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'the demonstration could not send');
    }
  }

  async #send(lines: readonly DemoLine[]): Promise<void> {
    const byHttp = new Map<string, DemoLine[]>();
    for (const line of lines) {
      const from = this.#sources.get(line.source)?.addresses[0];
      if (from !== undefined) {
        this.#syslog(from, line.text);
        continue;
      }
      const list = byHttp.get(line.source) ?? [];
      list.push(line);
      byHttp.set(line.source, list);
    }
    await Promise.all([...byHttp].map(([source, list]) => this.#http(source, list)));
  }

  async #http(source: string, lines: readonly DemoLine[]): Promise<void> {
    const key = this.#doors.keyOf(source);
    if (key === undefined) return;
    const records = lines.map(({ text, dataset, host }) => ({
      message: text,
      'event.dataset': dataset,
      'host.name': host,
    }));
    const reply = await fetch(this.#doors.ingestUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
      body: records.map((record) => JSON.stringify(record)).join('\n'),
    });
    if (!reply.ok) throw new Error(`ingest answered ${reply.status}: ${await reply.text()}`);
  }

  #syslog(from: string, text: string): void {
    const known = this.#sockets.get(from);
    if (known !== undefined && !known.destroyed) {
      known.write(`<189>${text}\n`);
      return;
    }
    const socket = connect({ host: '127.0.0.1', port: this.#doors.syslogPort, localAddress: from });
    socket.on('error', () => socket.destroy());
    socket.write(`<189>${text}\n`);
    this.#sockets.set(from, socket);
  }
}

import { Worker } from 'node:worker_threads';

import { threadEntry } from '#libs/telemetry';

import { SyslogBodies } from './syslog-bodies.ts';
import type { SyslogNeeds } from './syslog-tcp.ts';
import { kernelDrops } from './udp-drops.ts';
import type { UdpOptions, UdpOrder, UdpReport } from './udp-messages.ts';

const DOOR = 'syslog_udp';
const DROPS_MS = 5000;

/**
 * Syslog over UDP. A thread of its own empties the socket; loss in the kernel and here is counted,
 * never hidden.
 */
export class SyslogUdp {
  readonly #needs: SyslogNeeds;
  readonly #bodies: SyslogBodies;
  readonly #thread: Worker;
  readonly #stopped = Promise.withResolvers<void>();
  #port = 0;
  #receiveBufferBytes = 0;
  #drops = 0;
  #failed: string | undefined;
  #timer: (() => void) | undefined;

  private constructor(needs: SyslogNeeds) {
    this.#needs = needs;
    const { sink, clock, counters, limits } = needs;
    const inFlightBytesMax = limits.syslog_in_flight_bytes_max;
    // The thread counts what is not written yet and lets datagrams go by itself: nothing to do here
    // under pressure.
    this.#bodies = new SyslogBodies(
      { door: DOOR, sink, clock, counters, inFlightBytesMax },
      () => undefined,
    );
    const { url, options } = threadEntry(import.meta.url, 'udp-thread');
    const workerData: UdpOptions = {
      address: needs.address,
      port: needs.port,
      receiveBufferBytes: limits.udp_receive_buffer_bytes,
      inFlightBytesMax,
    };
    this.#thread = new Worker(url, { ...options, workerData });
  }

  /** Resolves when it listens; rejects with the system's code in `code` (EADDRINUSE, EACCES …). */
  static async start(needs: SyslogNeeds): Promise<SyslogUdp> {
    const door = new SyslogUdp(needs);
    const started = Promise.withResolvers<void>();
    door.#thread.on('message', (report: UdpReport) => {
      if (report.kind === 'listening') {
        door.#port = report.port;
        door.#receiveBufferBytes = report.receiveBufferBytes;
        started.resolve();
      } else if (report.kind === 'failed') {
        door.#failed = report.message;
        started.reject(Object.assign(new Error(report.message), { code: report.code }));
      } else if (report.kind === 'stopped') {
        door.#stopped.resolve();
      } else {
        door.#take(report);
      }
    });
    door.#thread.on('error', (error) => {
      door.#failed = String(error);
      started.reject(error);
      door.#stopped.resolve();
    });
    door.#thread.on('exit', () => door.#stopped.resolve());
    await started.promise;
    door.#watchDrops();
    return door;
  }

  get port(): number {
    return this.#port;
  }

  /** Datagrams the kernel had no room for, as last seen. */
  get drops(): number {
    return this.#drops;
  }

  /** What the kernel granted; less than asked for when net.core.rmem_max is small. */
  get receiveBufferBytes(): number {
    return this.#receiveBufferBytes;
  }

  /** Why it does not receive any more; `undefined` while it does. */
  get failed(): string | undefined {
    return this.#failed;
  }

  get pressed(): boolean {
    return this.#bodies.pressed;
  }

  async stop(): Promise<void> {
    this.#timer?.();
    this.#order({ kind: 'stop' });
    await this.#stopped.promise;
    await this.#bodies.stop();
    await this.#thread.terminate();
  }

  #take(report: Extract<UdpReport, { kind: 'bodies' }>): void {
    const { counters } = this.#needs;
    if (report.dropped > 0)
      counters.count(DOOR, 'dropped_messages', report.dropped, 'memory_limit');
    for (const { peer, bytes, messages } of report.bodies) {
      void this.#bodies.addBody(peer, bytes, messages).then(() => {
        this.#order({ kind: 'written', bytes: bytes.length });
        return undefined;
      });
    }
  }

  #order(order: UdpOrder): void {
    this.#thread.postMessage(order, []);
  }

  #watchDrops(): void {
    this.#timer = this.#needs.clock.after(DROPS_MS, () => {
      void this.readDrops().finally(() => this.#watchDrops());
    });
  }

  /** Asks the kernel now. */
  async readDrops(): Promise<number> {
    const drops = await kernelDrops(this.#port);
    if (drops !== undefined && drops > this.#drops) {
      this.#needs.counters.count(DOOR, 'dropped_messages', drops - this.#drops, 'kernel_buffer');
      this.#drops = drops;
    }
    return this.#drops;
  }
}

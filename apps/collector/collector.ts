import type { FastifyInstance } from 'fastify';

import {
  DoorCounters,
  Repeats,
  SyslogTcp,
  SyslogUdp,
  type Counter,
  type SyslogNeeds,
} from '#libs/input';
import type { Clock } from '#libs/model';
import type { HealthLine } from '#libs/protocol';
import type { Spool } from '#libs/spool';

import { bulkDoor } from './doors/bulk-door.ts';
import { limitConnections, startBulkListener } from './doors/bulk-listener.ts';
import { countDocument } from './doors/count-document.ts';
import { doorHealth, type OpenDoors } from './doors/door-health.ts';
import { ingestDoor } from './doors/ingest-door.ts';
import { Intake } from './doors/intake.ts';
import type { Authenticate, DoorSettings } from './doors/settings.ts';
import { quarantineHealth, spoolHealth, type QuarantineCounts } from './doors/spool-health.ts';

/** What `startDoors` needs. */
export interface DoorsNeeds {
  /** The server of the console port; it must not listen yet. */
  readonly fastify: FastifyInstance;
  readonly spool: Spool;
  readonly settings: DoorSettings;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly counters?: DoorCounters;
}

/** The doors, open. */
export interface Doors {
  /**
   * Ports of the doors with a listener of their own, by name (`bulk`, `syslog_tcp`,
   * `syslog_tls`, `syslog_udp`).
   */
  readonly ports: Readonly<Record<string, number>>;
  /** Lines of the health page: each door, the spool, the quarantine. */
  health(): readonly HealthLine[];
  counters(): readonly Counter[];
  /**
   * Held replies end at once as overload does, listeners take nothing new, what came in is spooled.
   * Call it before the console's server and then the spool are closed.
   */
  stop(): Promise<void>;
}

/** A door that cannot be opened: which port, and under which key it stands in the configuration. */
export class DoorError extends Error {
  override readonly name = 'DoorError';
  readonly port: number;
  readonly key: string;

  constructor(port: number, key: string, cause: unknown) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code ?? String(cause)})`;
    super(`port ${port} ${why}: see ${key} in the configuration`, { cause });
    this.port = port;
    this.key = key;
  }
}

async function opened<T>(port: number, key: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw new DoorError(port, key, error);
  }
}

/**
 * What came in just before the last stop may have been answered or not: its senders may send it
 * again.
 */
async function recentRepeats(spool: Spool, clock: Clock, settings: DoorSettings): Promise<Repeats> {
  const { repeat_window_ms: windowMs, repeat_entries_max: entriesMax } = settings.limits;
  const repeats = new Repeats(clock, windowMs, entriesMax);
  if (spool.beforeStop === undefined) return repeats;
  const { from, to } = spool.beforeStop;
  for await (const { header, bytes } of spool.reader.read(from, { to })) {
    if (header.input !== 'http' && header.input !== 'bulk') continue;
    repeats.remember(Repeats.fingerprint(header, [bytes]), header.received, Promise.resolve(true));
  }
  return repeats;
}

function registerHttpDoors(needs: DoorsNeeds, intake: Intake, counters: DoorCounters) {
  const { authenticate, clock, settings } = needs;
  const { line_bytes_max: lineBytesMax, body_records_max: recordsMax } = settings.limits;
  const ingest = ingestDoor({
    intake,
    authenticate,
    clock,
    countDocument: (bytes) => countDocument(bytes, lineBytesMax),
    onRejected: (reason) => counters.count('http', 'rejected_bodies', 1, reason),
    onRejectedLines: (lines) => counters.count('http', 'rejected_lines', lines, 'line_too_long'),
    lineBytesMax,
    recordsMax,
  });
  const bulk = bulkDoor({
    intake,
    authenticate,
    clock,
    onRejected: (reason) => counters.count('bulk', 'rejected_bodies', 1, reason),
    recordsMax,
  });
  return { ingest, bulk };
}

/**
 * Opens every door. The HTTP ones are added to the given server, which the caller lets listen
 * afterwards; the others listen when this resolves. Throws DoorError, with everything closed again,
 * when a port cannot be had.
 */
export async function startDoors(needs: DoorsNeeds): Promise<Doors> {
  const { fastify, spool, settings, clock } = needs;
  const { limits } = settings;
  const counters = needs.counters ?? new DoorCounters();
  const repeats = await recentRepeats(spool, clock, settings);
  const intake = new Intake({ sink: spool, clock, limits, counters, repeats });
  const { ingest, bulk } = registerHttpDoors(needs, intake, counters);
  limitConnections(fastify, limits, () =>
    counters.count('http', 'rejected_bodies', 1, 'too_many_connections'),
  );
  await fastify.register(ingest);
  await fastify.register(bulk, { prefix: '/es' });
  const stops: (() => Promise<void>)[] = [];
  try {
    const open = await openListeners(needs, counters, bulk, stops);
    return doorsOf({ ...open, intake, counters }, spool, intake, stops);
  } catch (error) {
    intake.stop();
    await Promise.all(stops.map((stop) => stop()));
    throw error;
  }
}

async function openListeners(
  needs: DoorsNeeds,
  counters: DoorCounters,
  bulk: (scope: FastifyInstance) => Promise<void>,
  stops: (() => Promise<void>)[],
): Promise<Pick<OpenDoors, 'udp' | 'tcp' | 'tls' | 'bulkPort'>> {
  const { settings, spool, clock } = needs;
  const { limits } = settings;
  const syslog = (at: { address: string; port: number }): SyslogNeeds => {
    return { address: at.address, port: at.port, limits, sink: spool, clock, counters };
  };
  let udp: SyslogUdp | undefined;
  let tcp: SyslogTcp | undefined;
  let tls: SyslogTcp | undefined;
  let bulkPort: number | undefined;
  if (settings.syslog_udp.enabled) {
    const at = settings.syslog_udp;
    const door = await opened(at.port, 'inputs.syslog_udp.port', () => SyslogUdp.start(syslog(at)));
    stops.push(() => door.stop());
    udp = door;
  }
  if (settings.syslog_tcp.enabled) {
    const at = settings.syslog_tcp;
    const door = await opened(at.port, 'inputs.syslog_tcp.port', () => SyslogTcp.start(syslog(at)));
    stops.push(() => door.stop());
    tcp = door;
  }
  if (settings.syslog_tls?.enabled === true) {
    const at = settings.syslog_tls;
    const door = await opened(at.port, 'inputs.syslog_tls', () =>
      SyslogTcp.start(syslog(at), at.tls),
    );
    stops.push(() => door.stop());
    tls = door;
  }
  if (settings.bulk.enabled) {
    const at = settings.bulk;
    const door = await opened(at.port, 'inputs.bulk.port', () =>
      startBulkListener(at, limits, counters, bulk),
    );
    stops.push(() => door.stop());
    bulkPort = door.port;
  }
  return { udp, tcp, tls, bulkPort };
}

function doorsOf(
  open: OpenDoors,
  spool: Spool,
  intake: Intake,
  stops: readonly (() => Promise<void>)[],
): Doors {
  let quarantine: QuarantineCounts = { byReason: {}, evicted: 0 };
  const refresh = async () => {
    const byReason = await spool.reader.quarantine.counts();
    quarantine = { byReason, evicted: spool.reader.quarantine.evicted };
  };
  return {
    ports: {
      ...(open.udp === undefined ? {} : { syslog_udp: open.udp.port }),
      ...(open.tcp === undefined ? {} : { syslog_tcp: open.tcp.port }),
      ...(open.tls === undefined ? {} : { syslog_tls: open.tls.port }),
      ...(open.bulkPort === undefined ? {} : { bulk: open.bulkPort }),
    },
    health: () => {
      // The page asks again in a moment; it need not wait for the disk.
      refresh().catch(() => undefined);
      return [...doorHealth(open), spoolHealth(spool), quarantineHealth(quarantine)];
    },
    counters: () => open.counters.list(),
    stop: async () => {
      intake.stop();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

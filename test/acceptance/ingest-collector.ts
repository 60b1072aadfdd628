// A collector alone in a process: spool and doors, nothing behind them. Run with
// `--conditions=source`; options as JSON.
import type { AddressInfo } from 'node:net';

import { fastify } from 'fastify';

import {
  DOOR_SETTINGS,
  HTTP_TIMEOUTS,
  startDoors,
  type DoorSettings,
} from '../../apps/collector/index.ts';
import { INPUT_LIMITS, type InputLimits } from '#libs/input';
import { SystemClock } from '#libs/model';
import { openSpool, type SpoolLimits } from '#libs/spool';

/** What the process is started with. */
export interface CollectorOptions {
  readonly folder: string;
  /** Ports by door; 0 for any free one. */
  readonly ports?: Readonly<Record<'http' | 'bulk' | 'syslog_udp' | 'syslog_tcp', number>>;
  readonly limits?: Partial<InputLimits>;
  readonly spool?: Partial<SpoolLimits>;
  /** Frees what is behind this many bytes, as the stages behind the spool would. */
  readonly freeBehindBytes?: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as CollectorOptions;
const clock = new SystemClock();
const { folder, freeBehindBytes = Infinity, ports } = options;
const spool = await openSpool({ folder, clock, ...(options.spool && { limits: options.spool }) });
const { headersTimeout, connectionsCheckingInterval, ...timeouts } = HTTP_TIMEOUTS;
const app = fastify({ ...timeouts, http: { headersTimeout, connectionsCheckingInterval } });
const at = (door: 'bulk' | 'syslog_udp' | 'syslog_tcp') => {
  return { enabled: true, address: '127.0.0.1', port: ports?.[door] ?? 0 };
};
const settings: DoorSettings = {
  ...DOOR_SETTINGS,
  bulk: at('bulk'),
  syslog_udp: at('syslog_udp'),
  syslog_tcp: at('syslog_tcp'),
  limits: { ...INPUT_LIMITS, ...options.limits },
};
const place = { province: '12' };
const doors = await startDoors({
  fastify: app,
  spool,
  settings,
  clock,
  authenticate: (key) => (key === 'secret' ? { key: 'k1', place } : { reason: 'key_unknown' }),
});
app.get('/state', () => ({
  health: doors.health(),
  counters: doors.counters(),
  memory: process.memoryUsage(),
  cpuMicroseconds: process.cpuUsage().user + process.cpuUsage().system,
}));
await app.listen({ host: '127.0.0.1', port: ports?.http ?? 0, backlog: 1024 });
const { port: http } = app.server.address() as AddressInfo;
const ready = { event: 'ready', http, ...doors.ports };
process.stdout.write(`${JSON.stringify(ready)}\n`);

const freeing = setInterval(() => {
  if (spool.bytes > freeBehindBytes) void spool.free(spool.end);
}, 200);

process.once('SIGTERM', () => {
  void (async () => {
    clearInterval(freeing);
    await doors.stop();
    await app.close();
    await spool.close();
    process.exit(0);
  })();
});

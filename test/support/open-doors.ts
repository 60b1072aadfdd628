import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fastify, type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';

import { INPUT_LIMITS, type InputLimits } from '#libs/input';
import { SystemClock, type Body } from '#libs/model';
import { openSpool, type Spool, type SpoolLimits } from '#libs/spool';

import {
  DOOR_SETTINGS,
  startDoors,
  type Authenticate,
  type Doors,
  type DoorSettings,
} from '../../apps/collector/index.ts';

/** The machine's. */
export const clock = new SystemClock();
/** Takes the key `secret`, and breaks on `breaks`. */
export const authenticate: Authenticate = (key) => {
  if (key === 'breaks') throw new Error('the store of keys is away');
  return key === 'secret'
    ? { key: 'k1', place: { province: '12' }, source: 'web-12' }
    : { reason: 'key_unknown' };
};

/** Doors, their spool and their HTTP server in this process. */
export interface Running {
  readonly app: FastifyInstance;
  readonly http: string;
  readonly bulk: string;
  readonly doors: Doors;
  readonly spool: Spool;
  bodies(): Promise<Body[]>;
}

/** What a test cares about. */
export interface Options {
  readonly limits?: Partial<InputLimits>;
  readonly spool?: Partial<SpoolLimits>;
  readonly folder?: string;
  readonly settings?: Partial<DoorSettings>;
}

/** A new empty folder, removed when the test is over. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-doors-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Opens every door on a free port; closed when the test is over. */
export async function openDoors(options: Options = {}): Promise<Running> {
  const folder = options.folder ?? (await newFolder());
  const spool = await openSpool({ folder, clock, limits: { reserve_bytes: 0, ...options.spool } });
  const app = fastify();
  const any = { enabled: true, address: '127.0.0.1', port: 0 };
  const settings: DoorSettings = {
    ...DOOR_SETTINGS,
    bulk: any,
    syslog_tcp: any,
    syslog_udp: any,
    limits: { ...INPUT_LIMITS, ...options.limits },
    ...options.settings,
  };
  const doors = await startDoors({ fastify: app, spool, settings, authenticate, clock });
  onTestFinished(async () => {
    await doors.stop();
    await app.close();
    await spool.close();
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const bodies = async () => {
    const found: Body[] = [];
    for await (const body of spool.reader.read(0, { to: spool.end })) found.push(body);
    return found;
  };
  return {
    app,
    http: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    bulk: `http://127.0.0.1:${doors.ports['bulk']}`,
    doors,
    spool,
    bodies,
  };
}

/** The good key. */
export const bearer = { authorization: 'Bearer secret' };

/** Sends one body to the HTTP door. */
export function ingest(
  running: Running,
  body: string | Buffer,
  headers: Record<string, string> = {},
) {
  const content = new Uint8Array(Buffer.from(body));
  return fetch(`${running.http}/api/v1/ingest`, {
    method: 'POST',
    headers: { ...bearer, ...headers },
    body: content,
  });
}

/** What bodies hold, as text. */
export const textsOf = (bodies: readonly Body[]) =>
  bodies.map((body) => Buffer.from(body.bytes).toString());

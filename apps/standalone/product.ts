import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { CENTRE } from '#libs/model';
import { projectFolder } from '#libs/platform';

import { startDoors, type Doors } from '../collector/index.ts';
import type { ClockSettings } from '../engine/pipeline/pipeline-calls.ts';
import { bookHealth } from './book-health.ts';
import { openCore, type Core, type CoreNeeds } from './core.ts';
import { Engine } from './engine.ts';
import { ruleHealth } from '../engine/rules/rule-health.ts';
import { engineHealth } from './engine-health.ts';
import { createHttp, tlsOf } from './http.ts';
import { addJobs } from './jobs.ts';
import { NotifySeat, notifyHealth } from './notify.ts';
import { followOthers, partsOf } from './roles.ts';
import { doorSettings } from './settings.ts';

export interface ProductNeeds extends CoreNeeds {
  readonly maskKey: Uint8Array;
  readonly clockSettings: ClockSettings;
  /** Hears of a part that died and without which the process must not go on. */
  readonly onDeath: (error: Error) => void;
  /** Fills the register before anything starts. */
  readonly prepare?: (core: Core) => Promise<void>;
}

/** The running product. */
export interface Product {
  readonly core: Core;
  readonly url: string;
  readonly ports: Readonly<Record<string, number>>;
  /** Stops taking, finishes what is in flight, saves positions. */
  stop(): Promise<void>;
}

/** A port that cannot be had: which, and under which key it stands in the configuration. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

function version(): string {
  const file = join(projectFolder(import.meta.dirname), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function listen(app: NestFastifyApplication, { config }: Core): Promise<string> {
  const { address, port, tls_cert_file: cert } = config.http;
  try {
    await app.listen(port, address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
    throw new PortError(`port ${port} ${why}: see http.port in the configuration`, {
      cause: error,
    });
  }
  const bound = app.getHttpServer().address() as { port: number };
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `${cert === undefined ? 'http' : 'https'}://${host}:${bound.port}`;
}

/**
 * Opens everything in the order in which it depends on each other; what was opened is closed again
 * when a part fails.
 */
export async function startProduct(needs: ProductNeeds): Promise<Product> {
  const core = await openCore(needs);
  const closing: (() => Promise<void>)[] = [() => core.close()];
  try {
    await needs.prepare?.(core);
    await recordShortRetention(core);
    const { maskKey, clockSettings: clock, onDeath } = needs;
    const engine = await Engine.start({ core, maskKey, clock, onDeath }, core.catalog.bundle);
    closing.unshift(() => engine.stop());
    const app = await createHttp(core, engine, version());
    closing.unshift(() => app.close());
    const parts = partsOf(core.role);
    const doors = parts.doors ? await openDoors(core, app) : undefined;
    if (doors !== undefined) {
      closing.unshift(() => doors.stop());
      core.board.add('doors', () => doors.health());
    }
    followOthers(core);
    addJobs(core, engine);
    core.board.add('engine', () => engineHealth(engine, core.clock.now()));
    core.board.add('ground', () => core.ground.health());
    core.board.add('rules', () => ruleHealth(core.catalog));
    core.board.add('books', () => bookHealth(core.incidents.figures(), engine.alerts.figures()));
    core.board.add('jobs', () => core.schedule.lines());
    const url = await listen(app, core);
    if (parts.engine) closing.unshift(await notifying(core, url));
    core.schedule.start();
    closing.unshift(() => core.schedule.stop());
    return { core, url, ports: doors?.ports ?? {}, stop: () => closeAll(closing) };
  } catch (error) {
    // What went wrong first is what people must read.
    await closeAll(closing).catch((failed: unknown) =>
      core.log.warn({ err: failed }, 'not closed'),
    );
    throw error;
  }
}

/** Tells people; the returned function ends it. */
async function notifying(core: Core, url: string): Promise<() => Promise<void>> {
  const seat = new NotifySeat(core, url);
  await seat.start();
  const channels = core.config.notify.channels.length;
  core.board.add('notify', () => notifyHealth(seat.figures(), channels));
  return () => seat.stop();
}

/** Who keeps events for less than twelve months says why, and that stands in the record. */
async function recordShortRetention({ config, audit }: Core): Promise<void> {
  const { retention_days: days, retention_reason: reason } = config.store;
  if (reason === undefined) return;
  await audit.append({
    who: 'configuration',
    what: 'retention.reason',
    target: `${days} days`,
    place: { province: CENTRE },
    facts: { reason },
  });
}

function openDoors(core: Core, app: NestFastifyApplication): Promise<Doors> {
  const { spool, clock, auth, config } = core;
  return startDoors({
    fastify: app.getHttpAdapter().getInstance(),
    spool,
    settings: doorSettings(config, tlsOf(config)),
    authenticate: (key) => auth.keys.authenticateIngest(key),
    clock,
  });
}

/** Newest first; one that fails does not keep the others open. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closing) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
}

import type { CleanUp } from './clean-up.ts';
import { freePort } from './free-port.ts';
import { startProcess, type OwnedProcess } from './owned-process.ts';
import { programPath } from './parts.ts';
import { tempFolder } from './temp-folder.ts';

/** A Redis of the test's own, as durable as the product asks for. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  kill9(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again after kill9 or stop: same port, same data. */
  restart(): Promise<void>;
}

const appendOnly = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
const durable = [...appendOnly, '--maxmemory-policy', 'noeviction'];

/**
 * Resolves once it takes connections. `settings` are further options: `['--maxmemory', '64mb']`.
 */
export async function startRedis(
  cleanUp: CleanUp,
  settings: readonly string[] = [],
): Promise<TestRedis> {
  const folder = tempFolder(cleanUp);
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const start = (): Promise<OwnedProcess> =>
    startProcess(cleanUp, {
      name: 'redis-server',
      program: programPath('redis-server') ?? 'redis-server',
      args: [...place, ...durable, ...settings],
      ready: /Ready to accept connections/,
    });
  let server = await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    signal: (signal) => server.signal(signal),
    async kill9() {
      await server.kill9();
    },
    async stop() {
      await server.stop();
    },
    async restart() {
      server = await start();
    },
  };
}

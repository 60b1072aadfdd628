import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CleanUp } from './clean-up.ts';
import { startProcess, type Ending, type OwnedProcess } from './owned-process.ts';
import { tempFolder } from './temp-folder.ts';

/** Configuration as it stands in the file; only what a test cares about. */
export interface Settings {
  readonly [key: string]: unknown;
}

/** How a test wants the product. */
export interface ProductOptions {
  /** Laid over "every port any free one". */
  readonly settings?: Settings;
  /** Nothing of the product's environment is inherited from the one that runs the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of the program: `['--demo']`. */
  readonly args?: readonly string[];
  /** Default: a new one. */
  readonly dataFolder?: string;
  /** Default: `standalone`. */
  readonly app?: string;
  readonly readyMsMax?: number;
}

/** The built product, running in a process of its own. */
export interface Product {
  /** `http://127.0.0.1:PORT` of console, API and HTTP inputs. */
  readonly url: string;
  /** Port by input: `syslog_tcp`, `bulk`, … */
  readonly inputs: Readonly<Record<string, number>>;
  readonly platform: string;
  readonly dataFolder: string;
  readonly configFile: string;
  readonly pid: number;
  /** Ingest key accepted for the centre (locality 00). */
  readonly ingestKey: string;
  /** Password of the user `admin`. */
  readonly adminPassword: string;
  /** The last 64 KB it printed, for failure messages. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when the process is gone. */
  kill9(): Promise<void>;
  /** SIGTERM; says how it ended. */
  stop(): Promise<Ending>;
  /**
   * Starts it again after kill9 or stop: same folder, same ports, so that senders find it again.
   */
  restart(changed?: Pick<ProductOptions, 'settings' | 'env' | 'args'>): Promise<void>;
}

interface ReadyLine {
  readonly http: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly platform: string;
}

const root = join(import.meta.dirname, '..', '..');
const ingestKey = 'test-ingest-key-0123456789';
const adminPassword = 'Canh-gac-thu-nghiem-2026';
const anyPort = { port: 0 };
const everyPortFree: Settings = {
  http: anyPort,
  inputs: { bulk: anyPort, syslog_udp: anyPort, syslog_tcp: anyPort },
};

/**
 * Resolves once the product says that it is ready; a start that fails throws with what it printed.
 */
export async function startProduct(
  cleanUp: CleanUp,
  options: ProductOptions = {},
): Promise<Product> {
  const main = join(root, 'dist', 'apps', options.app ?? 'standalone', 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is not built: node scripts/build.mjs`);
  const folder = tempFolder(cleanUp);
  const dataFolder = options.dataFolder ?? join(folder, 'data');
  const configFile = join(folder, 'thapcanh.yaml');
  await mkdir(dataFolder, { recursive: true });

  let current = options;
  let ports: Settings = {};
  const start = async (): Promise<{ owned: OwnedProcess; ready: ReadyLine }> => {
    const cluster = clusterOf(dataFolder);
    const settings = [everyPortFree, cluster.settings, ports, current.settings ?? {}].reduce(
      overlay,
    );
    // JSON is YAML.
    await writeFile(configFile, JSON.stringify(settings, null, 2));
    const owned = await startProcess(cleanUp, {
      name: 'the product',
      program: process.execPath,
      args: [main, ...(current.args ?? [])],
      cwd: root,
      env: {
        ...foreignEnvironment(),
        THAPCANH_DATA: dataFolder,
        THAPCANH_CONFIG: configFile,
        THAPCANH_INGEST_KEY: ingestKey,
        THAPCANH_ADMIN_PASSWORD: adminPassword,
        ...cluster.env,
        ...current.env,
      },
      ready: /^\{"event":"ready"/,
      readyMsMax: options.readyMsMax ?? 240_000,
    });
    return { owned, ready: JSON.parse(owned.readyLine) as ReadyLine };
  };

  let running = await start();
  ports = portsOf(running.ready);
  return {
    get url() {
      return running.ready.http;
    },
    get inputs() {
      return running.ready.inputs;
    },
    get platform() {
      return running.ready.platform;
    },
    get pid() {
      return running.owned.pid;
    },
    dataFolder,
    configFile,
    ingestKey,
    adminPassword,
    output: () => running.owned.output(),
    signal: (signal) => running.owned.signal(signal),
    async kill9() {
      await running.owned.kill9();
    },
    stop: () => running.owned.stop(),
    async restart(changed = {}) {
      current = { ...current, ...changed };
      running = await start();
    },
  };
}

/**
 * With both addresses set tests run on the distributed platform, each data folder with names of its
 * own there, so that one acceptance suite proves both.
 */
function clusterOf(dataFolder: string): { settings: Settings; env: Record<string, string> } {
  const { TEST_REDIS_URL: redis, TEST_ELASTICSEARCH_URL: elasticsearch } = process.env;
  if (redis === undefined || elasticsearch === undefined) return { settings: {}, env: {} };
  const prefix = `t${createHash('sha256').update(dataFolder).digest('hex').slice(0, 8)}`;
  return {
    settings: { cluster: { redis_prefix: prefix, elasticsearch_prefix: `${prefix}-` } },
    env: { REDIS_URL: redis, ELASTICSEARCH_URL: elasticsearch },
  };
}

function portsOf({ http, inputs }: ReadyLine): Settings {
  return {
    http: { port: Number(new URL(http).port) },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, port]) => [name, { port }])),
  };
}

function overlay(base: Settings, over: Settings): Settings {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isSettings(below) && isSettings(value) ? overlay(below, value) : value;
  }
  return result;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function foreignEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(THAPCANH_|REDIS_URL$|ELASTICSEARCH_URL$|NODE_OPTIONS$|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { CleanUp } from './clean-up.ts';
import { removeLeftovers } from './elastic-leftovers.ts';
import { freePort } from './free-port.ts';
import { startProcess, type OwnedProcess } from './owned-process.ts';
import { installedJdks, isMissing, libraryPath, programPath, type Jdk } from './parts.ts';
import { tempFolder } from './temp-folder.ts';

/**
 * A real Elasticsearch for the tests: the engine's own jars from Maven Central, one node, no
 * optional modules.
 * So there is no `GET /`, no painless, no `_delete_by_query`, no security (design of the tests:
 * what the product
 * uses works without them). The jars are cached, so that only the first run on a machine needs the
 * network.
 */
export interface TestElasticsearch {
  readonly url: string;
  /** Put this before every index name: the server may be one that others use too. */
  readonly indexPrefix: string;
  readonly version: string;
  readonly pid: number;
  signal(signal: NodeJS.Signals): void;
  kill9(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again after kill9 or stop: same port, same data. */
  restart(): Promise<void>;
}

const recipe = 1;
const sources = join(import.meta.dirname, 'elasticsearch');
const memory = ['-Xms1g', '-Xmx1g', '-XX:+UseSerialGC'];
const downloadMsMax = 300_000;
const javaNeeded: Record<string, { min: number; max: number }> = {
  '9.2.0': { min: 21, max: 99 },
  '8.19.0': { min: 17, max: 23 },
};

/**
 * Resolves once it answers; with ELASTICSEARCH_URL set that server is used instead and is never
 * stopped.
 */
export async function startElasticsearch(
  cleanUp: CleanUp,
  wanted = process.env['ELASTICSEARCH_TEST_VERSION'],
): Promise<TestElasticsearch> {
  const given = process.env['ELASTICSEARCH_URL'];
  if (given) return givenServer(cleanUp, given, freshPrefix());
  return startOwnElasticsearch(cleanUp, wanted === undefined ? {} : { version: wanted });
}

function freshPrefix(): string {
  return `thapcanh-test-${randomBytes(4).toString('hex')}-`;
}

/** Whether a node of our own can be started here, and not only a given one be used. */
export function hasOwnElasticsearch(version?: string): boolean {
  try {
    chooseVersion(version);
    return !isMissing('elasticsearch');
  } catch {
    return false;
  }
}

/**
 * A node that the test may kill, stop and set up as it likes: `settings` are Elasticsearch's own.
 */
export async function startOwnElasticsearch(
  cleanUp: CleanUp,
  {
    version: wanted,
    settings = {},
  }: { readonly version?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestElasticsearch> {
  const { version, jdk } = chooseVersion(wanted);
  const home = await installedHome(version, jdk);
  const data = tempFolder(cleanUp);
  const port = await freePort();
  const transportPort = await freePort();
  const start = (): Promise<OwnedProcess> =>
    startProcess(cleanUp, {
      name: `elasticsearch ${version} (${jdk.home})`,
      program: join(jdk.home, 'bin', 'java'),
      args: [
        ...memory,
        '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
        `-Des.nativelibs.path=${join(home, 'lib')}`,
        ...(jdk.major >= 22 ? ['--enable-native-access=ALL-UNNAMED'] : []),
        '-cp',
        join(home, 'server', '*'),
        join(sources, 'ThapCanhTestElasticsearch.java'),
        home,
        data,
        String(port),
        String(transportPort),
        ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      ],
      ready: /elasticsearch is ready/,
      readyMsMax: 300_000,
    });
  let server = await start();
  return {
    url: `http://127.0.0.1:${port}`,
    indexPrefix: freshPrefix(),
    version,
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

/** Which version runs with which Java here; throws when none fits. */
export function chooseVersion(wanted: string | undefined): { version: string; jdk: Jdk } {
  const jdks = installedJdks();
  for (const [version, { min, max }] of Object.entries(javaNeeded)) {
    if (wanted !== undefined && wanted !== version) continue;
    const jdk = jdks.find(({ major }) => major >= min && major <= max);
    if (jdk !== undefined) return { version, jdk };
  }
  const found = jdks.map(({ home }) => home).join(', ') || 'none';
  throw new Error(`no JDK here for Elasticsearch ${wanted ?? '9.2.0 or 8.19.0'}; found: ${found}`);
}

async function installedHome(version: string, jdk: Jdk): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'thapcanh');
  const home = join(cache, `elasticsearch-${version}-${recipe}`);
  if (existsSync(home)) return home;
  console.warn(
    `fetching Elasticsearch ${version} from Maven Central (60 MB, once) with ${jdk.home}`,
  );
  await mkdir(cache, { recursive: true });
  // Two runs may do this at once: each under a name of its own, the first to rename wins.
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  try {
    await fillHome(unfinished, version, jdk);
    await rename(unfinished, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return home;
}

async function fillHome(home: string, version: string, jdk: Jdk): Promise<void> {
  const jars = join(home, 'server');
  const transport = join(home, 'modules', 'transport-netty4');
  for (const folder of [jars, transport, join(home, 'config'), join(home, 'plugins')]) {
    await mkdir(folder, { recursive: true });
  }
  await promisify(execFile)(
    programPath('mvn') ?? 'mvn',
    [
      '-q',
      '-B',
      '-f',
      join(sources, 'pom.xml'),
      `-Delasticsearch.version=${version}`,
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      `-DoutputDirectory=${jars}`,
    ],
    { env: { ...process.env, JAVA_HOME: jdk.home }, timeout: downloadMsMax },
  );
  for (const jar of await readdir(jars)) {
    if (/^(netty-|transport-netty4)/.test(jar)) await rename(join(jars, jar), join(transport, jar));
  }
  const descriptor = {
    description: 'HTTP and transport of the test server',
    version,
    'elasticsearch.version': version,
    name: 'transport-netty4',
    'java.version': String(javaNeeded[version]?.min ?? 17),
    classname: 'org.elasticsearch.transport.netty4.Netty4Plugin',
    'has.native.controller': 'false',
  };
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(transport, 'plugin-descriptor.properties'), lines.join(''));
  const zstd = libraryPath('libzstd.so.1');
  if (zstd === undefined) throw new Error('libzstd.so.1 is missing (Debian: libzstd1)');
  await mkdir(join(home, 'lib'));
  await symlink(zstd, join(home, 'lib', 'libzstd.so'));
}

async function givenServer(
  cleanUp: CleanUp,
  url: string,
  indexPrefix: string,
): Promise<TestElasticsearch> {
  const answer = await fetch(new URL('_nodes?filter_path=nodes.*.version', url));
  const { nodes } = (await answer.json()) as { nodes: Record<string, { version: string }> };
  cleanUp(() => removeLeftovers(url, indexPrefix));
  const refuse = () => {
    throw new Error('the server of ELASTICSEARCH_URL is not ours to stop');
  };
  return {
    url,
    indexPrefix,
    version: Object.values(nodes)[0]?.version ?? 'unknown',
    pid: 0,
    signal: refuse,
    kill9: async () => refuse(),
    stop: async () => refuse(),
    restart: async () => refuse(),
  };
}

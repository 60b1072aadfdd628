import 'reflect-metadata';

import { setFlagsFromString } from 'node:v8';

import { loadConfig, type Config, type Environment } from '#libs/config';
import { SystemClock, type Clock } from '#libs/model';
import { onPlatform } from '#libs/platform';
import { collectWhenQuiet, createLogger, type Logger } from '#libs/telemetry';

import { DoorError } from '../collector/index.ts';
import { openDataFolder } from './data-folder.ts';
import { Demo } from './demo/demo.ts';
import { readOptions, USAGE, type Options } from './options.ts';
import { PortError, startProduct, type Product } from './product.ts';
import { partsOf } from './roles.ts';
import { GroundError, type Ground } from './work.ts';

const EXIT_WRONG = 1;
const EXIT_USAGE = 2;
/** A stop that takes longer is cut off; the spool is continued at the next start. */
const STOP_MS_MAX = 9_500;

function fail(message: string, code: number): never {
  process.stderr.write(`thapcanh: ${message}\n`);
  process.exit(code);
}

function readConfig(): { config: Config; environment: Environment } {
  const result = loadConfig();
  if (result.ok) return result;
  const lines = result.problems.map(({ path, message }) => `  ${path}: ${message}`);
  fail(`the configuration ${result.file} is wrong:\n${lines.join('\n')}`, EXIT_WRONG);
}

/** The first administrator, or the way to become one; words for people go to standard error. */
async function welcome(product: Product, password: string | undefined): Promise<void> {
  const first = await product.core.auth.ensureFirstAdmin(password);
  if (first.kind !== 'link') return;
  process.stderr.write(
    `\nChưa có người quản trị. Mở liên kết này trong 30 phút để đặt mật khẩu cho tài khoản admin:\n` +
      `No administrator yet. Open this link within 30 minutes to set the password of admin:\n\n` +
      `  ${product.url}/dat-mat-khau#${first.token}\n\n`,
  );
}

function stopOnSignals(
  product: Product,
  demo: Demo | undefined,
  release: () => void,
  log: Logger,
): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const cutOff = setTimeout(() => {
      log.error('the stop took too long and was cut off');
      process.exit(EXIT_WRONG);
    }, STOP_MS_MAX);
    try {
      await demo?.stop();
      await product.stop();
      release();
      demo?.clear();
    } catch (error) {
      log.error({ err: error }, 'the stop failed');
      process.exit(EXIT_WRONG);
    }
    clearTimeout(cutOff);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void stop());
  }
}

function demoOf(options: Options): Demo | undefined {
  if (options.demoSpeed === undefined) return undefined;
  return new Demo(options.demoSpeed, Date.now());
}

/** Opens the platform that the environment chooses. */
function openGround(
  config: Config,
  environment: Environment,
  folder: string,
  clock: Clock,
  { allowVolatile, role }: Options,
): Promise<Ground> {
  return onPlatform(environment, {
    embedded: async () => {
      if (role !== 'all') {
        throw new GroundError(`run ${role} needs REDIS_URL and ELASTICSEARCH_URL`);
      }
      return (await import('./ground-embedded.ts')).openEmbedded(folder);
    },
    distributed: async (address) => {
      const { openDistributed } = await import('./ground-distributed.ts');
      return openDistributed({ address, config, clock, allowVolatile, role });
    },
  });
}

async function run(): Promise<void> {
  // What the start said of young objects is for this thread; the others have limits of their own.
  setFlagsFromString('--max-semi-space-size=0');
  const read = readOptions(process.argv.slice(2));
  if (!read.ok) fail(`${read.message}\n\n${USAGE}`, EXIT_USAGE);
  const { config, environment } = readConfig();
  const log = createLogger(config.log.level);
  const demo = demoOf(read.options);
  const folder = demo?.folder ?? environment.data;
  const opened = openDataFolder(folder);
  if (!opened.ok) fail(opened.message, EXIT_WRONG);
  const onDeath = (error: Error): void => {
    log.fatal({ err: error }, 'a part without which nothing works has died');
    process.exit(EXIT_WRONG);
  };
  const clock = demo?.clock ?? new SystemClock();
  const ground = await openGround(config, environment, folder, clock, read.options);
  const product = await startProduct({
    ground,
    config,
    environment,
    folder,
    log,
    onDeath,
    clock: ground.clock ?? clock,
    clockSettings: demo?.clockSettings ?? { kind: 'system' },
    maskKey: await ground.maskKey(opened.maskKey),
    role: read.options.role,
    ...(demo === undefined ? {} : { prepare: (core) => demo.prepare(core) }),
  });
  stopOnSignals(product, demo, () => opened.release(), log);
  const { role } = read.options;
  if (demo !== undefined) announce(demo, product.url);
  else if (partsOf(role).server) await welcome(product, environment.adminPassword);
  const { url: http, ports: inputs } = product;
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', http, inputs, platform: ground.platform, role })}\n`,
  );
  demo?.play(product);
  collectWhenQuiet();
}

function announce(demo: Demo, url: string): void {
  process.stderr.write(
    `\nTrình diễn / demonstration: ${url}\n  tài khoản / user: ${demo.user}\n  mật khẩu / password: ${demo.password}\n\n`,
  );
}

try {
  await run();
} catch (error) {
  const said = [PortError, DoorError, GroundError].some((kind) => error instanceof kind);
  if (said) fail((error as Error).message, EXIT_WRONG);
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  fail('the start failed', EXIT_WRONG);
}

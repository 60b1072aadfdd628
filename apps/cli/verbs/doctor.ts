import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { loadConfig, type Config } from '#libs/config';
import { SystemClock } from '#libs/model';
import {
  onPlatform,
  openCluster,
  elasticAddress,
  openElastic,
  type Cluster,
  type ClusterAddress,
} from '#libs/platform';

import { EXIT, type Verb } from '../verb.ts';

/** Servers have this long to answer. */
const ANSWER_MS = 10_000;
/** A clock further from Redis's own is said to be wrong; events are stamped by it. */
const CLOCK_OFF_MS = 30_000;
const DISK_PERCENT_MAX = 90;
const PERCENT = 100;
const MINUTE_MS = 60_000;

/** What was looked at: fine, or what is wrong and what to do. */
type Finding =
  | { readonly ok: true; readonly what: string }
  | { readonly ok: false; readonly what: string; readonly todo: string };

const fine = (what: string): Finding => ({ ok: true, what });
const wrong = (what: string, todo: string): Finding => ({ ok: false, what, todo });

/** `thapcanh doctor`: looks at everything the product stands on and says what to do. */
export const doctorVerb: Verb = {
  name: 'doctor',
  summary: 'look at configuration, Redis, Elasticsearch, clock and disk, and say what to do',
  usage: `thapcanh doctor

Looks at what the product of this configuration and environment stands on. Exit 1 when something is
wrong; each such line says what to do.
`,
  async run(_, { out }) {
    const loaded = loadConfig();
    if (!loaded.ok) {
      for (const { path, message } of loaded.problems) out.write(`WRONG  ${path}: ${message}\n`);
      return EXIT.wrong;
    }
    const { config, environment } = loaded;
    const findings = [
      fine('the configuration is read and valid'),
      await diskFinding(environment.data),
      ...(await onPlatform<readonly Finding[]>(environment, {
        embedded: () => Promise.resolve([fine('embedded platform: no server is needed')]),
        distributed: (address) => clusterFindings(address, config),
      })),
    ];
    for (const finding of findings) {
      if (finding.ok) out.write(`ok     ${finding.what}\n`);
      else out.write(`WRONG  ${finding.what}\n       ${finding.todo}\n`);
    }
    return findings.every(({ ok }) => ok) ? EXIT.done : EXIT.wrong;
  },
};

async function diskFinding(data: string): Promise<Finding> {
  let folder = data;
  while (!existsSync(folder)) folder = dirname(folder);
  const { blocks, bavail } = await statfs(folder);
  const used = Math.round(PERCENT * (1 - bavail / Math.max(1, blocks)));
  const what = `the disk of ${data} is ${used} % full`;
  if (used < DISK_PERCENT_MAX) return fine(what);
  return wrong(what, 'make room, or put THAPCANH_DATA on a larger disk: a full spool refuses logs');
}

async function answered<T>(asking: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('no answer within 10 s')), ANSWER_MS);
  try {
    return await Promise.race([asking, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function clusterFindings(
  address: ClusterAddress,
  config: Config,
): Promise<readonly Finding[]> {
  return [
    ...(await redisFindings(address.redisUrl, config)),
    await elasticFinding(address, config),
  ];
}

async function redisFindings(redisUrl: string, config: Config): Promise<readonly Finding[]> {
  const clock = new SystemClock();
  const cluster = await openCluster({ redisUrl, prefix: config.cluster.redis_prefix }, clock);
  try {
    const problems = await answered(cluster.problems());
    const durable =
      problems.length === 0
        ? [fine('Redis answers and keeps what it is given')]
        : problems.map((problem) =>
            wrong(
              `Redis: ${problem}`,
              'change it in redis.conf, or by CONFIG SET and CONFIG REWRITE',
            ),
          );
    const off = clock.now() - (await answered(cluster.carriage.box.now()));
    return [...durable, clockFinding(off), ...(await workFindings(cluster))];
  } catch (error) {
    const why = cluster.link.trouble ?? (error instanceof Error ? error.message : String(error));
    return [
      wrong(`Redis cannot be used: ${why}`, 'see REDIS_URL: address, user, password, rediss://'),
    ];
  } finally {
    cluster.close();
  }
}

function clockFinding(offMs: number): Finding {
  if (Math.abs(offMs) <= CLOCK_OFF_MS) {
    return fine('the clock of this machine agrees with that of Redis');
  }
  const minutes = Math.round(offMs / MINUTE_MS);
  const what = `the clock of this machine is ${minutes} minutes from that of Redis`;
  return wrong(what, 'let both follow the same NTP server');
}

/** What waits, what is parked and who is there to do it. */
async function workFindings({ carriage, roster }: Cluster): Promise<readonly Finding[]> {
  const { parked: box, box: batches } = carriage;
  const parked = await box.count();
  const [index, detect] = await Promise.all([batches.waiting('index'), batches.waiting('detect')]);
  const present = await Promise.all(
    ['collector', 'engine'].map(async (role) => {
      const { length } = await roster.present(role);
      if (length > 0) return fine(`${length} × ${role} at work`);
      return wrong(`no ${role} is at work`, `start one: thapcanh run ${role}`);
    }),
  );
  return [
    parked === 0
      ? fine('nothing is parked')
      : wrong(`${parked} batches are parked`, 'see them with: thapcanh parked list'),
    fine(`${index} batches wait for the index, ${detect} for detection`),
    ...present,
  ];
}

async function elasticFinding(address: ClusterAddress, config: Config): Promise<Finding> {
  const elastic = await openElastic(elasticAddress(address, config));
  const todo = 'see ELASTICSEARCH_URL, and cluster.elasticsearch_* in the configuration';
  try {
    const refusal = await answered(elastic.refusal());
    if (refusal === undefined) return fine('Elasticsearch answers and is of a version that fits');
    return wrong(`Elasticsearch: ${refusal}`, todo);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return wrong(`Elasticsearch cannot be used: ${why}`, todo);
  } finally {
    await elastic.close();
  }
}

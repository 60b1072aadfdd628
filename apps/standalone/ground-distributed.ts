import type { Config } from '#libs/config';
import { CENTRE, type Clock } from '#libs/model';
import {
  openCluster,
  elasticAddress,
  openElastic,
  RESTORE_KIND,
  sharedMaskKey,
  type Cluster,
  type ClusterAddress,
  type ClusterSettings,
  type Elastic,
} from '#libs/platform';
import type { HealthLine } from '#libs/protocol';
import { DocumentsParked } from '#libs/store';

import { clusterHealth } from './cluster/cluster-health.ts';
import { ClusterWork } from './cluster/cluster-work.ts';
import type { Role } from './options.ts';
import { GroundError, type Ground } from './work.ts';

/** The servers have this long to answer at the start, ms. */
const ANSWER_MS = 15_000;
/** So much of a folder's random id tells the processes of a cluster apart. */
const CHAIN_CHARS = 12;

export interface DistributedNeeds {
  readonly address: ClusterAddress;
  readonly config: Config;
  readonly clock: Clock;
  readonly role: Role;
  /** Take a Redis that may lose what it holds; for trials. */
  readonly allowVolatile: boolean;
}

/** What threads and processes need to reach Redis. */
export function clusterSettings({ address, config }: DistributedNeeds): ClusterSettings {
  return { redisUrl: address.redisUrl, prefix: config.cluster.redis_prefix };
}

/** The answer, or an error that names the setting when there is none in time. */
async function answered<T>(what: string, asking: Promise<T>, why: () => string | undefined) {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new GroundError(`${what} does not answer${why() === undefined ? '' : `: ${why()}`}`));
  }, ANSWER_MS);
  try {
    return await Promise.race([asking, late]);
  } catch (error) {
    if (error instanceof GroundError) throw error;
    throw new GroundError(`${what} cannot be used: ${String(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function checkServers(
  cluster: Cluster,
  elastic: Elastic,
  allowVolatile: boolean,
): Promise<void> {
  const problems = await answered('REDIS_URL', cluster.problems(), () => cluster.link.trouble);
  await cluster.clock.look();
  if (problems.length > 0 && !allowVolatile) {
    throw new GroundError(
      `the Redis of REDIS_URL may lose what it holds: ${problems.join('; ')}. ` +
        'Change its settings, or start with --allow-volatile for a trial',
    );
  }
  const refusal = await answered('ELASTICSEARCH_URL', elastic.refusal(), () => undefined);
  if (refusal !== undefined) throw new GroundError(`ELASTICSEARCH_URL: ${refusal}`);
}

/** Redis and Elasticsearch under everything that is shared; the spool alone is this machine's. */
export async function openDistributed(needs: DistributedNeeds): Promise<Ground> {
  const { config } = needs;
  const settings = clusterSettings(needs);
  const address = elasticAddress(needs.address, config);
  const cluster = await openCluster(settings, needs.clock);
  const { clock } = cluster;
  const elastic = await openElastic(address);
  try {
    await checkServers(cluster, elastic, needs.allowVolatile);
  } catch (error) {
    cluster.close();
    await elastic.close();
    throw error;
  }
  const documents = await elastic.documents({ clock, changes: cluster.news });
  const half = await documents.list(RESTORE_KIND, { scope: { province: CENTRE }, limit: 1 });
  if (half.total > 0) {
    await documents.close();
    await elastic.close();
    cluster.close();
    throw new GroundError('a restore into this Elasticsearch is not finished: restore it again');
  }
  const parked = new DocumentsParked(documents, clock);
  const retentionDays = config.store.retention_days;
  const events = elastic.events({ clock, parked, retentionDays });
  let work: ClusterWork | undefined;
  return {
    platform: 'distributed',
    documents,
    clock,
    lease: cluster.lease,
    broadcast: cluster.broadcast,
    parked: {
      batches: cluster.carriage.parked,
      events: parked,
      retryEvents: (ids) => events.retryParked(ids),
    },
    hear: (kind, take) => documents.hear(kind, take),
    chain: (folder) => `${needs.role}-${folder.slice(0, CHAIN_CHARS)}`,
    maskKey: (own) => sharedMaskKey(documents, own),
    // The spool's own end is durable; Redis knows how far it holds it.
    floor: () => Promise.resolve(0),
    startWork: (start, mine, onDeath) => {
      const { role } = needs;
      const parts = { cluster, settings, elastic: address, retentionDays, parked, events, role };
      work = new ClusterWork(parts, start, mine, onDeath);
      return work;
    },
    events: () => events,
    sealDue: () => Promise.resolve(),
    health: (): readonly HealthLine[] =>
      work === undefined ? [] : clusterHealth(work, clock, documents),
    close: async () => {
      await events.close();
      await documents.close();
      await elastic.close();
      cluster.close();
    },
  };
}

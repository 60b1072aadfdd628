import type { Connection } from './connection.ts';
import { eventNames } from './layout.ts';

/**
 * Days beside the retention that may exist: today, tomorrow (clocks that are ahead), the oldest.
 */
const DAYS_BESIDE = 3;
/** The index of all documents. */
const DOCUMENT_SHARDS = 1;

/** Whether the shards of all days that will be kept fit into the cluster. */
export interface ShardRoom {
  /** Shards at the full retention, copies included. */
  readonly needed: number;
  /** Shards that the cluster allows, less those of others. */
  readonly allowed: number;
  readonly enough: boolean;
}

interface ClusterSettings {
  readonly [level: string]: { readonly cluster?: { readonly max_shards_per_node?: string } };
}

/**
 * The number of shards is bounded: days kept × shards of a day × copies, and one index of
 * documents. With 366 days, one shard and a second node that is 740 of the 2000 that two nodes
 * allow. Late and future events open no further days: they are refused beyond retention and
 * tomorrow.
 */
export async function shardRoom(
  connection: Connection,
  { retentionDays, dayShards }: { readonly retentionDays: number; readonly dayShards: number },
): Promise<ShardRoom> {
  const health = await connection.get<{
    readonly number_of_data_nodes: number;
    readonly active_shards: number;
  }>({ method: 'GET', path: '/_cluster/health' });
  const settings = await connection.get<ClusterSettings>({
    method: 'GET',
    path: '/_cluster/settings',
    query: { include_defaults: true, filter_path: '*.cluster.max_shards_per_node' },
  });
  const level = settings['transient'] ?? settings['persistent'] ?? settings['defaults'];
  const perNode = Number(level?.cluster?.max_shards_per_node ?? Infinity);
  const nodes = Math.max(1, health.number_of_data_nodes);
  const copies = nodes > 1 ? 2 : 1;
  const needed = ((retentionDays + DAYS_BESIDE) * dayShards + DOCUMENT_SHARDS) * copies;
  const ours = await ownShards(connection);
  const allowed = nodes * perNode - (health.active_shards - ours);
  return { needed, allowed, enough: needed <= allowed };
}

async function ownShards(connection: Connection): Promise<number> {
  const { pattern } = eventNames(connection.prefix);
  const names = `${pattern},${connection.prefix}soc-documents`;
  const { _shards: shards } = await connection.get<{
    readonly _shards: { readonly successful: number };
  }>({
    method: 'GET',
    path: `/${encodeURIComponent(names)}/_stats/docs`,
    query: { ignore_unavailable: true, filter_path: '_shards.successful' },
  });
  return shards.successful;
}

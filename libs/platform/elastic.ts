import { readFileSync } from 'node:fs';

import type { ChangeLog } from '#libs/coordination';
import type { Config } from '#libs/config';
import type { Clock } from '#libs/model';
import type { Parked } from '#libs/store';
import type { ElasticDocuments, ElasticEventStore } from '#libs/store/elastic';

import type { ClusterAddress } from './platform.ts';

/** How to reach Elasticsearch, as plain values that a thread can be given. */
export interface ElasticAddress {
  /** One address, or several of one cluster, with commas between. */
  readonly url: string;
  /** Stands before the name of every index. */
  readonly prefix: string;
  readonly apiKeyFile?: string;
  readonly caFile?: string;
}

/** What threads and processes need to reach Elasticsearch. */
export function elasticAddress(
  { elasticsearchUrl: url }: ClusterAddress,
  { cluster }: Config,
): ElasticAddress {
  const { elasticsearch_api_key_file: apiKeyFile, elasticsearch_ca_file: caFile } = cluster;
  return {
    url,
    prefix: cluster.elasticsearch_prefix,
    ...(apiKeyFile === undefined ? {} : { apiKeyFile }),
    ...(caFile === undefined ? {} : { caFile }),
  };
}

/** The Elasticsearch of the cluster, over one connection. */
export interface Elastic {
  /** Why what stands there cannot be used; rejects when nothing answers. */
  refusal(): Promise<string | undefined>;
  events(options: {
    readonly clock: Clock;
    readonly parked: Parked;
    readonly retentionDays: number;
  }): ElasticEventStore;
  /**
   * With `changes` a copy of what is read all the time is held, filled and in step with the other
   * processes when it resolves; without, for a short piece of work, everything is asked for.
   */
  documents(options: {
    readonly clock: Clock;
    readonly changes?: ChangeLog;
  }): Promise<ElasticDocuments>;
  /** After what was opened from it is closed. */
  close(): Promise<void>;
}

/** A restore that is under way; the product does not start beside it. */
export const RESTORE_KIND = 'restore';

/** Small kinds that every process reads all the time. */
const SMALL = Object.fromEntries(
  [
    'user',
    'session',
    'key',
    'one-time-link',
    'source',
    'probe',
    'probe_state',
    'source_state',
    'silence',
    'maintenance',
    'recovery',
    'saved_view',
  ].map((kind) => [kind, 'all' as const]),
);

/** And what the books ask for: no list of theirs may lag by a refresh. */
const HELD = { ...SMALL, incident: { open: 'yes' }, alert: { live: 'yes' } } as const;

/** Does not wait for Elasticsearch. */
export async function openElastic(address: ElasticAddress): Promise<Elastic> {
  const {
    Connection,
    ElasticDocuments: Docs,
    ElasticEventStore: Events,
  } = await import('#libs/store/elastic');
  const { url, prefix, apiKeyFile, caFile } = address;
  const connection = new Connection({
    urls: url.split(',').map((one) => one.trim()),
    prefix,
    ...(apiKeyFile === undefined
      ? {}
      : { auth: { apiKey: readFileSync(apiKeyFile, 'utf8').trim() } }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  });
  return {
    refusal: async () => {
      const check = await connection.check();
      return check.ok ? undefined : check.message;
    },
    events: (options) => new Events(connection, options),
    documents: async ({ clock, changes }) => {
      const copy = changes === undefined ? {} : { changes, held: HELD };
      const documents = new Docs(connection, { clock, ...copy });
      await documents.open();
      return documents;
    },
    close: () => connection.close(),
  };
}

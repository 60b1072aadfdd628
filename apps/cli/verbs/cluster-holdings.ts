import { hostname } from 'node:os';

import type { Config } from '#libs/config';
import { SystemClock } from '#libs/model';
import { elasticAddress, openElastic, type ClusterAddress, type Elastic } from '#libs/platform';
import { DocumentsParked } from '#libs/store';

import { clusterMarks, clusterSink, clusterSource } from './cluster-copy.ts';
import type { OpenedHoldings, OpenedTarget } from './holdings.ts';

/** A restore takes days of any age; what is past the retention goes the next night. */
const DAYS_MAX = 36_500;

interface Opened {
  readonly clock: SystemClock;
  readonly documents: Awaited<ReturnType<Elastic['documents']>>;
  readonly events: ReturnType<Elastic['events']>;
  readonly close: () => Promise<void>;
}

async function openParts(
  address: ClusterAddress,
  config: Config,
  retentionDays: number,
): Promise<Opened | { readonly ok: false; readonly message: string }> {
  const clock = new SystemClock();
  const elastic = await openElastic(elasticAddress(address, config));
  const refusal = await elastic
    .refusal()
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (refusal !== undefined) {
    await elastic.close();
    return { ok: false, message: `ELASTICSEARCH_URL: ${refusal}` };
  }
  const documents = await elastic.documents({ clock });
  const parked = new DocumentsParked(documents, clock);
  const events = elastic.events({ clock, parked, retentionDays });
  const close = async (): Promise<void> => {
    await events.close();
    await documents.close();
    await elastic.close();
  };
  return { clock, documents, events, close };
}

/** What the distributed platform keeps: all of it lies in Elasticsearch. */
export async function openCluster(
  address: ClusterAddress,
  config: Config,
): Promise<OpenedHoldings> {
  const parts = await openParts(address, config, config.store.retention_days);
  if ('ok' in parts) return parts;
  const { documents, events, close } = parts;
  return {
    ok: true,
    holdings: {
      documents,
      chain: `cli-${hostname()}`,
      events: () => events,
      source: () => clusterSource(documents, events),
      // Elasticsearch holds every document and event to its checksum itself.
      check: () => Promise.resolve(true),
      close,
    },
  };
}

/** An empty Elasticsearch, or one that an earlier try with the same backup left half full. */
export async function openTarget(address: ClusterAddress, config: Config): Promise<OpenedTarget> {
  const parts = await openParts(address, config, DAYS_MAX);
  if ('ok' in parts) return parts;
  const { clock, documents, events, close } = parts;
  return {
    ok: true,
    target: {
      name: 'the Elasticsearch of ELASTICSEARCH_URL',
      marks: clusterMarks(documents, events),
      sink: () => ({ ...clusterSink(documents, events, clock), close: () => Promise.resolve() }),
      filled: () => ({
        documents,
        source: clusterSource(documents, events),
        close: () => Promise.resolve(),
      }),
      close,
    },
  };
}

import { randomBytes } from 'node:crypto';

import { ManualClock, newFields, placedEventId, type Batch, type Event } from '#libs/model';

import {
  Connection,
  ElasticEventStore,
  type ElasticEventStoreOptions,
} from '../../libs/store/elastic/index.ts';
import { DocumentsParked } from '../../libs/store/parked.ts';
import { removeLeftovers } from './elastic-leftovers.ts';
import { MemoryDocuments } from './memory-documents.ts';

type CleanUp = (undo: () => Promise<void>) => void;

export const DAY_MS = 86_400_000;
/** The day on which the tests' clock stands, at noon. */
export const TODAY = Date.parse('2026-11-22T00:00:00.000Z');

/** An event store over a prefix of its own, with what stands around it. */
export interface ElasticParts {
  readonly connection: Connection;
  readonly store: ElasticEventStore;
  readonly parked: DocumentsParked;
  readonly documents: MemoryDocuments;
  readonly clock: ManualClock;
  readonly prefix: string;
  /** Makes what was stored searchable. */
  readonly refresh: () => Promise<void>;
}

/** Opens a store in indices of a fresh prefix or a given one, which are removed after the test. */
export async function openElasticEvents(
  cleanUp: CleanUp,
  server: { readonly url: string; readonly indexPrefix: string } | undefined,
  { prefix: given, ...options }: Partial<ElasticEventStoreOptions> & { prefix?: string } = {},
): Promise<ElasticParts> {
  if (server === undefined) throw new Error('no Elasticsearch was provided');
  const prefix = given ?? `${server.indexPrefix}${randomBytes(4).toString('hex')}-`;
  const connection = new Connection({ urls: [server.url], prefix });
  cleanUp(() => connection.close());
  cleanUp(() => removeLeftovers(server.url, prefix));
  const clock = new ManualClock(TODAY + DAY_MS / 2);
  const documents = new MemoryDocuments();
  const parked = new DocumentsParked(documents, clock);
  const store = new ElasticEventStore(connection, { clock, parked, ...options });
  cleanUp(() => store.close());
  await store.checkTemplate();
  const refresh = async (): Promise<void> => {
    await connection.get({ method: 'POST', path: `/${prefix}*/_refresh` });
  };
  return { connection, store, parked, documents, clock, prefix, refresh };
}

let ordinal = 0;

/** An event of a day, counted back from today. */
export function eventOfDay(daysAgo = 0, fields: Record<string, string | number> = {}): Event {
  ordinal += 1;
  const held = Object.assign(newFields(), { message: `event ${ordinal}`, ...fields });
  const time = TODAY - daysAgo * DAY_MS + (ordinal % 40_000_000);
  return { id: placedEventId('elastic', ordinal, 0), time, received: time + 500, fields: held };
}

export function batchOf(events: readonly Event[]): Batch {
  ordinal += 1;
  return { from: ordinal, to: ordinal + 1, received: TODAY, events };
}

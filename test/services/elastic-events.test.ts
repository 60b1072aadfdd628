import { randomBytes } from 'node:crypto';

import { describe, inject } from 'vitest';

import { ManualClock } from '#libs/model';

import { eventStoreContract } from '../../libs/store/contracts/event-store.contract.ts';
import { DAY_MS, FIRST_DAY } from '../../libs/store/contracts/sample-events.contract.ts';
import { Connection, ElasticEventStore } from '../../libs/store/elastic/index.ts';
import { DocumentsParked } from '../../libs/store/parked.ts';
import { removeLeftovers } from '../support/elastic-leftovers.ts';
import { isMissing } from '../support/parts.ts';
import { faultCount } from '../support/fault-count.ts';
import { MemoryDocuments } from '../support/memory-documents.ts';

describe.skipIf(isMissing('elasticsearch'))('ElasticEventStore', () => {
  const server = inject('elasticsearch');
  const connections = new WeakMap<object, Connection>();

  eventStoreContract('ElasticEventStore', {
    open: async (cleanUp) => {
      const prefix = `${server?.indexPrefix}${randomBytes(4).toString('hex')}-`;
      const connection = new Connection({ urls: [server?.url ?? ''], prefix });
      cleanUp(() => connection.close());
      cleanUp(() => removeLeftovers(server?.url ?? '', prefix));
      const clock = new ManualClock(FIRST_DAY + 2 * DAY_MS);
      const parked = new DocumentsParked(new MemoryDocuments(), clock);
      const store = new ElasticEventStore(connection, { clock, parked });
      cleanUp(() => store.close());
      await store.open();
      connections.set(store, connection);
      return store;
    },
    settle: async (store) => {
      const connection = connections.get(store);
      await connection?.get({ method: 'POST', path: `/${connection.prefix}*/_refresh` });
    },
    runs: faultCount({ few: 2, full: 30 }),
  });
});

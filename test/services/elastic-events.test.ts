import { describe, inject } from 'vitest';

import { eventStoreContract } from '../../libs/store/contracts/event-store.contract.ts';
import { openElasticEvents } from '../support/elastic-parts.ts';
import { isMissing } from '../support/parts.ts';

describe.skipIf(isMissing('elasticsearch'))('events in Elasticsearch', () => {
  const server = inject('elasticsearch');
  const refreshes = new WeakMap<object, () => Promise<void>>();

  eventStoreContract('ElasticEventStore', {
    open: async (cleanUp) => {
      const { store, refresh } = await openElasticEvents(cleanUp, server);
      refreshes.set(store, refresh);
      return store;
    },
    settle: async (store) => refreshes.get(store)?.(),
    runs: 2,
  });
});

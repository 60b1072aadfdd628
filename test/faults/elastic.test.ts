import { describe, expect, it, onTestFinished } from 'vitest';

import { SystemClock } from '#libs/model';

import { documentsContract } from '../../libs/store/contracts/documents.contract.ts';
import { eventStoreContract } from '../../libs/store/contracts/event-store.contract.ts';
import { ElasticDocuments } from '../../libs/store/elastic/index.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import {
  blockUnderLoad,
  crowdUnderLoad,
  killUnderLoad,
  pauseUnderLoad,
  SMALL_QUEUE,
} from '../support/elastic-faults.ts';
import { openElasticEvents } from '../support/elastic-parts.ts';
import {
  hasOwnElasticsearch,
  startOwnElasticsearch,
  type TestElasticsearch,
} from '../support/elasticsearch.ts';
import { faultCount } from '../support/fault-count.ts';

const versions = ['9.2.0', '8.19.0'];
const minute = 60_000;

describe.each(versions)('Elasticsearch %s', (version) => {
  const isHere = hasOwnElasticsearch(version);
  if (!isHere) console.warn(`SKIPPED: no Java here for Elasticsearch ${version}`);

  describe.skipIf(!isHere)('keeps every promise', () => {
    const cleanUp = suiteCleanUp();
    const refreshes = new WeakMap<object, () => Promise<void>>();
    let started: Promise<TestElasticsearch> | undefined;
    const node = () => (started ??= startOwnElasticsearch(cleanUp, { version }));

    it('is the version asked for', async () => {
      expect((await node()).version).toBe(version);
    });

    eventStoreContract('ElasticEventStore', {
      open: async (undo) => {
        const { store, refresh } = await openElasticEvents(undo, await node());
        refreshes.set(store, refresh);
        return store;
      },
      settle: async (store) => refreshes.get(store)?.(),
      runs: faultCount({ few: 2, full: 8 }),
    });

    documentsContract('ElasticDocuments', {
      open: async (undo) => {
        const { connection } = await openElasticEvents(undo, await node());
        const held = { alert: { status: 'new' }, incident: 'all' } as const;
        const documents = new ElasticDocuments(connection, { clock: new SystemClock(), held });
        undo(() => documents.close());
        await documents.open();
        return documents;
      },
      runs: faultCount({ few: 3, full: 20 }),
    });
  });

  describe.skipIf(!isHere)('loses nothing and stores nothing twice', () => {
    const cleanUp = suiteCleanUp();
    let started: Promise<TestElasticsearch> | undefined;
    const node = () => {
      started ??= startOwnElasticsearch(cleanUp, { version, settings: SMALL_QUEUE });
      return started;
    };

    it('while it refuses writes for its full queue (429)', async () => {
      const rejections = faultCount({ few: 1, full: 5_000 });
      await crowdUnderLoad(onTestFinished, await node(), rejections);
    });

    it('while it stands still for a minute', async () => {
      const pauseMs = faultCount({ few: 5_000, full: minute });
      await pauseUnderLoad(onTestFinished, await node(), { pauseMs, bulkMs: pauseMs / 6 });
    });

    it('while one index is read-only', async () => {
      const pauseMs = faultCount({ few: 500, full: 20_000 });
      await blockUnderLoad(onTestFinished, await node(), pauseMs);
    });

    it('when it is killed again and again', async () => {
      await killUnderLoad(onTestFinished, await node(), faultCount({ few: 1, full: 10 }));
    });
  });
});

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  blockUnderLoad,
  crowdUnderLoad,
  killUnderLoad,
  pauseUnderLoad,
  SMALL_QUEUE,
} from '../support/elastic-faults.ts';
import { suiteCleanUp } from '../support/clean-up.ts';
import {
  hasOwnElasticsearch,
  startOwnElasticsearch,
  type TestElasticsearch,
} from '../support/elasticsearch.ts';

/** What must be there afterwards is each event once, whatever became of the node. */
describe.skipIf(!hasOwnElasticsearch())('a node in trouble under load', () => {
  const cleanUp = suiteCleanUp();
  let started: Promise<TestElasticsearch> | undefined;
  const node = () => (started ??= startOwnElasticsearch(cleanUp, { settings: SMALL_QUEUE }));

  it('that refuses writes for its full queue (429)', async () => {
    await crowdUnderLoad(onTestFinished, await node(), 1);
  });

  it('that stands still longer than a request may take', async () => {
    await pauseUnderLoad(onTestFinished, await node(), { pauseMs: 4_000, bulkMs: 1_500 });
  });

  it('whose one index becomes read-only for a while', async () => {
    await blockUnderLoad(onTestFinished, await node(), 500);
  });

  it('that is killed and started again', async () => {
    await killUnderLoad(onTestFinished, await node(), 1);
    expect((await node()).version).toMatch(/^[89]/);
  });
});

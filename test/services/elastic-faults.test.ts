import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import {
  blockUnderLoad,
  crowdUnderLoad,
  killUnderLoad,
  pauseUnderLoad,
  SMALL_QUEUE,
} from '../support/elastic-faults.ts';
import {
  hasOwnElasticsearch,
  startOwnElasticsearch,
  type TestElasticsearch,
} from '../support/elasticsearch.ts';

/** A node starts in five seconds with a core to itself, and in a minute without. */
const timeout = 180_000;

/** What must be there afterwards is each event once, whatever became of the node. */
describe.skipIf(!hasOwnElasticsearch())('a node in trouble under load', { timeout }, () => {
  const cleanUp = suiteCleanUp();
  let node: TestElasticsearch;

  beforeAll(async () => {
    node = await startOwnElasticsearch(cleanUp, { settings: SMALL_QUEUE });
  }, timeout);

  it('that refuses writes for its full queue (429)', async () => {
    await crowdUnderLoad(onTestFinished, node, 1);
  });

  it('that stands still longer than a request may take', async () => {
    await pauseUnderLoad(onTestFinished, node, { pauseMs: 4_000, bulkMs: 1_500 });
  });

  it('whose one index becomes read-only for a while', async () => {
    await blockUnderLoad(onTestFinished, node, 500);
  });

  it('that is killed and started again', async () => {
    await killUnderLoad(onTestFinished, node, 1);
    expect(node.version).toMatch(/^[89]/);
  });
});

import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startElasticsearch, type TestElasticsearch } from '../support/elasticsearch.ts';
import { isMissing } from '../support/parts.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const root = join(import.meta.dirname, '..', '..');
const missing = isMissing('redis') || isMissing('elasticsearch');
const cleanUp = suiteCleanUp();

/** Suites of the spine that say nothing of the data folder, unchanged on the other platform. */
const SUITES = ['spine', 'incident-notify'];

/** Runs one suite with its products on the cluster; resolves to its exit code and the end of it. */
function run(suite: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; end: string }> {
  const args = ['run', '--project', 'acceptance', `test/acceptance/${suite}.test.ts`];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => (said += part.toString()));
  }
  cleanUp(() => void child.kill('SIGKILL'));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, end: said.slice(-4_000) }));
  });
}

describe.skipIf(missing)('the acceptance suites of the spine on Redis and Elasticsearch', () => {
  let servers: Promise<readonly [TestRedis, TestElasticsearch]> | undefined;

  it.each(SUITES)('%s', async (suite) => {
    servers ??= Promise.all([startRedis(cleanUp), startElasticsearch(cleanUp)]);
    const [redis, elasticsearch] = await servers;
    const { TEST_REPORT: _report, ...rest } = process.env;
    const ran = await run(suite, {
      ...rest,
      TEST_REDIS_URL: redis.url,
      TEST_ELASTICSEARCH_URL: elasticsearch.url,
    });
    expect([ran.code, ran.end]).toEqual([0, expect.any(String)]);
  });
});

import type { TestProject } from 'vitest/node';

import { UndoList } from './clean-up.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { isMissing } from './parts.ts';
import { startRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where this machine has no Redis. */
    redisUrl: string | undefined;
    /** Undefined where this machine can run no Elasticsearch. */
    elasticsearch: { url: string; indexPrefix: string; version: string } | undefined;
  }
}

/** Starts the services that all tests of the project share; gives their addresses by `inject`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const undo = new UndoList();
  const [redis, elasticsearch] = await Promise.allSettled([
    isMissing('redis') ? undefined : startRedis(undo.add),
    isMissing('elasticsearch') ? undefined : startElasticsearch(undo.add),
  ]);
  if (redis.status === 'rejected' || elasticsearch.status === 'rejected') {
    // vitest calls no teardown when the setup throws.
    await undo.run();
    const reasons = [redis, elasticsearch].flatMap((each) =>
      each.status === 'rejected' ? [each.reason] : [],
    );
    throw new AggregateError(reasons, reasons.map(String).join('\n'));
  }
  const { url, indexPrefix, version } = elasticsearch.value ?? {};
  project.provide('redisUrl', redis.value?.url);
  project.provide(
    'elasticsearch',
    url === undefined || indexPrefix === undefined || version === undefined
      ? undefined
      : { url, indexPrefix, version },
  );
  return () => undo.run();
}

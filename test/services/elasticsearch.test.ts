import { Client } from '@elastic/elasticsearch';
import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { isMissing } from '../support/parts.ts';

describe.skipIf(isMissing('elasticsearch'))('the test Elasticsearch', () => {
  const server = inject('elasticsearch');

  it('creates once, answers 409 to a repeat, and finds what it holds', async () => {
    if (server === undefined) throw new Error('no Elasticsearch was provided');
    const client = new Client({ node: server.url });
    onTestFinished(() => client.close());
    const index = `${server.indexPrefix}smoke`;
    await client.indices.create({
      index,
      settings: { codec: 'best_compression', number_of_replicas: 0 },
      mappings: { properties: { message: { type: 'text' }, ip: { type: 'ip' } } },
    });
    onTestFinished(async () => {
      await client.indices.delete({ index });
    });

    const body = [
      { create: { _index: index, _id: 'a' } },
      { message: 'đăng nhập thất bại', ip: '203.0.113.7' },
      { create: { _index: index, _id: 'a' } },
      { message: 'again', ip: '203.0.113.7' },
      { create: { _index: index, _id: 'b' } },
      { message: 'no address', ip: 'nowhere' },
    ];
    const ndjson = body.map((line) => `${JSON.stringify(line)}\n`).join('');
    const answer = await client.bulk({
      operations: [ndjson],
      refresh: true,
      filter_path: 'errors,items.*.status,items.*.error.type',
    });
    expect(answer.items.map(({ create }) => create?.status)).toEqual([201, 409, 400]);

    const found = await client.search({ index, query: { term: { ip: '203.0.113.0/24' } } });
    expect(found.hits.hits.map(({ _id }) => _id)).toEqual(['a']);
    // A flush writes a segment with the real codec; without the zstd library the index would turn
    // red.
    await client.indices.flush({ index, force: true });
    expect((await client.cluster.health({ index })).status).toBe('green');
  });
});

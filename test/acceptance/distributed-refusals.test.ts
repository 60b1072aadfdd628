import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { isMissing } from '../support/parts.ts';
import { startProduct } from '../support/product.ts';
import { startRedis } from '../support/redis.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(import.meta.dirname, '..', '..');

/** A start that must fail: what it said. */
async function refusal(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<string> {
  const started = startProduct(onTestFinished, { env, args });
  return started.then(
    () => 'it started',
    (error: unknown) => String(error),
  );
}

/** Runs a verb of the command line and says how it ended. */
function thapcanh(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string }> {
  const main = join(root, 'dist', 'apps', 'cli', 'main.js');
  const { promise, resolve } = Promise.withResolvers<{ code: number; text: string }>();
  execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
    resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
  });
  return promise;
}

describe.skipIf(isMissing('redis'))('a start on a cluster that cannot be relied on', () => {
  it('is refused where Redis may lose what it holds, naming each setting', async () => {
    const lax = ['--appendfsync', 'everysec', '--maxmemory-policy', 'allkeys-lru'];
    const { url } = await startRedis(onTestFinished, lax);
    const said = await refusal({ REDIS_URL: url, ELASTICSEARCH_URL: 'http://127.0.0.1:1' });
    expect(said).toContain('appendfsync is everysec, it must be always');
    expect(said).toContain('maxmemory-policy is allkeys-lru, it must be noeviction');
    expect(said).toContain('--allow-volatile');
  });

  it('is refused without Elasticsearch, and with one of the addresses alone', async () => {
    const { url } = await startRedis(onTestFinished);
    const closed = `http://127.0.0.1:${await freePort()}`;
    expect(await refusal({ REDIS_URL: url, ELASTICSEARCH_URL: closed })).toContain(
      'ELASTICSEARCH_URL cannot be used',
    );
    expect(await refusal({ REDIS_URL: url })).toContain('ELASTICSEARCH_URL');
    expect(await refusal({}, ['--role', 'engine'])).toContain('run engine needs REDIS_URL');
  });

  it('is explained by doctor, line by line', async () => {
    const { url } = await startRedis(onTestFinished, ['--appendfsync', 'everysec']);
    const env = {
      THAPCANH_DATA: tempFolder(onTestFinished),
      REDIS_URL: url,
      ELASTICSEARCH_URL: `http://127.0.0.1:${await freePort()}`,
    };
    const { code, text } = await thapcanh(['doctor'], env);
    expect(code).toBe(1);
    for (const line of [
      'WRONG  Redis: appendfsync is everysec',
      'ok     the clock of this machine agrees',
      'ok     nothing is parked',
      'WRONG  no engine is at work',
      'WRONG  Elasticsearch cannot be used',
    ]) {
      expect(text).toContain(line);
    }
    const listed = await thapcanh(['parked', 'list'], env);
    expect([listed.code, listed.text]).toEqual([0, '0 parked\n']);
  });
});

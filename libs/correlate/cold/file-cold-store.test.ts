import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';

import { tempFolder } from '../../../test/support/temp-folder.ts';
import { FileColdStore } from './file-cold-store.ts';

const part = (key: string) => ({ key, bytes: Buffer.from(`of ${key}`) });
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

it('gives back what a segment holds under each key, and nothing else', async () => {
  const folder = tempFolder(onTestFinished);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string(), { maxLength: 60 }),
      fc.string(),
      async (keys, other) => {
        const store = new FileColdStore(folder);
        await store.write('a', keys.map(part));
        for (const key of keys) expect(text(await store.read('a', key))).toBe(`of ${key}`);
        if (!keys.includes(other)) expect(await store.read('a', other)).toBeUndefined();
      },
    ),
    { numRuns: 30 },
  );
});

it('replaces a segment, lets others go, and knows none that is gone', async () => {
  const folder = tempFolder(onTestFinished);
  const store = new FileColdStore(folder);
  await store.write('a', [part('one')]);
  await store.write('a', [part('two')]);
  await store.write('b', [part('three')]);
  expect(await store.read('a', 'one')).toBeUndefined();
  await new FileColdStore(folder).keep(new Set(['b']));
  expect(readdirSync(folder)).toEqual(['b.cold']);
  expect([await store.read('a', 'two'), text(await store.read('b', 'three'))]).toEqual([
    undefined,
    'of three',
  ]);
});

it('says so when a segment is cut off', async () => {
  const folder = tempFolder(onTestFinished);
  const store = new FileColdStore(folder);
  await store.write('a', [part('one')]);
  truncateSync(join(folder, 'a.cold'), 30);
  await expect(store.read('a', 'one')).rejects.toThrow('no foot');
});

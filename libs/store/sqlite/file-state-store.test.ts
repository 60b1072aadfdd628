import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { stateStoreContract } from '../contracts/state-store.contract.ts';
import { FileStateStore } from './file-state-store.ts';

async function freshFolder(cleanUp: (undo: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-states-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'states');
}

stateStoreContract(
  'FileStateStore',
  async (cleanUp) => new FileStateStore(await freshFolder(cleanUp)),
);

describe('FileStateStore', () => {
  it('says that a snapshot is damaged instead of giving it or none', async () => {
    const folder = await freshFolder(onTestFinished);
    const states = new FileStateStore(folder);
    await states.save('x', 1, Uint8Array.of(1, 2, 3, 4));
    const file = join(folder, 'x.state');
    const content = await readFile(file);
    content[content.length - 1] = 9;
    await writeFile(file, content);
    await expect(states.load('x')).rejects.toThrow(/damaged/);
    await writeFile(file, '');
    await expect(states.load('x')).rejects.toThrow(/damaged/);
  });
});

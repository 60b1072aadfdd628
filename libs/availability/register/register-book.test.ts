import { describe, expect, it } from 'vitest';

import type { LogSource } from '#libs/model';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import { RegisterBook } from './register-book.ts';

function source(id: string, over: Partial<LogSource> = {}): LogSource {
  return {
    id,
    name: id,
    place: { province: '46' },
    addresses: [],
    hosts: [],
    zoneMinutes: 420,
    silenceFloorS: 600,
    expected: 'active',
    ...over,
  };
}

async function two() {
  const documents = new MemoryDocuments();
  const [mine, other] = [new RegisterBook(documents), new RegisterBook(documents)];
  await mine.load();
  await other.load();
  return { mine, other };
}

describe('the register', () => {
  it('takes what another process entered or removed, and tells once of each change', async () => {
    const { mine, other } = await two();
    let told = 0;
    mine.onChange(() => (told += 1));
    await mine.refresh();
    await other.save('source', [source('a', { addresses: ['10.0.0.1'] }), source('b')]);
    await mine.refresh();
    await mine.refresh();
    expect(
      mine
        .sources()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['a', 'b']);
    await other.remove('source', 'a');
    await mine.refresh();
    expect(mine.sources().map(({ id }) => id)).toEqual(['b']);
    expect(told).toBe(2);
    const taken = await mine.save('source', [source('c', { addresses: ['10.0.0.1'] })]);
    expect(taken).toEqual({ done: true });
  });

  it('gives an address and a host name to one source only, however it is written', async () => {
    const { mine, other } = await two();
    await mine.save('source', [source('a', { addresses: ['10.0.0.1'], hosts: ['FGT-1'] })]);
    const save = (over: Partial<LogSource>) => other.save('source', [source('b', over)]);
    expect(await save({ addresses: ['10.0.0.1'] })).toEqual({ reason: 'address_taken', by: 'a' });
    expect(await save({ hosts: ['fgt-1'] })).toEqual({ reason: 'host_taken', by: 'a' });
    expect(await other.save('source', [source('a', { hosts: ['fgt-1'] })])).toEqual({ done: true });
    expect(await save({ hosts: ['fgt-2'] })).toEqual({ done: true });
  });
});

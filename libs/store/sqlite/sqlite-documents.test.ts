import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it, onTestFinished } from 'vitest';

import { CENTRE } from '#libs/model';

import { documentsContract } from '../contracts/documents.contract.ts';
import { SqliteDocuments } from './sqlite-documents.ts';

async function freshFile(cleanUp: (undo: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-documents-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'documents.db');
}

documentsContract('SqliteDocuments', {
  open: async (cleanUp) => {
    const documents = new SqliteDocuments(await freshFile(cleanUp));
    cleanUp(() => documents.close());
    return documents;
  },
  runs: 12,
});

describe('SqliteDocuments', () => {
  const write = {
    kind: 'note',
    id: 'a',
    expect: 'any' as const,
    body: 'kept',
    place: { province: CENTRE },
    order: 0,
  };

  it('still has what was written after it was closed', async () => {
    const file = await freshFile(onTestFinished);
    const before = new SqliteDocuments(file);
    await before.write([write]);
    await before.close();
    const after = new SqliteDocuments(file);
    onTestFinished(() => after.close());
    expect((await after.get('note', 'a'))?.body).toBe('kept');
  });

  it('does what was asked before it was closed, and refuses what is asked after', async () => {
    const documents = new SqliteDocuments(await freshFile(onTestFinished));
    const asked = documents.write([write]);
    await documents.close();
    expect(await asked).toEqual([{ done: true, version: 1 }]);
    await expect(documents.get('note', 'a')).rejects.toThrow(/ended/);
  });

  it('refuses a file of a newer format', async () => {
    const file = await freshFile(onTestFinished);
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const documents = new SqliteDocuments(file);
    await expect(documents.get('note', 'a')).rejects.toThrow(/format 99/);
  });
});

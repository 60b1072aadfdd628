import { randomBytes } from 'node:crypto';

import { describe, expect, inject, it, onTestFinished } from 'vitest';

import { ProcessChangeLog } from '#libs/coordination';
import { RedisChangeLog, RedisLink } from '#libs/coordination/redis';
import { CENTRE, ManualClock, SystemClock } from '#libs/model';
import type { Write } from '#libs/store';

import { documentsContract } from '../../libs/store/contracts/documents.contract.ts';
import {
  Connection,
  ElasticDocuments,
  type ElasticDocumentsOptions,
} from '../../libs/store/elastic/index.ts';
import { startRedis } from '../support/redis.ts';
import { removeLeftovers } from '../support/elastic-leftovers.ts';
import { isMissing } from '../support/parts.ts';
import { until } from '../support/until.ts';

type CleanUp = (undo: () => Promise<void>) => void;

const place = { province: CENTRE };
const write = (id: string, more: Partial<Write> = {}): Write => ({
  kind: 'note',
  id,
  expect: 'any',
  body: id,
  place,
  order: 0,
  ...more,
});

describe.skipIf(isMissing('elasticsearch'))('documents in Elasticsearch', () => {
  const server = inject('elasticsearch');

  function freshPrefix(cleanUp: CleanUp): string {
    const prefix = `${server?.indexPrefix}${randomBytes(4).toString('hex')}-`;
    cleanUp(() => removeLeftovers(server?.url ?? '', prefix));
    return prefix;
  }

  async function openDocuments(
    cleanUp: CleanUp,
    prefix: string,
    options: Partial<ElasticDocumentsOptions> = {},
  ): Promise<ElasticDocuments> {
    const connection = new Connection({ urls: [server?.url ?? ''], prefix });
    cleanUp(() => connection.close());
    const documents = new ElasticDocuments(connection, { clock: new SystemClock(), ...options });
    cleanUp(() => documents.close());
    await documents.open();
    return documents;
  }

  documentsContract('ElasticDocuments', {
    open: (cleanUp) => openDocuments(cleanUp, freshPrefix(cleanUp)),
    runs: 3,
  });

  documentsContract('ElasticDocuments with a copy in memory', {
    open: (cleanUp) =>
      openDocuments(cleanUp, freshPrefix(cleanUp), {
        held: { alert: { status: 'new' }, incident: 'all', note: 'all' },
        changes: new ProcessChangeLog(),
      }),
    runs: 3,
  });

  const held = { note: 'all', incident: { open: 'yes' } } as const;

  it('shows another process a change at once, through the change log', async () => {
    const prefix = freshPrefix(onTestFinished);
    const changes = new ProcessChangeLog();
    const one = await openDocuments(onTestFinished, prefix, { held, changes });
    const other = await openDocuments(onTestFinished, prefix, { held, changes });
    await one.write([write('a', { kind: 'incident', keys: { open: 'yes' } }), write('b')]);
    const open = { scope: place, keys: { open: 'yes' }, limit: 10 };
    await until('the other has both', async () => {
      const rows = [
        ...(await other.list('incident', open)).rows,
        ...(await other.list('note', { scope: place, limit: 10 })).rows,
      ];
      return rows.length === 2 ? true : undefined;
    });
    await one.write([
      write('a', { kind: 'incident', expect: 1, keys: { open: 'no' } }),
      write('b', { expect: 1, body: null }),
    ]);
    await until('the other lists neither', async () => {
      const { total } = await other.list('incident', open);
      const notes = await other.list('note', { scope: place, limit: 10 });
      return total + notes.total === 0 ? true : undefined;
    });
    expect((await other.get('incident', 'a'))?.version).toBe(2);
  });

  it.skipIf(isMissing('redis'))(
    'hears of changes through Redis, and through the index alone while Redis stands still',
    async () => {
      const redis = await startRedis(onTestFinished);
      const link = new RedisLink(redis.url, 'documents');
      onTestFinished(() => link.close());
      const changes = new RedisChangeLog(link, 1_000);
      const prefix = freshPrefix(onTestFinished);
      const one = await openDocuments(onTestFinished, prefix, { held, changes });
      const other = await openDocuments(onTestFinished, prefix, { held, changes });
      const total = async () => (await other.list('note', { scope: place, limit: 9 })).total;
      await one.write([write('a')]);
      await until('the other has it', async () => ((await total()) === 1 ? true : undefined));
      process.kill(redis.pid, 'SIGSTOP');
      await one.write([write('b')]);
      await until('the other has it all the same', async () =>
        (await total()) === 2 ? true : undefined,
      );
      process.kill(redis.pid, 'SIGCONT');
      await one.write([write('a', { expect: 1, body: null })]);
      await until('the other has lost it', async () => ((await total()) === 1 ? true : undefined));
    },
  );

  it('fills up from the index after the change log was lost, and at the start', async () => {
    const prefix = freshPrefix(onTestFinished);
    const before = await openDocuments(onTestFinished, prefix);
    await before.write(Array.from({ length: 30 }, (_, at) => write(`n${at}`)));
    const changes = new ProcessChangeLog();
    const subject = await openDocuments(onTestFinished, prefix, { held, changes });
    expect((await subject.list('note', { scope: place, limit: 50 })).total).toBe(30);
    // Written by one that could tell nobody, then the log loses what stood in it.
    await before.write([write('untold'), write('n0', { body: null })]);
    await changes.append('documents', [{}, {}]);
    await changes.append('documents', [{}]);
    await changes.trim('documents', 3);
    const names = async () => {
      const { rows } = await subject.list('note', { scope: place, limit: 50 });
      return rows.map(({ id }) => id);
    };
    await until('the copy is whole again', async () => {
      const found = await names();
      return found.includes('untold') && !found.includes('n0') ? true : undefined;
    });
  });

  it('gives two writers at once one winner for each version, and a number once', async () => {
    const prefix = freshPrefix(onTestFinished);
    const [one, other] = await Promise.all([
      openDocuments(onTestFinished, prefix, { held }),
      openDocuments(onTestFinished, prefix, { held }),
    ]);
    await one.write([write('a')]);
    const pairs = Array.from({ length: 10 }, (_, at) => at + 1);
    for (const version of pairs) {
      const results = await Promise.all(
        [one, other].map((by) => by.write([write('a', { expect: version, body: version })])),
      );
      expect(results.flat().filter(({ done }) => done)).toHaveLength(1);
    }
    // A number is a document of its name that points to the incident; a conflict is the next
    // number.
    const take = async (by: ElasticDocuments, incident: string): Promise<number> => {
      for (let number = 1; ; number++) {
        const [taken] = await by.write([
          write(`SC-${number}`, { kind: 'number', expect: 'absent', body: incident }),
        ]);
        if (taken?.done === true) return number;
      }
    };
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, at) => take(at % 2 === 0 ? one : other, `i${at}`)),
    );
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  });

  it('lets the remains of removed documents go after a day, and nothing else', async () => {
    const prefix = freshPrefix(onTestFinished);
    const clock = new ManualClock(1_000_000);
    const documents = await openDocuments(onTestFinished, prefix, { clock });
    await documents.write([write('a'), write('b'), write('c')]);
    await documents.write([write('a', { body: null }), write('b', { body: null })]);
    expect(await documents.sweep()).toBe(0);
    await documents.write([write('b', { expect: 'absent' })]);
    clock.advance(2 * 86_400_000);
    expect(await documents.sweep()).toBe(1);
    const { rows } = await documents.list('note', { scope: place, limit: 10 });
    expect(rows.map(({ id, version }) => [id, version])).toEqual([
      ['c', 1],
      ['b', 1],
    ]);
    expect(await documents.write([write('a', { expect: 'absent' })])).toEqual([
      { done: true, version: 1 },
    ]);
  });

  it('knows its own write again whose answer was lost', async () => {
    const prefix = freshPrefix(onTestFinished);
    const connection = new Connection({ urls: [server?.url ?? ''], prefix });
    onTestFinished(() => connection.close());
    const documents = new ElasticDocuments(connection, { clock: new SystemClock() });
    await documents.open();
    const ask = connection.ask.bind(connection);
    let lost = 0;
    connection.ask = async (what) => {
      const reply = await ask(what);
      if (what.path.endsWith('_bulk') && lost++ < 2) throw new Error('the connection broke');
      return reply as never;
    };
    const results = await documents.write([
      write('a', { expect: 'absent' }),
      write('b', { body: null }),
      write('c', { expect: 'any' }),
    ]);
    expect(results.map(({ done }) => done)).toEqual([true, true, true]);
    expect(await documents.write([write('a', { expect: 1, body: 'two' })])).toEqual([
      { done: true, version: 2 },
    ]);
    expect((await documents.get('note', 'a'))?.body).toBe('two');
  });
});

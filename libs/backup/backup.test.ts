import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { eventOf, ManualClock, type Event } from '#libs/model';

import { tempFolder } from '../../test/support/temp-folder.ts';
import {
  ArchiveReader,
  type BackupSource,
  differencesFrom,
  makeBackup,
  restoreBackup,
  type RestoreMarks,
  type RestoreSink,
  type StoredDocument,
  type StoredFile,
  type StoredState,
} from './index.ts';

const clock = new ManualClock(Date.UTC(2026, 10, 23));

/** A product in memory: what a backup is taken from and put into. */
class Store implements BackupSource, RestoreSink {
  readonly kept = new Map<string, StoredDocument>();
  readonly stateOf = new Map<string, StoredState>();
  readonly fileOf = new Map<string, StoredFile>();
  readonly eventOf = new Map<string, { day: string; event: Event }>();
  /** Calls until one fails, as if the process ended there. */
  endsAfter = Infinity;
  calls = 0;

  states = () => this.stateOf.values();
  files = () => this.fileOf.values();
  *everyDocument() {
    const all = [...this.kept.values()];
    for (let at = 0; at < all.length; at += 3) yield all.slice(at, at + 3);
  }
  *everyEvent() {
    for (const { day, event } of this.eventOf.values()) yield { day, rows: [event] };
  }

  #call(): Promise<void> {
    this.calls += 1;
    if (this.calls > this.endsAfter) return Promise.reject(new Error('killed'));
    return Promise.resolve();
  }

  state = (state: StoredState): Promise<void> => {
    this.stateOf.set(state.name, { ...state, snapshot: Buffer.from(state.snapshot) });
    return this.#call();
  };
  file = (file: StoredFile): Promise<void> => {
    this.fileOf.set(file.path, { ...file, bytes: Buffer.from(file.bytes) });
    return this.#call();
  };
  documents = ((rows?: readonly StoredDocument[]) => {
    if (rows === undefined) return this.everyDocument();
    for (const row of rows) this.kept.set(`${row.kind} ${row.id}`, row);
    return this.#call();
  }) as unknown as BackupSource['documents'] & RestoreSink['documents'];
  events = ((group?: number, day: string = '', rows: readonly Event[] = []) => {
    if (group === undefined) return this.everyEvent();
    for (const event of rows) this.eventOf.set(event.id, { day, event });
    return this.#call();
  }) as unknown as BackupSource['events'] & RestoreSink['events'];
}

class Marks implements RestoreMarks {
  backup: string | undefined;
  entries = 0;

  begin(backup: string): Promise<number | 'foreign'> {
    if (this.backup !== undefined && this.backup !== backup) return Promise.resolve('foreign');
    this.backup = backup;
    return Promise.resolve(this.entries);
  }

  done(_backup: string, entries: number): Promise<void> {
    this.entries = entries;
    return Promise.resolve();
  }
}

function filled(): Store {
  const store = new Store();
  for (let n = 0; n < 10; n += 1) {
    const kind = n % 2 === 0 ? 'incident' : 'user';
    const row = {
      kind,
      id: `${n}`,
      place: { province: '46' },
      order: n,
      keys: { state: 'new' },
      body: { title: 'Dò mật khẩu ở Huế', n },
    };
    store.kept.set(`${kind} ${n}`, row);
  }
  const hidden = { kind: 'session', id: 's', place: { province: '00' }, order: 0, keys: {} };
  store.kept.set('session s', { ...hidden, body: {} });
  store.stateOf.set('detect', { name: 'detect', position: 77, snapshot: Buffer.from([0, 255]) });
  store.fileOf.set('mask.key', { path: 'mask.key', bytes: Buffer.from('key') });
  for (let n = 0; n < 5; n += 1) {
    const event = eventOf({ id: `e${n}`, time: n, received: n, fields: { message: `dòng ${n}` } });
    store.eventOf.set(event.id, { day: '2026-11-23', event });
  }
  return store;
}

async function backedUp(): Promise<{ file: string; source: Store }> {
  const file = join(tempFolder(onTestFinished), 'a.thapcanh');
  const source = filled();
  await makeBackup(source, { file, version: '1', clock, events: true });
  return { file, source };
}

describe('a backup', () => {
  it('brings back everything but sessions, equal in contents', async () => {
    const { file, source } = await backedUp();
    const target = new Store();
    const restored = await restoreBackup({ file, marks: new Marks(), sink: () => target });
    if (!restored.done) throw new Error(restored.reason);
    expect(target.kept.has('session s')).toBe(false);
    source.kept.delete('session s');
    expect([...target.kept]).toEqual([...source.kept]);
    expect([...target.stateOf]).toEqual([...source.stateOf]);
    expect([...target.fileOf]).toEqual([...source.fileOf]);
    expect([...target.eventOf.keys()]).toEqual([...source.eventOf.keys()]);
    expect(restored.end).toMatchObject({ documents: { incident: 5, user: 5 } });
    expect(await differencesFrom(restored.end, target)).toEqual([]);
  });

  it('is told apart from a target that lacks or changed something', async () => {
    const { file } = await backedUp();
    const target = new Store();
    const restored = await restoreBackup({ file, marks: new Marks(), sink: () => target });
    if (!restored.done) throw new Error(restored.reason);
    const row = target.kept.get('incident 0') as StoredDocument;
    target.kept.set('incident 0', { ...row, body: { n: 'other' } });
    target.eventOf.delete('e1');
    expect(await differencesFrom(restored.end, target)).toEqual([
      'documents differ in their contents',
      'events of day 2026-11-23: 4 instead of 5',
      'events differ in their ids',
    ]);
  });

  it('goes on after every place where a restore can be cut off', async () => {
    const { file, source } = await backedUp();
    source.kept.delete('session s');
    for (let cut = 0; cut < 12; cut += 1) {
      const marks = new Marks();
      const target = new Store();
      target.endsAfter = cut;
      const cutOff = restoreBackup({ file, marks, sink: () => target });
      await cutOff.catch((error: Error) => expect(error.message).toBe('killed'));
      target.endsAfter = Infinity;
      const again = await restoreBackup({ file, marks, sink: () => target });
      if (!again.done) throw new Error(again.reason);
      expect(await differencesFrom(again.end, target)).toEqual([]);
      expect(target.kept.size).toBe(source.kept.size);
    }
  });

  it('refuses a target that holds something else', async () => {
    const { file } = await backedUp();
    const marks = new Marks();
    marks.backup = 'another';
    const target = new Store();
    expect(await restoreBackup({ file, marks, sink: () => target })).toEqual({
      done: false,
      reason: 'target_not_empty',
    });
    expect(target.calls).toBe(0);
  });

  it('with a flipped byte is refused in words, or brings back the very same', async () => {
    const { file, source } = await backedUp();
    source.kept.delete('session s');
    const whole = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        writeFileSync(`${file}.x`, damaged);
        const target = new Store();
        const result = await restoreBackup({
          file: `${file}.x`,
          marks: new Marks(),
          sink: () => target,
        }).catch((error: Error) => {
          expect(error.name).toBe('PermanentError');
          expect(target.calls).toBe(0);
          return undefined;
        });
        // The zeros between the entries carry nothing, and neither does the name of the version.
        if (result?.done === true) expect([...target.kept]).toEqual([...source.kept]);
      }),
      { numRuns: 300 },
    );
  });

  it('that was cut off at any byte is refused', async () => {
    const { file } = await backedUp();
    const whole = readFileSync(file);
    for (const share of [0, 0.1, 0.5, 0.9]) {
      writeFileSync(`${file}.x`, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(ArchiveReader.open(`${file}.x`)).rejects.toMatchObject({
        name: 'PermanentError',
      });
    }
  });

  it('that fails leaves no file', async () => {
    const file = join(tempFolder(onTestFinished), 'a.thapcanh');
    const source = filled();
    source.fileOf.set('x'.repeat(200), { path: 'x'.repeat(200), bytes: Buffer.from('') });
    await expect(makeBackup(source, { file, version: '1', clock, events: false })).rejects.toThrow(
      'too long a name',
    );
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  });

  it('is an archive that tar lists', async () => {
    const { file } = await backedUp();
    const { execFileSync } = await import('node:child_process');
    const names = execFileSync('tar', ['tf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual(
      expect.arrayContaining([
        'manifest.json',
        'state/detect',
        'files/mask.key',
        'documents/000001.ndjson.zst',
        'end.json',
      ]),
    );
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ManualClock } from '#libs/model';

import { eventStoreContract } from '../contracts/event-store.contract.ts';
import { EventAnswers, type Answer, type Question } from './event-answers.ts';
import { openEventReader, type EventReader } from './event-reader.ts';
import { openEventWriter } from './event-writer.ts';
import { SqliteEventStore, type EventWriting } from './sqlite-event-store.ts';

type CleanUp = (undo: () => Promise<void>) => void;

async function freshFolder(cleanUp: CleanUp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-events-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The writer without its thread, as the pipeline uses it. */
function writingHere(folder: string): EventWriting {
  const writer = openEventWriter(folder, {
    clock: new ManualClock(0),
    flushEvents: 3,
    openDays: 2,
  });
  return {
    append: (batch) => {
      writer.append(batch);
      writer.flush();
      return Promise.resolve();
    },
    dropBefore: (before) => Promise.resolve({ days: writer.dropBefore(before) }),
    counts: () => Promise.resolve({ position: writer.position(), ...writer.counts() }),
    close: () => Promise.resolve(writer.close()),
  };
}

/** The answers without their thread. */
function readerHere(folder: string): EventReader {
  const answers = new EventAnswers(folder, { openDays: 1, columnBytes: 20_000, blockBytes: 9_000 });
  const ask = (question: Question): Promise<Answer> => {
    const start = performance.now();
    const work = answers.begin(question, () => performance.now() - start);
    for (;;) {
      const step = work.next();
      if (step.done === true) return Promise.resolve(step.value);
    }
  };
  return {
    search: (request) => ask({ kind: 'search', request }) as ReturnType<EventReader['search']>,
    histogram: (request) =>
      ask({ kind: 'histogram', request }) as ReturnType<EventReader['histogram']>,
    top: (request) => ask({ kind: 'top', request }) as ReturnType<EventReader['top']>,
    days: () => ask({ kind: 'facts' }) as ReturnType<EventReader['days']>,
    close: () => Promise.resolve(answers.close()),
  };
}

eventStoreContract('SqliteEventStore, read by a thread of its own', {
  open: async (cleanUp) => {
    const folder = await freshFolder(cleanUp);
    const store = new SqliteEventStore(writingHere(folder), openEventReader(folder));
    cleanUp(() => store.close());
    return store;
  },
  settle: () => Promise.resolve(),
  runs: 2,
});

eventStoreContract('SqliteEventStore in one thread, with little room', {
  open: async (cleanUp) => {
    const folder = await freshFolder(cleanUp);
    const store = new SqliteEventStore(writingHere(folder), readerHere(folder));
    cleanUp(() => store.close());
    return store;
  },
  settle: () => Promise.resolve(),
  runs: 15,
});

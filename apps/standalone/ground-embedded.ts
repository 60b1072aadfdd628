import { join } from 'node:path';

import { ProcessBroadcast, ProcessLease } from '#libs/coordination';
import {
  FileStateStore,
  openEventKeeper,
  openEventReader,
  savedEventPosition,
  SqliteDocuments,
  SqliteEventStore,
} from '#libs/store';

import { PipelineHost } from '../engine/pipeline/pipeline-host.ts';
import { DETECT_STATE } from '../engine/pipeline/pipeline.ts';
import type { Ground } from './work.ts';

/** Everything in the data folder and in this process. */
export function openEmbedded(folder: string): Promise<Ground> {
  const events = join(folder, 'events');
  const documents = new SqliteDocuments(join(folder, 'documents.db'));
  const states = new FileStateStore(join(folder, 'state'));
  const reader = openEventReader(events);
  const keeper = openEventKeeper(events);
  return Promise.resolve({
    platform: 'embedded',
    documents,
    lease: new ProcessLease(),
    broadcast: new ProcessBroadcast(),
    chain: () => 'main',
    maskKey: (own) => Promise.resolve(own),
    floor: async () => {
      const detected = (await states.load(DETECT_STATE))?.position ?? 0;
      return Math.max(detected, savedEventPosition(events), 0);
    },
    startWork: (start, mine, onDeath) => new PipelineHost(start, mine, onDeath),
    events: (figures) =>
      new SqliteEventStore(
        {
          append: () => Promise.reject(new TypeError('only the pipeline appends events')),
          dropBefore: (before) => figures().dropBefore(before),
          counts: () => {
            const { indexed: position, repeats } = figures();
            return Promise.resolve({ position, repeats });
          },
          close: () => Promise.resolve(),
        },
        reader,
      ),
    sealDue: async (now) => {
      await keeper.sealDue(now);
    },
    health: () => [],
    close: async () => {
      await keeper.close();
      await reader.close();
      await documents.close();
    },
  });
}

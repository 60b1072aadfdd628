import { SqliteEventStore, type EventReader } from '#libs/store';

import type { Engine } from './engine.ts';

/** The event store whose writer lies in the pipeline's thread: only the pipeline appends. */
export function pipelineEventStore(reader: EventReader, engine: Engine): SqliteEventStore {
  return new SqliteEventStore(
    {
      append: () => Promise.reject(new TypeError('only the pipeline appends events')),
      dropBefore: (before) => engine.dropBefore(before),
      counts: () =>
        Promise.resolve({
          position: engine.state?.indexed ?? 0,
          repeats: engine.state?.writer.repeats ?? 0,
        }),
      close: () => Promise.resolve(),
    },
    reader,
  );
}

import { workerData } from 'node:worker_threads';

import { SystemClock, type Batch } from '#libs/model';

import { openEventWriter, type EventWriterCounts } from './event-writer.ts';
import { answerCalls, type Answering } from './thread-answers.ts';

export type WriteOrder =
  | { readonly kind: 'append'; readonly batch: Batch }
  | { readonly kind: 'drop'; readonly before: number }
  | { readonly kind: 'counts' };

export type WriteAnswer =
  | { readonly days: readonly string[] }
  | { readonly counts: EventWriterCounts; readonly position: number }
  | undefined;

const { folder } = workerData as { readonly folder: string };
const writer = openEventWriter(folder, { clock: new SystemClock() });
/** Appends that wait for the flush that all of them share. */
let waiting: Answering<WriteAnswer>[] = [];

function flushWaiting(): void {
  const group = waiting;
  waiting = [];
  try {
    writer.checkpoint();
    for (const { done } of group) done(undefined);
  } catch (error) {
    for (const { failed } of group) failed(error);
  }
}

answerCalls<WriteOrder, WriteAnswer>(
  (order, answering) => {
    if (order.kind === 'append') {
      writer.append(order.batch);
      if (waiting.push(answering) === 1) setImmediate(flushWaiting);
    } else if (order.kind === 'drop') answering.done({ days: writer.dropBefore(order.before) });
    else {
      writer.flush();
      answering.done({ counts: writer.counts(), position: writer.position() });
    }
  },
  () => {
    flushWaiting();
    writer.close();
  },
);

import { workerData } from 'node:worker_threads';

import type { Doc, ListRequest, Page, Write, WriteResult } from '../ports.ts';
import { DocumentsFile } from './documents-file.ts';
import { answerCalls, type Answering } from './thread-answers.ts';

export type DocumentsOrder =
  | { readonly kind: 'get'; readonly of: string; readonly id: string }
  | { readonly kind: 'write'; readonly writes: readonly Write[] }
  | { readonly kind: 'list'; readonly of: string; readonly request: ListRequest };

export type DocumentsAnswer = Doc<unknown> | undefined | readonly WriteResult[] | Page<unknown>;

interface Waiting {
  readonly writes: readonly Write[];
  readonly answering: Answering<DocumentsAnswer>;
}

/** Orders of one group commit; what comes beyond waits for the next. */
const GROUP_MAX = 2_000;

const { file } = workerData as { readonly file: string };
const documents = new DocumentsFile(file);
let waiting: Waiting[] = [];

/** Makes all that waits durable at once. */
function commitWaiting(): void {
  const group = waiting;
  waiting = [];
  if (group.length === 0) return;
  try {
    const results = documents.write(group.map(({ writes }) => writes));
    group.forEach(({ answering }, index) => answering.done(results[index]));
  } catch (error) {
    for (const { answering } of group) answering.failed(error);
  }
}

answerCalls<DocumentsOrder, DocumentsAnswer>(
  (order, answering) => {
    if (order.kind === 'write') {
      waiting.push({ writes: order.writes, answering });
      if (waiting.length === 1) setImmediate(commitWaiting);
      if (waiting.length >= GROUP_MAX) commitWaiting();
      return;
    }
    // Who asks after writing sees what was written.
    commitWaiting();
    if (order.kind === 'get') answering.done(documents.get(order.of, order.id));
    else answering.done(documents.list(order.of, order.request));
  },
  () => {
    commitWaiting();
    documents.close();
  },
);

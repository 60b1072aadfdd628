import { workerData } from 'node:worker_threads';

import type { CatalogOptions } from './catalog.ts';
import { EventAnswers, type Answer, type Question } from './event-answers.ts';
import { answerCalls } from './thread-answers.ts';
import { Turns } from './turns.ts';

/** What the thread is given at its start. */
export interface SearchThreadData {
  readonly folder: string;
  readonly options: CatalogOptions;
}

const LIMITS = { sliceMs: 8, togetherMax: 8, waitingMax: 256 };

const { folder, options } = workerData as SearchThreadData;
const answers = new EventAnswers(folder, options);
const turns = new Turns<Answer>(LIMITS);

answerCalls<Question, Answer>(
  (question, { done, failed }) => {
    const start = performance.now();
    turns.add({ work: answers.begin(question, () => performance.now() - start), done, failed });
  },
  () => answers.close(),
);

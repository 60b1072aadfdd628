import { parentPort } from 'node:worker_threads';

/** Where the answer to one question goes; exactly one of the two is called once. */
export interface Answering<A> {
  readonly done: (answer: A) => void;
  readonly failed: (error: unknown) => void;
}

type Call<Q> = { readonly id: number; readonly question: Q } | { readonly close: true };

/**
 * The thread's side of `ThreadCalls`: gives each question to `serve`, and calls `close` before the
 * thread ends.
 */
export function answerCalls<Q, A>(
  serve: (question: Q, answering: Answering<A>) => void,
  close: () => void,
): void {
  parentPort?.on('message', (call: Call<Q>) => {
    if ('close' in call) {
      close();
      parentPort?.close();
      return;
    }
    const { id } = call;
    const answering: Answering<A> = {
      done: (answer) => parentPort?.postMessage({ id, answer }, []),
      failed: (error) => {
        const told = error instanceof Error ? error : new Error(String(error));
        parentPort?.postMessage({ id, error: told }, []);
      },
    };
    try {
      serve(call.question, answering);
    } catch (error) {
      answering.failed(error);
    }
  });
}

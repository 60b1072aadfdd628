import type { Readable, Writable } from 'node:stream';

/** The streams of a verb: data goes to `out`, words for people to `err`. */
export interface Io {
  readonly in: Readable;
  readonly out: Writable;
  readonly err: Writable;
}

/** Exit statuses of the command line (interfaces.md, Command line). */
export const EXIT = { done: 0, wrong: 1, usage: 2 } as const;

/** One verb of `thapcanh`. `run` gives the exit status and never ends the process itself. */
export interface Verb {
  readonly name: string;
  /** One line of the list of verbs. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<number>;
}

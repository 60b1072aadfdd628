import type { Notice } from './notice.ts';

/** The receiver asks to wait at least this long, ms. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** A way to reach people. */
export abstract class Channel {
  abstract readonly name: string;
  /**
   * Resolves once the other side took the notice, and with it in the same message what else is to
   * be told. Throws `PermanentError` when it never will, `TryLater` when it asks for time, anything
   * else when trying again may help.
   */
  abstract send(notice: Notice, also: readonly Notice[]): Promise<void>;
  /** Gives back what it holds open. */
  abstract close(): Promise<void>;
}

import type { Io } from '../verb.ts';

const FIRST_MS = 2_000;
const EVERY_MS = 200;
const WIDTH = 24;

/** A line on a terminal that shows how far something is, once it takes longer than two seconds. */
export class ProgressLine {
  readonly #err: Io['err'];
  readonly #shown: boolean;
  #next = performance.now() + FIRST_MS;
  #drawn = false;

  constructor({ err }: Io) {
    this.#err = err;
    this.#shown = 'isTTY' in err && err.isTTY === true;
  }

  tell(what: string, done: number, total?: number): void {
    if (!this.#shown || performance.now() < this.#next) return;
    this.#next = performance.now() + EVERY_MS;
    this.#drawn = true;
    const count = done.toLocaleString('en-GB');
    const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
    const full = Math.round(WIDTH * (share ?? 0));
    const bar =
      share === undefined
        ? ''
        : ` [${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${Math.floor(100 * share)} %`;
    this.#err.write(`\r\u001B[K${what}${bar} ${count}`);
  }

  end(): void {
    if (this.#drawn) this.#err.write('\r\u001B[K');
  }
}

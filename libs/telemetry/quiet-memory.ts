import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often a thread looks whether it is quiet, ms. */
const LOOK_MS = 15_000;
/** Busy for less than this between two looks, CPU ms, a thread is quiet. */
const QUIET_CPU_MS = 500;
/** Work of a thread, CPU ms, after which its memory is worth collecting. */
const WORTH_CPU_MS = 1_000;

/** Empty room of a heap, bytes, that is worth a collection which also gives pages back. */
const SLACK_BYTES = 24 * 1_048_576;
/** Of a heap with more than this in use, bytes, such a collection would take too long. */
const THOROUGH_BYTES_MAX = 160 * 1_048_576;

type Collect = (how?: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** When a thread that worked has become quiet: its memory is then collected once. */
export class QuietWatch {
  #worked = 0;

  /**
   * True when memory is to be collected now; `cpuMs` is what the thread used since the last look.
   */
  looks(cpuMs: number): boolean {
    this.#worked += cpuMs;
    if (cpuMs > QUIET_CPU_MS || this.#worked < WORTH_CPU_MS) return false;
    this.#worked = 0;
    return true;
  }
}

/**
 * Gives back the memory that this thread took while it was busy, once it is quiet: V8 keeps the
 * room for young objects at the size of the busiest time until the next collection, and a thread
 * without work has none. Never keeps the process alive.
 */
export function collectWhenQuiet(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  const watch = new QuietWatch();
  let before = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    before = process.threadCpuUsage();
    if (!watch.looks((user + system) / 1_000)) return;
    giveBack(collect);
    // The collection itself is no work.
    before = process.threadCpuUsage();
  }, LOOK_MS).unref();
}

/** An ordinary collection leaves most pages with the heap: they are half empty, or young. */
function giveBack(collect: Collect): void {
  collect();
  const { total_heap_size: total, used_heap_size: used } = getHeapStatistics();
  if (total - used < SLACK_BYTES || used > THOROUGH_BYTES_MAX) return;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

import type { HealthLine } from '#libs/protocol';

/** Gives one line of the health page as it is now; must be quick and never throw on purpose. */
export type LineSource = () => HealthLine | readonly HealthLine[];

const BROKEN: HealthLine['text'] = {
  vi: 'Không đọc được tình trạng; xem nhật ký của máy chủ.',
  en: 'Its state cannot be read; see the log of the server.',
};

/**
 * Every door, stage, job and store tells its state here; the health page and /metrics read nothing
 * else.
 */
export class HealthBoard {
  readonly #sources = new Map<string, LineSource>();
  readonly #isNeeded: (line: HealthLine) => boolean;

  /** `isNeeded` says which lines must not be down for this process to be of use to its callers. */
  constructor(isNeeded: (line: HealthLine) => boolean = ({ group }) => group !== 'job') {
    this.#isNeeded = isNeeded;
  }

  /** A later source of the same id replaces the earlier one. */
  add(id: string, source: LineSource): void {
    this.#sources.set(id, source);
  }

  /** What is needed and down: none of it, and this process is ready. */
  failing(): readonly HealthLine[] {
    return this.lines().filter((line) => line.state === 'down' && this.#isNeeded(line));
  }

  lines(): readonly HealthLine[] {
    return [...this.#sources].flatMap(([id, source]) => {
      try {
        return source();
      } catch {
        // A line that cannot be read is itself what the duty officer must see.
        const name = { vi: id, en: id };
        return { id, group: 'stage', state: 'down', name, text: BROKEN, figures: {} } as const;
      }
    });
  }
}

import { CENTRE, type Clock } from '#libs/model';
import type { Documents } from '#libs/store';

/** Documents of runs, one for each job and due time; they go with other old documents. */
export const RUN_KIND = 'job-run';
/** Processes see the same due time although their clocks differ by less than half of this. */
const MINUTE_MS = 60_000;

/** Who runs a job at a due time: whoever creates the document of that run. */
export class RunClaims {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #name: string;

  /** `name` is this process's, for people who look. */
  constructor(documents: Documents, clock: Clock, name: string) {
    this.#documents = documents;
    this.#clock = clock;
    this.#name = name;
  }

  /** Whether the run of a calendar job that is due now is this process's; durable when true. */
  async claim(job: string): Promise<boolean> {
    const now = this.#clock.now();
    const due = Math.round(now / MINUTE_MS) * MINUTE_MS;
    const [result] = await this.#documents.write([
      {
        kind: RUN_KIND,
        id: `${job} ${new Date(due).toISOString()}`,
        expect: 'absent',
        body: { job, due, by: this.#name, at: now },
        place: { province: CENTRE },
        order: due,
      },
    ]);
    return result?.done === true;
  }
}

import type { ProbeRunner } from './probe/probe-runner.ts';
import type { Localities } from './register/localities.ts';
import type { RegisterBook } from './register/register-book.ts';
import type { SourceTracker } from './silence/source-tracker.ts';

/** The parts of availability that pages and jobs ask. */
export class Availability {
  readonly register: RegisterBook;
  readonly tracker: SourceTracker;
  readonly probes: ProbeRunner;
  readonly localities: Localities;

  constructor(
    register: RegisterBook,
    tracker: SourceTracker,
    probes: ProbeRunner,
    localities: Localities,
  ) {
    this.register = register;
    this.tracker = tracker;
    this.probes = probes;
    this.localities = localities;
  }
}

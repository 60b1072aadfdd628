import { verdictRecord, type Verdict } from '#libs/availability';
import { CENTRE, type Clock } from '#libs/model';
import type { Spool } from '#libs/spool';

/**
 * Puts events of our own into the spool; one body each, so that each keeps its id when it is told
 * again.
 */
export class SelfDoor {
  readonly #spool: Spool;
  readonly #clock: Clock;

  constructor(spool: Spool, clock: Clock) {
    this.#spool = spool;
    this.#clock = clock;
  }

  /**
   * Resolves once all would survive a crash; throws when the spool takes nothing, so that it is
   * told again.
   */
  async tell(verdicts: readonly Verdict[]): Promise<void> {
    const results = await Promise.all(verdicts.map((verdict) => this.#append(verdict)));
    const refused = results.find((result) => 'refused' in result);
    if (refused !== undefined && 'refused' in refused) {
      throw new Error(`the spool refuses our own events: ${refused.refused}`);
    }
  }

  #append(verdict: Verdict): ReturnType<Spool['append']> {
    return this.#spool.append(
      {
        input: 'self',
        format: 'ndjson',
        received: this.#clock.now(),
        encoding: 'identity',
        place: { province: CENTRE },
        batch: verdict.id,
      },
      Buffer.from(JSON.stringify(verdictRecord(verdict))),
    );
  }
}

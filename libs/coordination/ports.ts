/**
 * A lease that is held; `fence` grows with every new holder, so that a former one can be told
 * apart.
 */
export interface Held {
  readonly fence: number;
  release(): Promise<void>;
}

/** At most one holder per name in the whole cluster. */
export abstract class Lease {
  /**
   * `undefined` when another holds it. Kept alive until released or this process dies; `onLost`
   * hears when it could not be kept: what is done under it must then end at once.
   */
  abstract take(name: string, onLost?: () => void): Promise<Held | undefined>;
}

/**
 * Tells every process of the cluster, this one included. Best effort; state that matters is in
 * documents.
 */
export abstract class Broadcast {
  /** Topic that every process hears for itself when it may have missed what others told. */
  static readonly GAP = 'gap';
  abstract tell(topic: string, message: unknown): void;
  /** The returned function ends the listening. */
  abstract listen(topic: string, hear: (message: unknown) => void): () => void;
}

/** One entry of a change log; numbers of a log grow by one. */
export interface Change {
  readonly number: number;
  readonly body: unknown;
}

/** What a change log holds. `oldest` is `newest + 1` when it holds nothing. */
export interface ChangeSpan {
  /** Other than before once the log was lost and began anew: positions mean nothing then. */
  readonly life: string;
  readonly oldest: number;
  readonly newest: number;
}

/**
 * Numbered changes that every process of the cluster reads from a position of its own. The oldest
 * are dropped beyond a limit or when trimmed: a reader whose next number is older than `oldest`, or
 * who finds another `life`, has a gap and fills up from where the state itself lies. Bodies are
 * what JSON can hold. At least once: a body may stand twice after a broken connection.
 */
export abstract class ChangeLog {
  /** Resolves with the number of the last body once all would survive a crash. */
  abstract append(log: string, bodies: readonly unknown[]): Promise<number>;
  /**
   * Changes with numbers above `after`, oldest first, at most `limit`; waits up to `waitMs` for the
   * first. Does not tell of a gap: compare `number` of the first with `after + 1`, or ask `span`.
   */
  abstract read(
    log: string,
    after: number,
    limit: number,
    waitMs?: number,
  ): Promise<readonly Change[]>;
  abstract span(log: string): Promise<ChangeSpan>;
  /** Drops the changes up to and including `number`. */
  abstract trim(log: string, number: number): Promise<void>;
}

/** A process that says that it is there. */
export interface Member {
  readonly id: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Who takes part: each process signs every second or so, and is forgotten soon after it stops. */
export abstract class Roster {
  /** Resolves once the others can see it; `facts` replace those of before. */
  abstract sign(role: string, id: string, facts: Member['facts']): Promise<void>;
  abstract leave(role: string, id: string): Promise<void>;
  /** Those that signed within the last ten seconds, by id. */
  abstract present(role: string): Promise<readonly Member[]>;
}

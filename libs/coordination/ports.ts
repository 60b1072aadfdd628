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
  /** `undefined` when another holds it. Kept alive until released or this process dies. */
  abstract take(name: string): Promise<Held | undefined>;
}

/**
 * Tells every process of the cluster, this one included. Best effort; state that matters is in
 * documents.
 */
export abstract class Broadcast {
  abstract tell(topic: string, message: unknown): void;
  /** The returned function ends the listening. */
  abstract listen(topic: string, hear: (message: unknown) => void): () => void;
}

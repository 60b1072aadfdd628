import type { Change } from '#libs/coordination';

import type { DocumentNews } from '../ports.ts';
import { recordName, type Held } from './document-record.ts';

/** A change that the index holds and the log has not told for so long is told once more. */
const UNTOLD_MS = 4_000;
/** Documents of which it is known what the log told last. */
const TOLD_MAX = 50_000;

type Take = (news: DocumentNews) => Promise<void>;

/** Who hears the log of documents in its order, and what the log has not told. */
export class LogHearers {
  readonly #writer: string;
  readonly #hearers: { readonly kind: string; readonly take: Take }[] = [];
  /** Sequence number of the newest change that the log told, by document. */
  readonly #told = new Map<string, number>();
  /** What lies before it was told, or before the log that there is. */
  #floor = Infinity;
  /** Changes that the log has not told, and since when. */
  readonly #untold = new Map<string, { readonly seq: number; readonly at: number }>();

  /** `writer` stands at the beginning of `by` in changes of this process. */
  constructor(writer: string) {
    this.#writer = writer;
  }

  add(kind: string, take: Take): void {
    this.#hearers.push({ kind, take });
  }

  get isHeard(): boolean {
    return this.#hearers.length > 0;
  }

  /** The log tells of everything from this sequence number on, or should. */
  begin(seq: number): void {
    this.#floor = seq;
  }

  /** Rejects when a hearer failed: all of it is told again then. */
  async tell(life: string, from: number, changes: readonly Change[]): Promise<void> {
    const to = changes.at(-1)?.number ?? from;
    for (const { kind, take } of this.#hearers) {
      await take({ life, from, to, changes: this.newsOf(kind, changes) });
    }
  }

  /** The part of the log that is about a kind. */
  newsOf(kind: string, changes: readonly Change[]): DocumentNews['changes'] {
    return changes.flatMap(({ number, body }) => {
      const held = body as Held;
      if (held.kind !== kind) return [];
      this.#wasTold(held);
      const { id, doc, by } = held;
      const own = by.startsWith(this.#writer);
      return [{ number, id, own, ...(doc === undefined ? {} : { doc }) }];
    });
  }

  /**
   * Of changes that stand in the index, those that the log has failed to tell: their writer died,
   * or
   * the log was away. Each is given once.
   */
  missed(changes: Iterable<Held>): readonly Held[] {
    const now = performance.now();
    const missed: Held[] = [];
    for (const held of changes) {
      if (held.seq < this.#floor || !this.#hearers.some(({ kind }) => kind === held.kind)) continue;
      const name = recordName(held.kind, held.id);
      if ((this.#told.get(name) ?? -1) >= held.seq) continue;
      const seen = this.#untold.get(name);
      if (seen?.seq !== held.seq) this.#untold.set(name, { seq: held.seq, at: now });
      else if (now - seen.at >= UNTOLD_MS) {
        missed.push(held);
        this.#wasTold(held);
      }
    }
    return missed;
  }

  #wasTold(held: Held): void {
    const name = recordName(held.kind, held.id);
    const seq = Math.max(held.seq, this.#told.get(name) ?? -1);
    this.#told.delete(name);
    this.#told.set(name, seq);
    if ((this.#untold.get(name)?.seq ?? Infinity) <= seq) this.#untold.delete(name);
    const oldest = this.#told.keys().next().value;
    if (this.#told.size > TOLD_MAX && oldest !== undefined) this.#told.delete(oldest);
  }
}

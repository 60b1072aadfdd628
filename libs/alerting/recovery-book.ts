import { CENTRE, type Clock, type Recovery, sha256 } from '#libs/model';
import type { Documents, Write } from '#libs/store';

const RECOVERY_KIND = 'recovery';
const CENTRE_PLACE = { province: CENTRE };
const PAGE = 1000;
/** Recoveries remembered; older than any window that may still bring a late alert. */
const RECOVERIES_MAX = 50_000;
/** How long a recovery is remembered, ms: longer than evidence may be late. */
const RECOVERY_KEPT_MS = 30 * 86_400_000;

interface Latest {
  readonly rule: string;
  readonly groupKey: string;
  readonly time: number;
  readonly event: string;
}

/**
 * The latest recovery of every rule and group key. An alert is over when that is later than its own
 * last match, so it does not matter which of the two came first.
 */
export class RecoveryBook {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #latest = new Map<string, Latest>();

  constructor(documents: Documents, clock: Clock) {
    this.#documents = documents;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    const from = this.#clock.now() - RECOVERY_KEPT_MS;
    const found: Latest[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<Latest>(RECOVERY_KIND, {
        scope: CENTRE_PLACE,
        from,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.rows.map(({ body }) => body));
      cursor = found.length < RECOVERIES_MAX ? page.next : undefined;
    } while (cursor !== undefined);
    // The oldest first, so that the oldest is also the first to go.
    for (const latest of found.toReversed()) {
      this.#latest.set(keyOf(latest.rule, latest.groupKey), latest);
    }
  }

  /** Remembers recoveries; resolves once durable. Earlier ones than known change nothing. */
  async add(recoveries: readonly Recovery[]): Promise<void> {
    const later = new Map<string, Latest>();
    for (const { rules, groupKey, time, event } of recoveries) {
      for (const rule of rules) {
        const key = keyOf(rule, groupKey);
        const known = later.get(key) ?? this.#latest.get(key);
        if (known === undefined || time > known.time)
          later.set(key, { rule, groupKey, time, event });
      }
    }
    if (later.size === 0) return;
    const over = Math.max(0, this.#latest.size + later.size - RECOVERIES_MAX);
    const oldest = over === 0 ? [] : [...this.#latest.keys()].slice(0, over);
    const gone = oldest.filter((key) => !later.has(key));
    await this.#documents.write([
      ...[...later].map(([key, latest]) => recoveryWrite(key, latest)),
      ...gone.map((key) => recoveryWrite(key, null)),
    ]);
    for (const key of gone) this.#latest.delete(key);
    for (const [key, latest] of later) {
      this.#latest.delete(key);
      this.#latest.set(key, latest);
    }
  }

  /**
   * The recovery that ended an alert of this rule and group key whose last match was at `last`, if
   * one did.
   */
  after(
    rule: string,
    groupKey: string,
    last: number,
  ): { readonly time: number; readonly event: string } | undefined {
    const latest = this.#latest.get(keyOf(rule, groupKey));
    if (latest === undefined || latest.time <= last) return undefined;
    return { time: latest.time, event: latest.event };
  }
}

function keyOf(rule: string, groupKey: string): string {
  return `${rule}\0${groupKey}`;
}

function recoveryWrite(key: string, latest: Latest | null): Write {
  return {
    kind: RECOVERY_KIND,
    id: sha256(key),
    expect: 'any',
    body: latest,
    place: CENTRE_PLACE,
    order: latest?.time ?? 0,
  };
}

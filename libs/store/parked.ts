import { CENTRE, type Clock, type Event } from '#libs/model';

import type { Doc, Documents, Write } from './ports.ts';

/**
 * Why an event was set aside: the store refuses it, its day may not be written now (sent again by
 * itself), its day is past the retention or was dropped, or it lies too far ahead.
 */
export type ParkReason = 'refused' | 'blocked' | 'past_retention' | 'day_dropped' | 'day_ahead';

export interface ParkedEvent {
  readonly event: Event;
  readonly reason: ParkReason;
  /** What the store said, for people. */
  readonly detail: string;
  /** Day the event would be filed under, `YYYY-MM-DD` UTC. */
  readonly day: string;
  /** When it was set aside first, ms since the epoch. */
  readonly since: number;
}

/** An event to set aside; the rest is added. */
export type ParkedEntry = Omit<ParkedEvent, 'since'>;

export interface ParkedPage {
  readonly rows: readonly (ParkedEvent & { readonly id: string })[];
  readonly total: number;
  readonly next?: string;
}

/** Events that the event store could not keep, until a person or the end of a block decides. */
export abstract class Parked {
  /**
   * Resolves once all of them would survive a crash. An event that is there already keeps its time.
   */
  abstract park(entries: readonly ParkedEntry[]): Promise<void>;
  /** Those set aside last come first. */
  abstract list(request: {
    readonly reason?: ParkReason;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<ParkedPage>;
  abstract get(ids: readonly string[]): Promise<readonly ParkedEvent[]>;
  /** Lets them go for good and says how many were there. */
  abstract drop(ids: readonly string[]): Promise<number>;
}

const PARKED_KIND = 'parked-event';
const CENTRE_PLACE = { province: CENTRE };

/** The same event of another day is another one. */
export function parkedId({ event, day }: Pick<ParkedEvent, 'event' | 'day'>): string {
  return `${day}:${event.id}`;
}

/** Parked events as documents, on whatever keeps documents. Only the centre lists them. */
export class DocumentsParked extends Parked {
  readonly #documents: Documents;
  readonly #clock: Clock;

  constructor(documents: Documents, clock: Clock) {
    super();
    this.#documents = documents;
    this.#clock = clock;
  }

  async park(entries: readonly ParkedEntry[]): Promise<void> {
    const since = this.#clock.now();
    const results = await this.#documents.write(
      entries.map((entry) => this.#writeOf({ ...entry, since }, 'absent')),
    );
    const again = entries.flatMap((entry, at) => {
      const result = results[at];
      if (result === undefined || result.done || result.current === undefined) return [];
      const before = result.current.body as ParkedEvent;
      return [this.#writeOf({ ...entry, since: before.since }, 'any')];
    });
    if (again.length > 0) await this.#documents.write(again);
  }

  async list({ reason, ...page }: Parameters<Parked['list']>[0]): Promise<ParkedPage> {
    const { rows, ...rest } = await this.#documents.list<ParkedEvent>(PARKED_KIND, {
      ...page,
      scope: CENTRE_PLACE,
      ...(reason === undefined ? {} : { keys: { reason } }),
    });
    return { ...rest, rows: rows.map(({ id, body }) => ({ ...body, id })) };
  }

  async get(ids: readonly string[]): Promise<readonly ParkedEvent[]> {
    const docs = await Promise.all(
      ids.map((id) => this.#documents.get<ParkedEvent>(PARKED_KIND, id)),
    );
    return docs.filter((doc): doc is Doc<ParkedEvent> => doc !== undefined).map(({ body }) => body);
  }

  async drop(ids: readonly string[]): Promise<number> {
    const there = await Promise.all(ids.map((id) => this.#documents.get(PARKED_KIND, id)));
    const found = ids.filter((_, at) => there[at] !== undefined);
    await this.#documents.write(
      found.map((id) => ({
        kind: PARKED_KIND,
        id,
        expect: 'any',
        body: null,
        place: CENTRE_PLACE,
        order: 0,
      })),
    );
    return found.length;
  }

  #writeOf(body: ParkedEvent, expect: Write['expect']): Write {
    const id = parkedId(body);
    const keys = { reason: body.reason, day: body.day };
    return { kind: PARKED_KIND, id, expect, body, place: CENTRE_PLACE, order: body.since, keys };
  }
}

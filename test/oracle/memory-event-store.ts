import { covers, type Event, type Place } from '#libs/model';
import type { EventStore, SearchPage, SearchRequest } from '#libs/store';

import { compileQuery, matchesQuery } from '../../libs/store/query/matches.ts';

export { matchesQuery };

function placeOf({ fields }: Event): Place {
  const [province, commune] = [fields['gov.locality.code'], fields['gov.locality.commune_code']];
  if (typeof commune !== 'string') return { province: String(province ?? '00') };
  return { province: String(province), commune };
}

/** Events in a list, searched as every store must answer: newest first, page by page. */
export class MemoryEventStore implements Pick<EventStore, 'search'> {
  readonly #events: readonly Event[];
  searches = 0;

  constructor(events: readonly Event[]) {
    this.#events = events.toSorted((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
  }

  search({ query, scope, from, to, limit, cursor }: SearchRequest): Promise<SearchPage> {
    this.searches++;
    const meets = compileQuery(query);
    const all = this.#events.filter(
      (event) =>
        event.time >= from &&
        event.time < to &&
        covers(scope, placeOf(event)) &&
        meets(event.fields, event.id),
    );
    const start = Number(cursor ?? 0);
    const events = all.slice(start, start + limit);
    const next = start + limit < all.length ? { next: String(start + limit) } : {};
    const scanned = all.length;
    return Promise.resolve({ events, complete: true, scanned, total: scanned, ...next });
  }
}

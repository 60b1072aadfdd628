import { randomUUID } from 'node:crypto';

import type { Clock, Place } from '#libs/model';
import type { Documents } from '#libs/store';

const VIEW_KIND = 'saved_view';
/** Views that one person keeps, and that one place shares. */
export const VIEWS_MAX = 50;

/** A named state of the duty queue. */
export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** The page's own words, as they stand in its URL. */
  readonly search: string;
  /** True when everybody of the owner's place sees it. */
  readonly shared: boolean;
  readonly owner: string;
}

/** Who asks: a person at their own place. */
export interface ViewReader {
  readonly user: string;
  readonly place: Place;
}

type NewView = Omit<SavedView, 'id' | 'owner'>;

function team({ province, commune }: Place): string {
  return commune === undefined ? province : `${province}/${commune}`;
}

/** Saved views: a person's own, and those that people of one place share. */
export class SavedViews {
  readonly #documents: Documents;
  readonly #clock: Clock;

  constructor(documents: Documents, clock: Clock) {
    this.#documents = documents;
    this.#clock = clock;
  }

  /** One's own and one's place's, by name. */
  async list(reader: ViewReader): Promise<readonly SavedView[]> {
    const pages = await Promise.all(
      [{ owner: reader.user }, { team: team(reader.place) }].map((keys) =>
        this.#documents.list<SavedView>(VIEW_KIND, {
          scope: reader.place,
          keys,
          limit: VIEWS_MAX,
        }),
      ),
    );
    const views = pages.flatMap(({ rows }) => rows.map(({ body }) => body));
    return [...new Map(views.map((view) => [view.id, view])).values()].toSorted((a, b) =>
      a.name.localeCompare(b.name, 'vi'),
    );
  }

  async add(reader: ViewReader, view: NewView): Promise<SavedView | { reason: 'too_many' }> {
    const views = await this.list(reader);
    const own = views.filter(({ owner }) => owner === reader.user).length;
    const shared = views.filter((one) => one.shared).length;
    if (own >= VIEWS_MAX || (view.shared && shared >= VIEWS_MAX)) return { reason: 'too_many' };
    const added: SavedView = { ...view, id: randomUUID(), owner: reader.user };
    await this.#write(reader, added, added);
    return added;
  }

  /** Only its owner changes a view. */
  async change(
    reader: ViewReader,
    id: string,
    view: NewView,
  ): Promise<SavedView | { reason: 'not_found' }> {
    const known = await this.#own(reader, id);
    if (known === undefined) return { reason: 'not_found' };
    const changed: SavedView = { ...view, id, owner: known.owner };
    await this.#write(reader, changed, changed);
    return changed;
  }

  async remove(
    reader: ViewReader,
    id: string,
  ): Promise<{ removed: true } | { reason: 'not_found' }> {
    const known = await this.#own(reader, id);
    if (known === undefined) return { reason: 'not_found' };
    await this.#write(reader, known, null);
    return { removed: true };
  }

  async #own(reader: ViewReader, id: string): Promise<SavedView | undefined> {
    const found = await this.#documents.get<SavedView>(VIEW_KIND, id);
    return found?.body.owner === reader.user ? found.body : undefined;
  }

  async #write(reader: ViewReader, view: SavedView, body: SavedView | null): Promise<void> {
    await this.#documents.write([
      {
        kind: VIEW_KIND,
        id: view.id,
        expect: 'any',
        body,
        place: reader.place,
        order: this.#clock.now(),
        keys: { owner: view.owner, team: view.shared ? team(reader.place) : 'none' },
      },
    ]);
  }
}

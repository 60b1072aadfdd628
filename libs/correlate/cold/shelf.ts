import { deserialize, serialize } from 'node:v8';

import type { SavedMoments } from '../moments.ts';
import type { Columns } from '../timeline.ts';
import type { Prefix } from '../episode.ts';
import type { ColdStore } from './cold-store.ts';
import { KeyFilter } from './key-filter.ts';

/** What a key's memory held in `(after, upto]` when it was put away. */
export interface Chunk {
  readonly after: number;
  readonly upto: number;
  readonly line: Columns;
  readonly against: SavedMoments | undefined;
  /** What the key's episodes kept of still earlier matches by then. */
  readonly prefixes: readonly (readonly [episode: string, prefix: Prefix | undefined])[];
}

/** A segment on the shelf, for a snapshot. */
export interface SegmentRef {
  readonly name: string;
  /** Per machine the time up to which it was put away. */
  readonly tops: Readonly<Record<string, number>>;
  /** Receipt time from which no late match can touch anything in it. */
  readonly until: number;
}

export interface SavedShelf {
  readonly next: number;
  readonly segments: readonly SegmentRef[];
}

/** What goes into one segment. */
export interface PutAway {
  readonly chunks: readonly {
    readonly machine: string;
    readonly key: string;
    readonly chunk: Chunk;
  }[];
  readonly tops: Readonly<Record<string, number>>;
  readonly until: number;
}

/** Under this key a segment holds the filter of its keys. */
const FILTER_KEY = '';

/**
 * Segments of matches that were put away, the newest last. What a key had put away again after it
 * was taken back lies in a later segment, whose chunk then reaches over the older ones.
 */
export class Shelf {
  readonly #store: ColdStore;
  readonly #filters = new Map<string, KeyFilter>();
  #segments: SegmentRef[] = [];
  #next = 1;

  constructor(store: ColdStore) {
    this.#store = store;
  }

  save(): SavedShelf {
    return { next: this.#next, segments: this.#segments };
  }

  /** Goes on from a snapshot: segments made after it are no more. */
  load({ next, segments }: SavedShelf): void {
    this.#next = next;
    this.#segments = [...segments];
    this.#filters.clear();
  }

  /** Resolves once everything is durable; throws when it can not be written. */
  async put({ chunks, tops, until }: PutAway): Promise<void> {
    const name = `cold-${this.#next}`;
    const parts = chunks.map(({ machine, key, chunk }) => ({
      key: `${machine}\0${key}`,
      bytes: serialize(chunk),
    }));
    const filter = KeyFilter.of(parts.map(({ key }) => key));
    await this.#store.write(name, [...parts, { key: FILTER_KEY, bytes: filter.bytes }]);
    this.#next += 1;
    this.#filters.set(name, filter);
    this.#segments.push({ name, tops, until });
  }

  /** Chunks of a key with matches later than `least` and none later than `bound`, newest first. */
  async *chunks(machine: string, key: string, bound: number, least: number): AsyncGenerator<Chunk> {
    const id = `${machine}\0${key}`;
    let before = bound;
    for (const { name, tops } of this.#segments.toReversed()) {
      if (before <= least) return;
      const top = tops[machine];
      if (top === undefined || top <= least) continue;
      if (!(await this.#filterOf(name)).mayHold(id)) continue;
      const bytes = await this.#store.read(name, id);
      if (bytes === undefined) continue;
      const chunk = deserialize(bytes) as Chunk;
      // A later chunk that was read already reaches over this one.
      if (chunk.upto > before) continue;
      yield chunk;
      before = chunk.after;
    }
  }

  async #filterOf(name: string): Promise<KeyFilter> {
    const known = this.#filters.get(name);
    if (known !== undefined) return known;
    const filter = new KeyFilter((await this.#store.read(name, FILTER_KEY)) ?? new Uint8Array(1));
    this.#filters.set(name, filter);
    return filter;
  }

  /** Lets go of segments that nothing can touch any more at receipt time `reached`. */
  async sweep(reached: number): Promise<void> {
    const standing = this.#segments.filter(({ until }) => until > reached);
    if (standing.length === this.#segments.length) return;
    this.#segments = standing;
    const names = new Set(standing.map(({ name }) => name));
    for (const name of this.#filters.keys()) if (!names.has(name)) this.#filters.delete(name);
    await this.#store.keep(names);
  }
}

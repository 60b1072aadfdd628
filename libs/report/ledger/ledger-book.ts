import { CENTRE, type Clock, type Place } from '#libs/model';
import type { Documents, Write } from '#libs/store';

import { ledgerOf, type LedgerSpan, type MarkFacts, type Stretch } from './spans.ts';

const KIND = 'ledger';
const CENTRE_PLACE: Place = { province: CENTRE };
const PAGE = 1000;
/** Spans of one kind that one answer is derived from; older ones are left out beyond. */
const SPANS_MAX = 20_000;
/** What still lasts ends here until it ends. */
const FOREVER = 8.64e15;
/** The span in which the engine is up is made longer at most this often, ms. */
const BEAT_MS = 30_000;
/** Longest stretch of time that one answer covers, ms. */
const ASKED_MS_MAX = 400 * 86_400_000;
const HOUR_MS = 3_600_000;

/** What correlation says of windows it evaluated again, or that a limit cut; drained from it. */
export interface LedgerMark extends MarkFacts {
  readonly rule: string;
  readonly province: string;
}

/** A source that could feed the asked rule at the asked locality. */
export interface FeedingSource {
  readonly id: string;
  /** It was heard at least once. */
  readonly heard: boolean;
}

export interface LedgerQuestion {
  readonly rule: string;
  readonly place: Place;
  readonly from: number;
  readonly to: number;
  /** The sources expected to send there that could feed the rule. */
  readonly sources: readonly FeedingSource[];
}

export type LedgerAnswer =
  | { readonly spans: readonly LedgerSpan[] }
  | { readonly reason: 'bad_span' | 'too_long' };

interface Kept extends Stretch {
  readonly mark?: LedgerMark;
}

/**
 * Spans out of which the product says, for a rule, a locality and a time: evaluated, evaluated
 * again because late events came, or blind and why. Kept as documents; a crash costs the last
 * half minute of the span in which the engine is up.
 */
export class LedgerBook {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #inForce = new Map<string, number>();
  readonly #silent = new Map<string, { readonly from: number; readonly place: Place }>();
  #up: { readonly from: number; to: number } | undefined;

  constructor(documents: Documents, clock: Clock) {
    this.#documents = documents;
    this.#clock = clock;
  }

  /** Reads what still lasts: rules in force and silent sources. */
  async load(): Promise<void> {
    for (const [what, take] of [
      ['rule', (of: string, { from }: Kept) => this.#inForce.set(of, from)],
      [
        'source',
        (of: string, { from }: Kept, place: Place) => this.#silent.set(of, { from, place }),
      ],
    ] as const) {
      for await (const { body, keys, place } of this.#all({ what, lasts: 'yes' }))
        take(keys['of'] ?? '', body, place);
    }
  }

  /** The engine is up and has evaluated all that came; call it every few seconds. */
  async beat(): Promise<void> {
    const now = this.#clock.now();
    const fresh = this.#up === undefined;
    this.#up ??= { from: now, to: now };
    if (!fresh && now - this.#up.to < BEAT_MS) return;
    this.#up.to = now;
    const { from } = this.#up;
    // It may end at any moment: until the next beat it counts as up.
    await this.#write([spanWrite('engine', 'engine', { from, to: now + BEAT_MS }, CENTRE_PLACE)]);
  }

  /** Ends the span in which the engine is up; the last word of an orderly stop. */
  async down(): Promise<void> {
    if (this.#up === undefined) return;
    const { from } = this.#up;
    const to = this.#clock.now();
    await this.#write([spanWrite('engine', 'engine', { from, to }, CENTRE_PLACE)]);
    this.#up = undefined;
  }

  /** These rules, and no others, are in force from now on. */
  async rules(ids: Iterable<string>): Promise<void> {
    const now = this.#clock.now();
    const wanted = new Set(ids);
    const writes: Write[] = [];
    for (const [id, from] of this.#inForce) {
      if (wanted.has(id)) continue;
      writes.push(spanWrite('rule', id, { from, to: now }, CENTRE_PLACE));
      this.#inForce.delete(id);
    }
    for (const id of wanted) {
      if (this.#inForce.has(id)) continue;
      writes.push(spanWrite('rule', id, { from: now, to: FOREVER }, CENTRE_PLACE));
      this.#inForce.set(id, now);
    }
    await this.#write(writes);
  }

  /** A source is silent since `from`. */
  async silent(source: string, place: Place, from: number): Promise<void> {
    if (this.#silent.has(source)) return;
    this.#silent.set(source, { from, place });
    await this.#write([spanWrite('source', source, { from, to: FOREVER }, place)]);
  }

  /** A source sends again. */
  async back(source: string, to: number): Promise<void> {
    const since = this.#silent.get(source);
    if (since === undefined) return;
    this.#silent.delete(source);
    await this.#write([spanWrite('source', source, { from: since.from, to }, since.place)]);
  }

  /** Adds what correlation did; marks of one rule, province, kind and hour become one. */
  async marks(marks: readonly LedgerMark[]): Promise<void> {
    const merged = new Map<string, LedgerMark>();
    for (const mark of marks) {
      const { rule, province, kind, limit, from } = mark;
      const id = [rule, province, kind, limit, Math.floor(from / HOUR_MS)].join(' ');
      const known =
        merged.get(id) ?? (await this.#documents.get<Kept>(KIND, `mark ${id}`))?.body.mark;
      merged.set(id, known === undefined ? mark : together(known, mark));
    }
    await this.#write([...merged].map(([id, mark]) => markWrite(id, mark)));
  }

  /** The ledger of a rule at a locality, up to now at the latest. */
  async read(question: LedgerQuestion): Promise<LedgerAnswer> {
    const { rule, place, from, sources } = question;
    const to = Math.min(question.to, this.#clock.now());
    if (!(from < to)) return { reason: 'bad_span' };
    if (to - from > ASKED_MS_MAX) return { reason: 'too_long' };
    const spans = async (what: string, of: string): Promise<Kept[]> => {
      const found: Kept[] = [];
      for await (const { body } of this.#all({ what, of }, from)) {
        if (body.from < to) found.push(body);
        if (found.length >= SPANS_MAX) break;
      }
      return found;
    };
    const marks = (await spans('mark', rule))
      .map(({ mark }) => mark)
      .filter((mark) => mark !== undefined)
      .filter(({ province }) => place.province === CENTRE || province === place.province);
    const facts = {
      up: await spans('engine', 'engine'),
      inForce: await spans('rule', rule),
      sources: await Promise.all(
        sources.map(async ({ id, heard }) => {
          const never = { from: 0, to: FOREVER };
          return { id, silent: heard ? await spans('source', id) : [never] };
        }),
      ),
      marks,
    };
    return { spans: ledgerOf(facts, from, to) };
  }

  async *#all(keys: Readonly<Record<string, string>>, from?: number) {
    for (let cursor: string | undefined; ;) {
      const page = await this.#documents.list<Kept>(KIND, {
        scope: CENTRE_PLACE,
        keys,
        limit: PAGE,
        ...(from === undefined ? {} : { from }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield* page.rows;
      if (page.next === undefined) return;
      cursor = page.next;
    }
  }

  async #write(writes: readonly Write[]): Promise<void> {
    if (writes.length > 0) await this.#documents.write(writes);
  }
}

function together(a: LedgerMark, b: LedgerMark): LedgerMark {
  const from = Math.min(a.from, b.from);
  return { ...a, from, to: Math.max(a.to, b.to), count: a.count + b.count };
}

function spanWrite(what: string, of: string, span: Stretch, place: Place): Write {
  return {
    kind: KIND,
    id: `${what} ${of} ${span.from}`,
    expect: 'any',
    body: span,
    place,
    order: span.to,
    keys: { what, of, lasts: span.to === FOREVER ? 'yes' : 'no' },
  };
}

function markWrite(id: string, mark: LedgerMark): Write {
  const { from, to, rule, province } = mark;
  return {
    kind: KIND,
    id: `mark ${id}`,
    expect: 'any',
    body: { from, to, mark },
    place: { province },
    order: to,
    keys: { what: 'mark', of: rule, lasts: 'no' },
  };
}

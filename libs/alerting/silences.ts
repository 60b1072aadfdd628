import { randomUUID } from 'node:crypto';

import {
  type Alert,
  CENTRE,
  type Clock,
  covers,
  type Entity,
  type Muted,
  type Place,
} from '#libs/model';
import type { Documents, Write } from '#libs/store';

import type { Recorder } from './ports.ts';

const SILENCE_KIND = 'silence';
const CENTRE_PLACE = { province: CENTRE };
const PAGE = 1000;
/** Silences in force at once. */
const SILENCES_MAX = 2000;
/** Longest silence, ms: thirty days. */
const SILENCE_MS_MAX = 30 * 86_400_000;
const REASON_CHARS_MAX = 1000;
/** An ended silence is remembered for longer than it can have lasted, ms. */
const REMEMBERED_MS = SILENCE_MS_MAX;

/**
 * A person's decision not to be told of some alerts for a while: those of a rule, of an entity, of
 * a place, or of all that it names at once. Times in ms.
 */
export interface Silence {
  readonly id: string;
  readonly place: Place;
  readonly rule?: string;
  readonly entity?: Entity;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly who: string;
  /** A person ended it early. */
  readonly ended?: { readonly at: number; readonly who: string };
}

/** What a person asks for; it begins at once. */
export type SilenceWish = Pick<Silence, 'place' | 'rule' | 'entity' | 'until' | 'reason'>;

/** A silence and how many alerts it has kept from people so far. */
export interface SilenceStanding extends Silence {
  readonly active: boolean;
  readonly muted: number;
}

export type SilenceRefused = {
  readonly reason:
    | 'bad_span'
    | 'too_long'
    | 'too_wide'
    | 'reason_required'
    | 'too_many'
    | 'not_allowed'
    | 'silence_unknown';
};

/** Who asks, and what of the country they see. */
interface Asker {
  readonly user: string;
  readonly scope: Place;
}

/** When a silence stops muting. */
function endOf({ until, ended }: Silence): number {
  return Math.min(until, ended?.at ?? until);
}

function names({ place, rule, entity }: Silence, alert: Alert): boolean {
  if (!covers(place, alert.place)) return false;
  if (rule !== undefined && rule !== alert.rule) return false;
  if (entity === undefined) return true;
  return alert.entities.some(({ kind, value }) => kind === entity.kind && value === entity.value);
}

/** The mark that a silence leaves on an alert. */
export function mutedBySilence(silence: Silence): Muted {
  const { id, who, reason } = silence;
  return { by: 'silence', id, who, reason, until: endOf(silence) };
}

/**
 * Silences of people: the recent ones in memory, all of them in documents, each act on
 * record.
 */
export class SilenceBook {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #record: Recorder;
  /** Those in force, and those that ended a while ago. */
  readonly #known = new Map<string, Silence>();

  constructor(documents: Documents, clock: Clock, record: Recorder) {
    this.#documents = documents;
    this.#clock = clock;
    this.#record = record;
  }

  async load(): Promise<void> {
    const now = this.#clock.now();
    for (let cursor: string | undefined; ;) {
      const page = await this.#documents.list<Silence>(SILENCE_KIND, {
        scope: CENTRE_PLACE,
        from: now - REMEMBERED_MS,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { body } of page.rows) this.#known.set(body.id, body);
      if (page.next === undefined) return;
      cursor = page.next;
    }
  }

  /** Puts a silence in force; recorded before it is done, durable when it resolves. */
  async add(asker: Asker, wish: SilenceWish): Promise<Silence | SilenceRefused> {
    const now = this.#clock.now();
    const reason = wish.reason.trim();
    if (reason === '' || reason.length > REASON_CHARS_MAX) return { reason: 'reason_required' };
    if (!(wish.until > now)) return { reason: 'bad_span' };
    if (wish.until - now > SILENCE_MS_MAX) return { reason: 'too_long' };
    if (!covers(asker.scope, wish.place)) return { reason: 'not_allowed' };
    const named = wish.rule !== undefined || wish.entity !== undefined;
    // A whole country that is told nothing at all is nobody's wish.
    if (wish.place.province === CENTRE && !named) return { reason: 'too_wide' };
    this.#forgetEnded(now);
    if (this.#inForce() >= SILENCES_MAX) return { reason: 'too_many' };
    const silence: Silence = { ...wish, reason, id: randomUUID(), from: now, who: asker.user };
    await this.#tell('silence.add', asker, silence);
    await this.#documents.write([silenceWrite(silence)]);
    this.#known.set(silence.id, silence);
    return silence;
  }

  /** Ends a silence now. What it muted stays muted, unless it goes on. */
  async end(asker: Asker, id: string): Promise<Silence | SilenceRefused> {
    const silence = this.#known.get(id);
    const now = this.#clock.now();
    if (silence === undefined || endOf(silence) <= now) return { reason: 'silence_unknown' };
    if (!covers(asker.scope, silence.place)) return { reason: 'silence_unknown' };
    const ended: Silence = { ...silence, ended: { at: now, who: asker.user } };
    await this.#tell('silence.end', asker, ended);
    await this.#documents.write([silenceWrite(ended)]);
    this.#known.set(id, ended);
    return ended;
  }

  /** Silences of a scope, the one that ends last first; `active`: only those in force. */
  async list(scope: Place, show: 'active' | 'all'): Promise<readonly SilenceStanding[]> {
    const now = this.#clock.now();
    const page = await this.#documents.list<Silence>(SILENCE_KIND, {
      scope,
      ...(show === 'active' ? { keys: { ended: 'no' }, from: now } : {}),
      limit: PAGE,
    });
    return Promise.all(
      page.rows.map(async ({ body }) => ({
        ...body,
        active: endOf(body) > now,
        muted: await this.#mutedBy(body),
      })),
    );
  }

  async #mutedBy({ id }: Silence): Promise<number> {
    const page = await this.#documents.list('alert', {
      scope: CENTRE_PLACE,
      keys: { muted_by: id },
      limit: 1,
    });
    return page.total;
  }

  #inForce(): number {
    const now = this.#clock.now();
    return [...this.#known.values()].filter((silence) => endOf(silence) > now).length;
  }

  /** The silence in force that names this alert, the one that ends last. */
  holding(alert: Alert): Silence | undefined {
    const now = this.#clock.now();
    let longest: Silence | undefined;
    for (const silence of this.#known.values()) {
      if (endOf(silence) <= now || !names(silence, alert)) continue;
      if (longest === undefined || endOf(silence) > endOf(longest)) longest = silence;
    }
    return longest;
  }

  /** When a silence ends or ended; undefined once nobody asks for that any more. */
  endOf(id: string): number | undefined {
    const silence = this.#known.get(id);
    return silence === undefined ? undefined : endOf(silence);
  }

  #forgetEnded(now: number): void {
    for (const [id, silence] of this.#known)
      if (endOf(silence) <= now - REMEMBERED_MS) this.#known.delete(id);
  }

  async #tell(what: string, asker: Asker, silence: Silence): Promise<void> {
    const { id, place, rule, entity, until, reason } = silence;
    const facts: Readonly<Record<string, string>> = {
      reason,
      until: new Date(until).toISOString(),
      ...(rule === undefined ? {} : { rule }),
      ...(entity === undefined ? {} : { entity: `${entity.kind} ${entity.value}` }),
    };
    await this.#record({ who: asker.user, what, target: id, place, facts });
  }
}

function silenceWrite(silence: Silence): Write {
  return {
    kind: SILENCE_KIND,
    id: silence.id,
    expect: 'any',
    body: silence,
    place: silence.place,
    order: endOf(silence),
    keys: { ended: silence.ended === undefined ? 'no' : 'yes' },
  };
}

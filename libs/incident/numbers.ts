import { CENTRE } from '#libs/model';
import type { Documents, Write, WriteResult } from '#libs/store';

import { INCIDENT_KIND } from './record.ts';

/** One document per number given; its name is the number, it points to what the number is for. */
const NUMBER_KIND = 'incident-number';
/** What a new incident is claimed under, by its first alert, before it has a number. */
const BIRTH_KIND = 'incident-birth';
/** Viet Nam keeps UTC+7 the year round. */
const ZONE_MS = 7 * 3_600_000;
const TRIES_MAX = 100;
const CENTRE_PLACE = { province: CENTRE };

interface NumberBody {
  readonly birth: string;
}

interface BirthBody {
  readonly number: string;
}

/** How years were counted before each number had a document of its own. */
interface CounterBody {
  readonly last: number;
}

/** A new incident that wants its number. */
interface Wish {
  readonly alert: string;
  readonly year: string;
  /** How many incidents began with this alert before: it may be split from them. */
  before: number;
  number?: string;
}

/** Gives every incident its number (`SC-2026-000123`), once. */
export interface Numbers {
  /**
   * Resolves with one number per wish once no other will ever get them; the same first alert gets
   * the same number again while it has no incident. `alert` is the incident's first alert.
   */
  take(wishes: readonly { readonly alert: string; readonly first: number }[]): Promise<string[]>;
  /** After a step that failed: what others took meanwhile is asked for again. */
  recheck(): void;
}

/**
 * The year that an incident is numbered under: of its first event, as Viet Nam's calendar has it.
 */
export function yearOf(first: number): string {
  return String(new Date(first + ZONE_MS).getUTCFullYear()).padStart(4, '0');
}

/**
 * Numbers that several processes draw from at once: whoever creates the document of a number has
 * it, and whoever comes second takes the next. Who claims the same first alert gets the same.
 */
export function createNumbers(documents: Documents): Numbers {
  const newest = new Map<string, number>();

  async function newestOf(year: string): Promise<number> {
    const known = newest.get(year);
    if (known !== undefined) return known;
    const [{ rows }, counter] = await Promise.all([
      documents.list(NUMBER_KIND, { scope: CENTRE_PLACE, keys: { year }, limit: 1 }),
      documents.get<CounterBody>(NUMBER_KIND, year),
    ]);
    return Math.max(rows[0]?.order ?? 0, counter?.body.last ?? 0);
  }

  /** Tries the next numbers of a year for wishes that have none. */
  async function draw(year: string, wishes: readonly Wish[]): Promise<void> {
    const claims = await Promise.all(wishes.map((wish) => look(documents, wish)));
    const wanting = wishes.filter((_, at) => claims[at] !== 'numbered');
    const expects = claims.filter((claim) => claim !== 'numbered');
    if (wanting.length === 0) return;
    const last = await newestOf(year);
    const numbers = wanting.map((_, at) => numberText(year, last + 1 + at));
    const results = await documents.write([
      ...wanting.map((wish, at) => numberWrite(wish, numbers[at] ?? '', last + 1 + at)),
      ...wanting.map((wish, at) => birthWrite(wish, numbers[at] ?? '', expects[at] ?? 'absent')),
    ]);
    newest.set(year, last + wanting.length);
    const unused: Write[] = [];
    for (const [at, wish] of wanting.entries()) {
      const [drawn, claimed] = [results[at], results[wanting.length + at]];
      const number = numbers[at] ?? '';
      if (drawn?.done === true && claimed?.done === true) wish.number = number;
      else if (drawn?.done === true) unused.push(giveBack(wish, number, last + 1 + at, drawn));
      else newest.delete(year);
    }
    if (unused.length > 0) await documents.write(unused);
  }

  return {
    recheck: () => newest.clear(),
    async take(asked) {
      const wishes = asked.map(({ alert, first }): Wish => {
        return { alert, year: yearOf(first), before: 0 };
      });
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const left = wishes.filter(({ number }) => number === undefined);
        if (left.length === 0) return wishes.map(({ number = '' }) => number);
        for (const [year, some] of Map.groupBy(left, (wish) => wish.year)) await draw(year, some);
      }
      throw new Error(`no incident number could be drawn in ${TRIES_MAX} tries`);
    },
  };
}

/** What an earlier try, or another process, claimed for a wish; numbers it where that stands. */
async function look(documents: Documents, wish: Wish): Promise<'numbered' | Write['expect']> {
  for (;;) {
    const birth = await documents.get<BirthBody>(BIRTH_KIND, birthId(wish));
    if (birth === undefined) return 'absent';
    const { number } = birth.body;
    const [pointer, incident] = await Promise.all([
      documents.get<NumberBody>(NUMBER_KIND, number),
      documents.get(INCIDENT_KIND, number),
    ]);
    // Claimed, but its number went to another in the same moment.
    if (pointer?.body.birth !== birthId(wish)) return birth.version;
    if (incident === undefined) {
      wish.number = number;
      return 'numbered';
    }
    wish.before += 1;
  }
}

function birthId({ alert, before }: Wish): string {
  return before === 0 ? alert : `${alert}~${before}`;
}

function numberText(year: string, n: number): string {
  return `SC-${year}-${String(n).padStart(6, '0')}`;
}

function numberWrite(wish: Wish, number: string, order: number): Write {
  const body: NumberBody = { birth: birthId(wish) };
  const base = { kind: NUMBER_KIND, id: number, place: CENTRE_PLACE, order };
  return { ...base, expect: 'absent', body, keys: { year: wish.year } };
}

function birthWrite(wish: Wish, number: string, expect: Write['expect']): Write {
  const body: BirthBody = { number };
  return { kind: BIRTH_KIND, id: birthId(wish), expect, body, place: CENTRE_PLACE, order: 0 };
}

/** Gives a number back that turned out not to be needed. */
function giveBack(
  wish: Wish,
  number: string,
  order: number,
  { version }: Extract<WriteResult, { done: true }>,
): Write {
  return { ...numberWrite(wish, number, order), expect: version, body: null };
}

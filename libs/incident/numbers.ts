import { CENTRE } from '#libs/model';
import type { Documents } from '#libs/store';

import { INCIDENT_KIND } from './record.ts';

const NUMBER_KIND = 'incident-number';
/** Viet Nam keeps UTC+7 the year round. */
const ZONE_MS = 7 * 3_600_000;
const TRIES_MAX = 100;

interface NumberBody {
  /** The last number given in this year. */
  readonly last: number;
  /**
   * Numbers of the last step and the first alert of each, to find those whose incident was never
   * written.
   */
  readonly given: readonly (readonly [string, string])[];
}

/** Gives every incident its number (`SC-2026-000123`), once. */
export interface Numbers {
  /**
   * Resolves with one number per wish once no other will ever get them. `alert` is the incident's
   * first alert.
   */
  take(wishes: readonly { readonly alert: string; readonly first: number }[]): Promise<string[]>;
  /** After a step that failed: its numbers wait for the same first alerts. */
  recheck(): void;
}

/**
 * The year that an incident is numbered under: of its first event, as Viet Nam's calendar has it.
 */
export function yearOf(first: number): string {
  return String(new Date(first + ZONE_MS).getUTCFullYear()).padStart(4, '0');
}

export function createNumbers(documents: Documents): Numbers {
  // Numbers that a crash left without an incident go to the same first alert when it comes again.
  const orphans = new Map<string, string>();
  const looked = new Set<string>();

  async function look(year: string): Promise<void> {
    if (looked.has(year)) return;
    const doc = await documents.get<NumberBody>(NUMBER_KIND, year);
    for (const [number, alert] of doc?.body.given ?? []) {
      const incident = await documents.get(INCIDENT_KIND, number);
      if (incident === undefined) orphans.set(`${year}\0${alert}`, number);
    }
    looked.add(year);
  }

  async function draw(year: string, alerts: readonly string[]): Promise<string[]> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const doc = await documents.get<NumberBody>(NUMBER_KIND, year);
      const last = doc?.body.last ?? 0;
      const numbers = alerts.map((_, at) => `SC-${year}-${String(last + 1 + at).padStart(6, '0')}`);
      const body: NumberBody = {
        last: last + alerts.length,
        given: numbers.map((number, at) => [number, alerts[at] ?? '']),
      };
      const [result] = await documents.write([
        {
          kind: NUMBER_KIND,
          id: year,
          expect: doc?.version ?? 'absent',
          body,
          place: { province: CENTRE },
          order: 0,
        },
      ]);
      if (result?.done === true) return numbers;
    }
    throw new Error(`no incident number could be drawn in ${TRIES_MAX} tries`);
  }

  return {
    recheck: () => looked.clear(),
    async take(wishes) {
      const given = new Map<number, string>();
      const byYear = Map.groupBy(wishes.keys(), (at) => yearOf(wishes[at]?.first ?? 0));
      for (const [year, places] of byYear) {
        await look(year);
        const wanting: number[] = [];
        for (const at of places) {
          const orphan = orphans.get(`${year}\0${wishes[at]?.alert}`);
          if (orphan === undefined) wanting.push(at);
          else {
            given.set(at, orphan);
            orphans.delete(`${year}\0${wishes[at]?.alert}`);
          }
        }
        if (wanting.length === 0) continue;
        const drawn = await draw(
          year,
          wanting.map((at) => wishes[at]?.alert ?? ''),
        );
        for (const [at, place] of wanting.entries()) given.set(place, drawn[at] ?? '');
      }
      return wishes.map((_, at) => given.get(at) ?? '');
    },
  };
}

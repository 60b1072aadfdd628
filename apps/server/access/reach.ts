import { z } from 'zod';

import { scopeOf } from '#libs/auth';
import type { Localities } from '#libs/availability';
import { covers, type Place, type Principal } from '#libs/model';

import { ProblemException } from '../http/problem.ts';

/** The place in a request: a province, or a commune of it. */
export const placeShape = {
  province: z.string().length(2),
  commune: z.string().length(5).optional(),
};

/** A place as a request names it. */
interface PlaceAsked {
  readonly province: string;
  readonly commune?: string | undefined;
}

/**
 * The place that is asked for, when it exists and this person may put something there; throws
 * `invalid` or `not_allowed`.
 */
export function reachablePlace(asked: PlaceAsked, who: Principal, localities: Localities): Place {
  const { province, commune } = asked;
  const place: Place = commune === undefined ? { province } : { province, commune };
  if (!localities.has(place)) {
    throw new ProblemException('invalid', {
      detail: 'There is no such locality.',
      detailVi: 'Không có địa phương này.',
    });
  }
  if (mayTouch(place, who)) return place;
  throw new ProblemException('not_allowed');
}

/**
 * Whether this person may read or change what lies in a place. Every door asks here, never by
 * itself.
 */
export function mayTouch(place: Place, who: Principal): boolean {
  return covers(scopeOf(who), place);
}

/**
 * What is there and may be touched; throws `not_found` for the rest, so that nobody learns what
 * others have.
 */
export function within<T>(found: T | undefined, placeOf: (found: T) => Place, who: Principal): T {
  if (found !== undefined && mayTouch(placeOf(found), who)) return found;
  throw new ProblemException('not_found');
}

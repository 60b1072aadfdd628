import { Localities } from '#libs/availability';
import type { Place } from '#libs/model';

/**
 * `46` a province, `00` the centre, `03433` a commune (with its province known from the register);
 * `undefined` when there is none.
 */
export function placeOfCode(code: string, localities = new Localities()): Place | undefined {
  const commune = /^\d{5}$/.test(code)
    ? localities.all().find((row) => row.code === code)
    : undefined;
  const place: Place =
    commune?.province === undefined
      ? { province: code }
      : { province: commune.province, commune: code };
  return localities.has(place) ? place : undefined;
}

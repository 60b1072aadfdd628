/**
 * Statistics-office code of a province (2 digits), `00` for the centre, `UNKNOWN_LOCALITY` for
 * nobody knows.
 */
export type ProvinceCode = string;

/** Statistics-office code of a commune (5 digits). */
export type CommuneCode = string;

/** The centre, which sees all localities. */
export const CENTRE: ProvinceCode = '00';

/**
 * Kept and shown as "chưa rõ địa phương" until somebody assigns its sender; only the centre sees
 * it.
 */
export const UNKNOWN_LOCALITY: ProvinceCode = 'xx';

/** Where data belongs to; `commune` only where the data says so. */
export interface Place {
  readonly province: ProvinceCode;
  readonly commune?: CommuneCode;
}

export type LocalityKind = 'centre' | 'province' | 'city' | 'ward' | 'commune' | 'special_zone';

/** A row of the locality register; facts with an effective date. */
export interface Locality {
  readonly code: string;
  readonly name: string;
  readonly kind: LocalityKind;
  /** Province of a commune; absent on a province and the centre. */
  readonly province?: ProvinceCode;
  /** Old names and codes that people and logs still use. */
  readonly aliases: readonly string[];
  /** Prefix of dossier codes of a province (`H38`). */
  readonly dossierPrefix?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
}

/**
 * True when a reader whose scope is `scope` may see data of `place`: the centre all, a province its
 * own, a commune itself.
 */
export function covers(scope: Place, place: Place): boolean {
  if (scope.province === CENTRE) return true;
  if (scope.province !== place.province) return false;
  return scope.commune === undefined || scope.commune === place.commune;
}

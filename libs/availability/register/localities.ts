import {
  CENTRE,
  UNKNOWN_LOCALITY,
  type Locality,
  type LocalityKind,
  type Place,
} from '#libs/model';

import communes from './communes.json' with { type: 'json' };
import { PROVINCES, type Province } from './provinces.ts';

/** The names people read for a place. */
export interface PlaceName {
  readonly province: string;
  readonly provinceName: string;
  readonly commune?: string;
  readonly communeName?: string;
}

const KIND_WORD: Readonly<Record<LocalityKind, string>> = {
  centre: 'Trung ương',
  province: 'tỉnh',
  city: 'TP.',
  ward: 'phường',
  commune: 'xã',
  special_zone: 'đặc khu',
};

const UNKNOWN_NAME = 'Chưa rõ địa phương';
const CENTRE_NAME = 'Trung ương';

function communeRows(): Locality[] {
  return (communes as [string, string, LocalityKind, string][]).map(
    ([code, province, kind, name]) => ({ code, province, kind, name, aliases: [] }),
  );
}

/**
 * Folds a name for search: no marks, đ as d, one spelling of tone marks and apostrophes ("dak lak"
 * finds Đắk Lắk).
 */
export function foldName(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'd')
    .replaceAll(/[’ʼ`´]/g, "'")
    .toLowerCase()
    .trim();
}

/**
 * The 34 provinces and 3,321 communes in force, by code. Never names a commune without its
 * province.
 */
export class Localities {
  readonly #provinces = new Map<string, Province>(PROVINCES.map((p) => [p.code, p]));
  readonly #communes = new Map<string, Locality>();
  readonly #byProvince = new Map<string, Locality[]>();
  readonly #byDossier = new Map<string, string>();

  constructor(rows: readonly Locality[] = communeRows()) {
    for (const row of rows) {
      const province = row.province ?? UNKNOWN_LOCALITY;
      this.#communes.set(row.code, row);
      const list = this.#byProvince.get(province) ?? [];
      list.push(row);
      this.#byProvince.set(province, list);
    }
    for (const province of PROVINCES) {
      if (province.dossierPrefix !== undefined)
        this.#byDossier.set(province.dossierPrefix, province.code);
    }
  }

  provinces(): readonly Province[] {
    return [...this.#provinces.values()];
  }

  communesOf(province: string): readonly Locality[] {
    return this.#byProvince.get(province) ?? [];
  }

  /** Every province and commune. */
  all(): readonly Locality[] {
    return [...this.#provinces.values(), ...this.#communes.values()];
  }

  /** Prefix of a dossier code (`H38`) to the code of its province. */
  dossierPrefixes(): ReadonlyMap<string, string> {
    return this.#byDossier;
  }

  /** True when the place exists: a province or the centre, and a commune of that province. */
  has(place: Place): boolean {
    if (place.province !== CENTRE && !this.#provinces.has(place.province)) return false;
    if (place.commune === undefined) return true;
    return this.#communes.get(place.commune)?.province === place.province;
  }

  nameOf(place: Place): PlaceName {
    const provinceName = this.#provinceName(place.province);
    if (place.commune === undefined) return { province: place.province, provinceName };
    const commune = this.#communes.get(place.commune);
    const communeName =
      commune === undefined ? place.commune : `${KIND_WORD[commune.kind]} ${commune.name}`;
    return { province: place.province, provinceName, commune: place.commune, communeName };
  }

  /** "xã Bum Tở, Lai Châu": what stands in sentences. */
  spoken(place: Place): string {
    const name = this.nameOf(place);
    return name.communeName === undefined
      ? name.provinceName
      : `${name.communeName}, ${name.provinceName}`;
  }

  /**
   * Provinces and communes whose name, old name or code starts with or holds the folded text, best
   * first.
   */
  find(text: string, limit: number): readonly Locality[] {
    const wanted = foldName(text);
    const scored = this.all().flatMap((row) => {
      const names = [row.name, row.code, ...row.aliases].map(foldName);
      if (names.some((name) => name === wanted)) return [{ row, score: 0 }];
      if (names.some((name) => name.startsWith(wanted))) return [{ row, score: 1 }];
      return names.some((name) => name.includes(wanted)) ? [{ row, score: 2 }] : [];
    });
    return scored
      .toSorted((a, b) => a.score - b.score)
      .slice(0, limit)
      .map(({ row }) => row);
  }

  #provinceName(code: string): string {
    if (code === CENTRE) return CENTRE_NAME;
    return this.#provinces.get(code)?.name ?? UNKNOWN_NAME;
  }
}

import type { Locality, LogSource, Place } from '#libs/model';
import { CENTRE, UNKNOWN_LOCALITY } from '#libs/model';

/** What place and time zone are looked up in; an immutable snapshot that is replaced as a whole. */
export interface Register {
  sourceById(id: string): LogSource | undefined;
  sourceByAddress(address: string): LogSource | undefined;
  sourceByHost(name: string): LogSource | undefined;
  /** Place of a dossier prefix (`H38`), old prefixes included. */
  placeOfDossier(prefix: string): Place | undefined;
  /** Place that a host name tells: a locality's alias in it, or a commune code of the register. */
  placeOfHost(name: string): Place | undefined;
  /** Place of a province or commune code; undefined when there is none of that code. */
  placeOfCode(code: string): Place | undefined;
}

/** Host names whose place is remembered, known or not. */
const HOSTS_MAX = 50_000;
/** Shorter aliases are parts of ordinary words. */
const ALIAS_CHARS_MIN = 5;

function asciiWords(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replaceAll(/[^a-z0-9]+/g, '-');
}

class SnapshotRegister implements Register {
  readonly #byId = new Map<string, LogSource>();
  readonly #byAddress = new Map<string, LogSource>();
  readonly #byHost = new Map<string, LogSource>();
  readonly #byDossier = new Map<string, Place>();
  readonly #byCode = new Map<string, Place>();
  readonly #aliases: (readonly [string, Place])[] = [];
  readonly #hostPlaces = new Map<string, Place | undefined>();

  constructor(localities: readonly Locality[], sources: readonly LogSource[]) {
    for (const source of sources) {
      this.#byId.set(source.id, source);
      for (const address of source.addresses) this.#byAddress.set(address, source);
      for (const host of source.hosts) this.#byHost.set(host.toLowerCase(), source);
    }
    for (const locality of localities) this.#addLocality(locality);
  }

  #addLocality(locality: Locality): void {
    const place: Place =
      locality.province === undefined
        ? { province: locality.code }
        : { province: locality.province, commune: locality.code };
    this.#byCode.set(locality.code, place);
    if (locality.dossierPrefix !== undefined) this.#byDossier.set(locality.dossierPrefix, place);
    const names =
      locality.province === undefined ? [locality.name, ...locality.aliases] : locality.aliases;
    for (const alias of names) {
      if (/^H\d\d$/.test(alias)) {
        if (!this.#byDossier.has(alias)) this.#byDossier.set(alias, place);
        continue;
      }
      const words = asciiWords(alias);
      if (locality.code === CENTRE || words.length < ALIAS_CHARS_MIN) continue;
      this.#aliases.push([words, place], [words.replaceAll('-', ''), place]);
    }
  }

  sourceById(id: string): LogSource | undefined {
    return this.#byId.get(id);
  }

  sourceByAddress(address: string): LogSource | undefined {
    return this.#byAddress.get(address);
  }

  sourceByHost(name: string): LogSource | undefined {
    return this.#byHost.get(name) ?? this.#byHost.get(name.toLowerCase());
  }

  placeOfDossier(prefix: string): Place | undefined {
    return this.#byDossier.get(prefix);
  }

  placeOfCode(code: string): Place | undefined {
    return this.#byCode.get(code);
  }

  placeOfHost(name: string): Place | undefined {
    if (this.#hostPlaces.has(name)) return this.#hostPlaces.get(name);
    const place = this.#lookUpHost(name);
    if (this.#hostPlaces.size >= HOSTS_MAX) this.#hostPlaces.clear();
    this.#hostPlaces.set(name, place);
    return place;
  }

  #lookUpHost(name: string): Place | undefined {
    const words = `-${asciiWords(name)}-`;
    for (const [code] of words.matchAll(/(?<=-)\d{5}(?=-)/g)) {
      const place = this.#byCode.get(code);
      if (place?.commune !== undefined) return place;
    }
    for (const [alias, place] of this.#aliases) if (words.includes(`-${alias}-`)) return place;
    return undefined;
  }
}

/** Builds the snapshot that events are placed by. */
export function createRegister(
  localities: readonly Locality[],
  sources: readonly LogSource[],
): Register {
  return new SnapshotRegister(localities, sources);
}

const NOWHERE: Place = { province: UNKNOWN_LOCALITY };

/** What is known of one record when its place is asked for. */
export interface PlaceClues {
  readonly keyPlace: Place | undefined;
  readonly source: LogSource | undefined;
  /** Code that the record itself states. */
  readonly stated: string | undefined;
  readonly dossierPrefix: string | undefined;
  readonly host: string | undefined;
}

/**
 * Where a record belongs: the key's place, else the register's for its sender, else its dossier
 * code, else what its
 * host name tells, else unknown. A key of the centre may speak for a locality that the record
 * states; no other may.
 */
export function resolvePlace(register: Register, clues: PlaceClues): Place {
  const { keyPlace, source, stated } = clues;
  if (keyPlace !== undefined) {
    if (keyPlace.province !== CENTRE) {
      const within =
        source?.place ?? (stated === undefined ? undefined : register.placeOfCode(stated));
      const finer = keyPlace.commune === undefined && within?.province === keyPlace.province;
      return finer ? within : keyPlace;
    }
    const spoken = stated === undefined ? undefined : register.placeOfCode(stated);
    return spoken ?? source?.place ?? keyPlace;
  }
  if (source !== undefined) return source.place;
  if (clues.dossierPrefix !== undefined) {
    const place = register.placeOfDossier(clues.dossierPrefix);
    if (place !== undefined) return place;
  }
  if (clues.host !== undefined) {
    const place = register.placeOfHost(clues.host);
    if (place !== undefined) return place;
  }
  return NOWHERE;
}

import {
  type Alert,
  CENTRE,
  type EntityKind,
  type Place,
  type Severity,
  UNKNOWN_LOCALITY,
} from '#libs/model';

/** Scopes that take in more than one incident, the narrowest first. */
export const WIDE_SCOPES = ['system', 'province', 'vendor', 'national'] as const;
export type WideScope = (typeof WIDE_SCOPES)[number];

/** What an alert of an outage says of how far it reaches. Times in ms. */
export interface Sign {
  readonly alert: string;
  readonly rule: string;
  readonly level: Severity;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly late: boolean;
  readonly place: Place;
  readonly services: readonly string[];
  readonly upstreams: readonly string[];
  /** Whose platform it is: the sender of short messages where one is named, else the supplier. */
  readonly vendors: readonly string[];
  /** National systems that could not be reached. */
  readonly nationals: readonly string[];
}

/** What several incidents can have in common. `of` is canonical for its scope. */
export interface ScopeKey {
  readonly scope: WideScope;
  readonly of: string;
}

/** Upstreams of this name are suppliers of short messages, not national systems. */
const PROVIDER = /^sms-/;

/** What an alert says; undefined when nothing of it tells how far an outage reaches. */
export function signOf(alert: Alert): Sign | undefined {
  const { id, rule, level, first, last, count, late, place, entities } = alert;
  if (place.province === UNKNOWN_LOCALITY) return undefined;
  const valuesOf = (...kinds: EntityKind[]) =>
    entities.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value);
  const services = valuesOf('service');
  const upstreams = valuesOf('upstream', 'provider');
  const named = new Set(valuesOf('provider'));
  const providers = upstreams.filter((value) => named.has(value) || PROVIDER.test(value));
  const vendors = providers.length > 0 ? providers : valuesOf('vendor');
  const nationals = upstreams.filter((value) => !providers.includes(value));
  if (services.length + upstreams.length + vendors.length === 0) return undefined;
  const facts = { alert: id, rule, level, first, last, count, late, place };
  return { ...facts, services, upstreams, vendors, nationals };
}

export function isOwn({ place }: Sign): boolean {
  return place.province === CENTRE;
}

/** What does not work: what could not be reached where it is named, else the service itself. */
export function thingsOf({ services, upstreams }: Sign): readonly string[] {
  return upstreams.length > 0 ? upstreams : services;
}

export function systemKey(province: string, service: string): ScopeKey {
  return { scope: 'system', of: JSON.stringify([province, service]) };
}

/** The outages that a sign may be part of. */
export function keysOf(sign: Sign): ScopeKey[] {
  const { services, upstreams, vendors, nationals, place } = sign;
  if (isOwn(sign))
    return [...new Set([...services, ...upstreams])].map((of) => ({ scope: 'national', of }));
  return [
    ...services.map((service) => systemKey(place.province, service)),
    ...(thingsOf(sign).length > 0 ? [{ scope: 'province', of: place.province } as const] : []),
    ...vendors.map((of) => ({ scope: 'vendor', of }) as const),
    ...nationals.map((of) => ({ scope: 'national', of }) as const),
  ];
}

import type { EntityKind } from '#libs/model';

/** What a field's value is, for rules that do not say it themselves. */
export const DEFAULT_ENTITIES: Readonly<Record<string, EntityKind>> = {
  'source.ip': 'address',
  'client.ip': 'address',
  'destination.ip': 'address',
  'user.name': 'account',
  'user.target.name': 'account',
  'host.name': 'host',
  'observer.name': 'host',
  'service.name': 'service',
  'gov.system.id': 'service',
  'gov.upstream': 'upstream',
  'gov.source.id': 'source',
  'gov.probe.id': 'probe',
  'gov.otp.provider': 'provider',
};

/** How many different values of a field outside the group key an alert names. */
export const ENTITY_VALUES_MAX = 5;

/** Fields of a plain rule's group key that names none, each as far as present (semantics.md). */
export const DEFAULT_GROUP: readonly string[] = ['host.name', 'user.name', 'source.ip'];

/** Suppression of a plain rule that names none. */
export const DEFAULT_SUPPRESS_MS = 3_600_000;

import { z } from 'zod';

import { CHARSETS, type LogSource, type Place, type Probe, type Service } from '#libs/model';
import type {
  ImportView,
  LocalityView,
  MaintenanceView,
  ProbeView,
  ServiceView,
  SilenceView,
  SourceView,
  UnknownSenderView,
} from '#libs/protocol';

import { instant, place, spoken } from './words.ts';

export const source = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.string().nullable(),
  locality: place,
  state: z.enum([
    'sending',
    'slow',
    'silent',
    'disconnected',
    'flapping',
    'maintenance',
    'never_sent',
    'off',
  ]),
  since: instant.nullable(),
  lastEvent: instant.nullable(),
  eventsHour: z.number(),
  notUnderstoodHour: z.number(),
  skewSeconds: z.number().nullable(),
  addresses: z.array(z.string()),
  silenceFloorS: z.number(),
}) satisfies z.ZodType<SourceView>;

export const unknownSender = z.strictObject({
  address: z.string(),
  input: z.string(),
  first: instant,
  last: instant,
  events: z.int(),
  sample: z.string(),
}) satisfies z.ZodType<UnknownSenderView>;

export const locality = z.strictObject({
  code: z.string(),
  name: z.string(),
  kind: z.string(),
  province: z.string().nullable(),
  communes: z.int(),
  expected: z.int(),
  sending: z.int(),
  silent: z.int(),
  neverSent: z.int(),
  unregistered: z.int(),
  servicesDown: z.int(),
  lastEvent: instant.nullable(),
  openIncidents: z.int(),
}) satisfies z.ZodType<LocalityView>;

export const probe = z.strictObject({
  id: z.string(),
  service: z.string(),
  serviceName: z.string(),
  kind: z.string(),
  target: z.string(),
  locality: place,
  state: z.enum(['up', 'down', 'unknown', 'off']),
  since: instant.nullable(),
  lastMs: z.number().nullable(),
  lastError: z.string().nullable(),
  uptime24h: z.number().nullable(),
}) satisfies z.ZodType<ProbeView>;

const registerPlace = z.strictObject({
  province: z.string(),
  commune: z.string().exactOptional(),
}) satisfies z.ZodType<Place>;

/** A row of the register as it was entered. */
export const registeredSource = z.strictObject({
  id: z.string(),
  name: z.string(),
  place: registerPlace,
  dataset: z.string().exactOptional(),
  addresses: z.array(z.string()),
  hosts: z.array(z.string()),
  charset: z.enum(CHARSETS).exactOptional(),
  zoneMinutes: z.int(),
  system: z.string().exactOptional(),
  vendor: z.string().exactOptional(),
  silenceFloorS: z.int(),
  expected: z.enum(['planned', 'active', 'off']),
  plannedFrom: z.string().exactOptional(),
}) satisfies z.ZodType<LogSource>;

export const registeredService = z.strictObject({
  id: z.string(),
  name: z.string(),
  place: registerPlace,
  system: z.string().exactOptional(),
  vendor: z.string().exactOptional(),
}) satisfies z.ZodType<Service>;

export const registeredProbe = z.strictObject({
  id: z.string(),
  service: z.string(),
  kind: z.enum(['http', 'tcp']),
  target: z.string(),
  intervalS: z.int(),
  timeoutS: z.int(),
  failures: z.int(),
  successes: z.int(),
  enabled: z.boolean(),
}) satisfies z.ZodType<Probe>;

export const maintenance = z.strictObject({
  id: z.string(),
  locality: place,
  source: z.string().nullable(),
  service: z.string().nullable(),
  from: instant,
  to: instant,
  ended: instant.nullable(),
  reason: z.string(),
  who: z.string(),
}) satisfies z.ZodType<MaintenanceView>;

const entity = z.strictObject({ kind: z.string(), value: z.string() });

export const silence = z.strictObject({
  id: z.string(),
  locality: place,
  rule: z
    .strictObject({ id: z.string(), code: z.string().nullable(), title: z.string() })
    .nullable(),
  entity: entity.nullable(),
  from: instant,
  until: instant,
  ended: z.strictObject({ at: instant, who: z.string() }).nullable(),
  reason: z.string(),
  who: z.string(),
  active: z.boolean(),
  muted: z.int(),
}) satisfies z.ZodType<SilenceView>;

export const service = z.strictObject({
  id: z.string(),
  name: z.string(),
  locality: place,
  system: z.string().nullable(),
  vendor: z.string().nullable(),
  probes: z.int(),
}) satisfies z.ZodType<ServiceView>;

export const tableImport = z.strictObject({
  rows: z.array(
    z.strictObject({
      line: z.int(),
      id: z.string().nullable(),
      name: z.string().nullable(),
      locality: place.nullable(),
      change: z.enum(['new', 'changed', 'same', 'refused']),
      reason: spoken.nullable(),
    }),
  ),
  counts: z.strictObject({ new: z.int(), changed: z.int(), same: z.int(), refused: z.int() }),
  applied: z.boolean(),
}) satisfies z.ZodType<ImportView>;

import { z } from 'zod';

import type {
  DeliveryView,
  HistogramView,
  KeyView,
  LinkView,
  NewKeyView,
  NewUserView,
  ParkedView,
  PersonView,
  RecordCheckView,
  RecordView,
  SavedViewView,
  SearchView,
  SessionView,
  TopView,
  UserView,
} from '#libs/protocol';

import { event } from './incident-answers.ts';
import { facts, instant, place, role, severity } from './words.ts';

export const session = z.strictObject({
  user: z.string(),
  name: z.string(),
  role,
  scope: place,
  expires: instant,
  mustChangePassword: z.boolean(),
}) satisfies z.ZodType<SessionView>;

export const ownSessions = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      created: instant,
      seen: instant,
      address: z.string(),
      agent: z.string(),
      current: z.boolean(),
    }),
  ),
});

export const user = z.strictObject({
  user: z.string(),
  name: z.string(),
  role,
  scope: place,
  disabled: z.boolean(),
  lastSignIn: instant.nullable(),
}) satisfies z.ZodType<UserView>;

export const person = z.strictObject({
  user: z.string(),
  name: z.string(),
  role,
  scope: place,
}) satisfies z.ZodType<PersonView>;

export const savedView = z.strictObject({
  id: z.string(),
  name: z.string(),
  search: z.string(),
  shared: z.boolean(),
  mine: z.boolean(),
}) satisfies z.ZodType<SavedViewView>;

export const key = z.strictObject({
  id: z.string(),
  kind: z.enum(['ingest', 'api']),
  name: z.string(),
  scope: place,
  source: z.string().nullable(),
  by: z.string(),
  created: instant,
  expires: instant.nullable(),
  revoked: instant.nullable(),
  lastUsed: instant.nullable(),
}) satisfies z.ZodType<KeyView>;

export const newKey = key.extend({ text: z.string() }) satisfies z.ZodType<NewKeyView>;

export const recordEntry = z.strictObject({
  chain: z.string(),
  seq: z.int(),
  at: instant,
  who: z.string(),
  what: z.string(),
  target: z.string(),
  facts,
  hash: z.string(),
}) satisfies z.ZodType<RecordView>;

export const verification = z.strictObject({
  whole: z.boolean(),
  entries: z.int(),
  chains: z.array(
    z.strictObject({
      chain: z.string(),
      entries: z.int(),
      broken: z
        .strictObject({
          seq: z.int(),
          reason: z.enum(['missing', 'changed', 'unlinked', 'not_the_head', 'not_as_anchored']),
        })
        .nullable(),
    }),
  ),
}) satisfies z.ZodType<RecordCheckView>;

export const parked = z.strictObject({
  id: z.string(),
  kind: z.enum(['batch', 'event']),
  reader: z.enum(['index', 'detect']),
  reason: z.string(),
  detail: z.string().nullable(),
  events: z.int(),
  since: instant,
  retries: z.int(),
}) satisfies z.ZodType<ParkedView>;

export const parkedDone = z.strictObject({ done: z.int() });

export const search = z.strictObject({
  rows: z.array(event),
  cursor: z.string().nullable(),
  complete: z.boolean(),
  scanned: z.int(),
  total: z.int(),
  tookMs: z.int(),
}) satisfies z.ZodType<SearchView>;

export const histogram = z.strictObject({
  start: instant,
  intervalMs: z.number(),
  series: z.array(z.strictObject({ value: z.string(), counts: z.array(z.int()) })),
  complete: z.boolean(),
}) satisfies z.ZodType<HistogramView>;

export const top = z.strictObject({
  field: z.string(),
  values: z.array(z.strictObject({ value: z.string(), count: z.int() })),
  distinct: z.int(),
  sampled: z.boolean(),
  complete: z.boolean(),
}) satisfies z.ZodType<TopView>;

export const link = z.strictObject({
  user: z.string(),
  path: z.string(),
  expires: instant,
}) satisfies z.ZodType<LinkView>;

export const newUser = user.extend({ link: link.nullable() }) satisfies z.ZodType<NewUserView>;

export const endedSessions = z.strictObject({ ended: z.int() });

export const delivery = z.strictObject({
  id: z.string(),
  kind: z.enum(['opened', 'reopened', 'recovered', 'withdrawn']),
  incident: z.string(),
  severity,
  sentence: z.string(),
  channel: z.string(),
  state: z.enum(['waiting', 'sent', 'failed', 'late', 'covered']),
  created: instant,
  sent: instant.nullable(),
  tries: z.int(),
  next: instant.nullable(),
  error: z.string().nullable(),
}) satisfies z.ZodType<DeliveryView>;

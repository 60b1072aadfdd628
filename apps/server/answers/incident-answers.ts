import { z } from 'zod';

import { ENTITY_KINDS, TIMELINE_ACTS, type Card } from '#libs/model';
import type {
  AlertView,
  EventView,
  IncidentListView,
  IncidentRow,
  IncidentView,
  OutageView,
  StepView,
  TimelineView,
  WiderView,
} from '#libs/protocol';

import { facts, instant, pageOfRows, place, scope, severity } from './words.ts';

const status = z.enum([
  'new',
  'acknowledged',
  'in_progress',
  'waiting_locality',
  'waiting_vendor',
  'resolved',
  'closed',
]);
const verdict = z.enum([
  'true_positive',
  'false_positive',
  'benign',
  'duplicate',
  'inconclusive',
  'collection_fault',
]);

export const incidentRow = z.strictObject({
  id: z.string(),
  title: z.string(),
  titleEn: z.string(),
  severity,
  status,
  verdict: verdict.nullable(),
  scope,
  locality: place,
  parent: z.string().nullable(),
  children: z.int().min(0),
  alerts: z.int(),
  events: z.int(),
  first: instant,
  last: instant,
  assignee: z.string().nullable(),
  snoozed: instant.nullable(),
  clocks: z.record(z.string(), instant),
  rules: z.array(z.string()),
  entity: z.string().nullable(),
  late: z.boolean(),
  closedBy: z.enum(['person', 'withdrawn', 'merged']).nullable(),
  version: z.int(),
}) satisfies z.ZodType<IncidentRow>;

const muted = z.strictObject({
  by: z.enum(['maintenance', 'silence', 'inhibition']),
  id: z.string(),
  who: z.string(),
  reason: z.string(),
  until: instant.nullable(),
  over: z.boolean(),
});

export const alert = z.strictObject({
  id: z.string(),
  rule_id: z.string(),
  rule_code: z.string().nullable(),
  rule_author: z.string().nullable(),
  rule_license: z.string().nullable(),
  title: z.string(),
  level: severity,
  group: facts,
  first: instant,
  last: instant,
  count: z.int(),
  locality: place,
  scope,
  late: z.boolean(),
  state: z.enum(['in_force', 'superseded', 'withdrawn']),
  by: z.string().nullable(),
  incident: z.string().nullable(),
  evidence: z.array(z.strictObject({ event: z.string(), time: instant })),
  muted: muted.exactOptional(),
}) satisfies z.ZodType<AlertView>;

export const event = z.strictObject({
  id: z.string(),
  time: instant,
  received: instant,
  fields: z.record(z.string(), z.unknown()),
}) satisfies z.ZodType<EventView>;

const entity = z.strictObject({
  kind: z.enum(ENTITY_KINDS),
  value: z.string(),
});

const timelineEntry = z.strictObject({
  at: instant,
  time: instant,
  who: z.string(),
  what: z.enum(TIMELINE_ACTS),
  facts,
}) satisfies z.ZodType<TimelineView>;

const card = z.strictObject({
  what: z.string(),
  who: z.string(),
  steps: z.array(z.string()),
  call: z.string(),
}) satisfies z.ZodType<Card>;

const step = z.strictObject({
  step: z.string(),
  stepEn: z.string(),
  done: z.strictObject({ who: z.string(), at: instant }).nullable(),
}) satisfies z.ZodType<StepView>;

const wider = z.strictObject({
  id: z.string(),
  title: z.string(),
  titleEn: z.string(),
}) satisfies z.ZodType<WiderView>;

const reasons = z.array(z.string());
const outage = z.strictObject({
  of: z.string(),
  start: instant,
  at: instant,
  reasons: z.strictObject({ vi: reasons, en: reasons }),
}) satisfies z.ZodType<OutageView>;

export const incident = incidentRow.extend({
  card: z.strictObject({ vi: card, en: card }),
  playbook: z.array(step),
  entities: z.array(entity),
  alertList: z.array(alert),
  wider: wider.nullable(),
  parts: z.array(incidentRow),
  outage: outage.nullable(),
  timeline: z.array(timelineEntry),
  evidence: z.array(event),
}) satisfies z.ZodType<IncidentView>;

export const incidentList = pageOfRows(incidentRow).extend({
  seq: z.int().min(0),
}) satisfies z.ZodType<IncidentListView>;

const counts = z.record(z.string(), z.int());

export const incidentCounts = z.strictObject({
  open: z.int(),
  bySeverity: counts,
  byStatus: counts,
  mine: z.int(),
  unassigned: z.int(),
  overdue: z.int(),
});

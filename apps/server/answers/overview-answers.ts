import { z } from 'zod';

import { SEVERITIES, type Severity } from '#libs/model';
import type { Headline, HealthView, RuleView, SummaryView } from '#libs/protocol';

import { incidentRow } from './incident-answers.ts';
import { instant, place, severity, spoken } from './words.ts';

export const rule = z.strictObject({
  id: z.string(),
  code: z.string().nullable(),
  title: z.string(),
  titleVi: z.string(),
  level: severity,
  kind: z.string(),
  enabled: z.boolean(),
  hits7d: z.int(),
  author: z.string().nullable(),
  license: z.string().nullable(),
  file: z.string(),
}) satisfies z.ZodType<RuleView>;

const headline = z.strictObject({
  value: z.number().nullable(),
  change: z.number().nullable(),
  note: spoken,
}) satisfies z.ZodType<Headline>;

export const summary = z.strictObject({
  period: z.string(),
  from: instant,
  to: instant,
  made: instant,
  scope: place,
  lead: spoken,
  incidents: headline,
  bySeverity: z.strictObject(
    Object.fromEntries(SEVERITIES.map((one) => [one, z.int()])) as Record<Severity, z.ZodInt>,
  ),
  outageMinutes: headline,
  otpSuccessPercent: headline,
  acknowledgeMinutesMedian: headline,
  decisions: z.array(spoken),
  top: z.array(incidentRow),
  localities: z.array(
    z.strictObject({
      code: z.string(),
      name: z.string(),
      sends: z.boolean(),
      incidents: z.int(),
    }),
  ),
  sending: z.int(),
  notSending: z.int(),
  events: z.int(),
  falseAlarmPercent: z.number().nullable(),
}) satisfies z.ZodType<SummaryView>;

export const health = z.strictObject({
  at: instant,
  version: z.string(),
  platform: z.enum(['embedded', 'distributed']),
  lagSeconds: z.number(),
  lines: z.array(
    z.strictObject({
      id: z.string(),
      group: z.enum(['source', 'door', 'stage', 'job', 'store', 'machine']),
      state: z.enum(['ok', 'degraded', 'down', 'off']),
      name: spoken,
      text: spoken,
      figures: z.record(z.string(), z.number()),
    }),
  ),
}) satisfies z.ZodType<HealthView>;

export const live = z.strictObject({ status: z.literal('live') });
export const ready = z.strictObject({ status: z.literal('ready') });

import { z } from 'zod';

import type { BacktestView, RuleWhyView, StandingsView } from '#libs/protocol';

import { alert } from './incident-answers.ts';
import { met, why } from './rule-answers.ts';
import { facts, instant, place } from './words.ts';

export const backtest = z.strictObject({
  id: z.string(),
  rule: z.string(),
  by: z.string(),
  at: instant,
  from: instant,
  to: instant,
  locality: place,
  draft: z.boolean(),
  state: z.enum(['waiting', 'running', 'done', 'canceled', 'refused', 'failed']),
  progress: z.number(),
  problems: z.array(z.string()),
  report: z
    .strictObject({
      scanned: z.int(),
      matched: z.int(),
      alerts: z.int(),
      counts: z.array(z.strictObject({ day: z.string(), locality: place, alerts: z.int() })),
      examples: z.array(alert),
      complete: z.boolean(),
    })
    .nullable(),
}) satisfies z.ZodType<BacktestView>;

const standing = z.strictObject({
  locality: place,
  group: facts,
  at: instant,
  spanS: z.number(),
  matches: z.int(),
  measured: z.number(),
  needs: z.array(
    z.strictObject({ op: z.enum(['gt', 'gte', 'lt', 'lte', 'eq', 'neq']), value: z.number() }),
  ),
  members: z.array(z.strictObject({ rule: z.string(), title: z.string(), seen: z.boolean() })),
  lacks: z
    .enum(['threshold', 'members', 'baseline', 'ratio', 'waiting', 'answered', 'known'])
    .nullable(),
  ratio: z.strictObject({ share: z.number(), gte: z.number() }).nullable(),
  baseline: z.number().nullable(),
});

export const standings = z.strictObject({
  rule: z.string(),
  known: z.boolean(),
  rows: z.array(standing),
}) satisfies z.ZodType<StandingsView>;

export const ruleWhy = z.strictObject({
  rule: z.string(),
  event: z.string(),
  why,
  matched: met,
  standings,
}) satisfies z.ZodType<RuleWhyView>;

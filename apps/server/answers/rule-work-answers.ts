import { z } from 'zod';

import type {
  BacktestView,
  PackChangeView,
  RuleCheckView,
  RuleProblemView,
  RuleSwitchesView,
  RuleWhyView,
  StandingsView,
} from '#libs/protocol';

import { alert } from './incident-answers.ts';
import { met, why } from './rule-answers.ts';
import { facts, instant, place, severity } from './words.ts';

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

const ruleProblem = z.strictObject({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  reason: z.string(),
  message: z.string(),
  instead: z.string().nullable(),
}) satisfies z.ZodType<RuleProblemView>;

const packRules = z.strictObject({
  total: z.int(),
  rows: z.array(
    z.strictObject({ id: z.string(), title: z.string(), level: z.string(), file: z.string() }),
  ),
});

export const packChange = z.strictObject({
  pack: z.string(),
  current: z.int(),
  files: z.int(),
  rules: z.int(),
  license: z.string().nullable(),
  unchanged: z.int(),
  added: packRules,
  changed: packRules,
  removed: packRules,
  refused: z.strictObject({ total: z.int(), rows: z.array(ruleProblem) }),
}) satisfies z.ZodType<PackChangeView>;

const titled = z.array(z.strictObject({ id: z.string(), title: z.string() }));

export const ruleSwitches = z.strictObject({
  packs: z.array(z.string()),
  levels: z.array(severity),
  logsources: z.array(facts),
  ids: titled,
  on: titled,
}) satisfies z.ZodType<RuleSwitchesView>;

export const ruleCheck = z.strictObject({
  problems: z.array(ruleProblem),
  samples: z.strictObject({ passed: z.int(), failures: z.array(z.string()) }).nullable(),
}) satisfies z.ZodType<RuleCheckView>;

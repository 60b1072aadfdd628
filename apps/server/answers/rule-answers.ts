import { z } from 'zod';

import type {
  ExceptionView,
  LedgerView,
  RuleChangeView,
  RuleDetailView,
  RulePackView,
  RuleRowView,
  TrialView,
  WhyView,
} from '#libs/protocol';

import { rule } from './overview-answers.ts';
import { facts, instant, place } from './words.ts';

export const ruleRow = rule.extend({
  pack: z.string().nullable(),
  judged: z.int(),
  noisePercent: z.number().nullable(),
  fed: z.int(),
  fedNow: z.int(),
  exceptions: z.int(),
}) satisfies z.ZodType<RuleRowView>;

export const exception = z.strictObject({
  id: z.string(),
  rule: z.string(),
  where: z.record(z.string(), z.array(z.string())),
  owner: z.string(),
  reason: z.string(),
  expires: instant,
  expired: z.boolean(),
  locality: place.nullable(),
}) satisfies z.ZodType<ExceptionView>;

const change = z.strictObject({
  at: instant,
  who: z.string(),
  what: z.string(),
  facts,
}) satisfies z.ZodType<RuleChangeView>;

export const ruleDetail = ruleRow.extend({
  description: z.string().nullable(),
  references: z.array(z.string()),
  tags: z.array(z.string()),
  falsePositives: z.array(z.string()),
  text: z.string(),
  exceptionList: z.array(exception),
  history: z.array(change),
}) satisfies z.ZodType<RuleDetailView>;

const why = z.strictObject({
  matched: z.boolean(),
  reason: z.enum(['matched', 'log_source', 'condition', 'exception']),
  parts: z.array(
    z.strictObject({
      name: z.string(),
      passed: z.boolean(),
      tests: z.array(
        z.strictObject({
          field: z.string(),
          asked: z.string(),
          found: z.string().nullable(),
          passed: z.boolean(),
        }),
      ),
    }),
  ),
}) satisfies z.ZodType<WhyView>;

export const trial = z.strictObject({
  lines: z.array(
    z.strictObject({
      line: z.int(),
      event: z.boolean(),
      fields: z.record(z.string(), z.unknown()),
      matched: z.array(
        z.strictObject({ id: z.string(), code: z.string().nullable(), title: z.string() }),
      ),
      why: why.nullable(),
    }),
  ),
}) satisfies z.ZodType<TrialView>;

export const rulePack = z.strictObject({
  name: z.string(),
  current: z.int(),
  enabled: z.boolean(),
  versions: z.array(
    z.strictObject({
      number: z.int(),
      at: instant,
      by: z.string(),
      from: z.string(),
      rules: z.int(),
      license: z.string().nullable(),
    }),
  ),
}) satisfies z.ZodType<RulePackView>;

export const ledger = z.strictObject({
  rule: z.string(),
  locality: place,
  from: instant,
  to: instant,
  spans: z.array(
    z.strictObject({
      from: instant,
      to: instant,
      state: z.enum(['evaluated', 'reevaluated', 'blind']),
      reasons: z.array(
        z.enum(['engine_down', 'rule_absent', 'no_source', 'sources_silent', 'limit_hit']),
      ),
      silent: z.array(z.string()),
      again: z.int(),
      limits: z.record(z.string(), z.int()),
    }),
  ),
}) satisfies z.ZodType<LedgerView>;

import { z } from 'zod';

import type {
  ExceptionView,
  LedgerView,
  RuleChangeView,
  RuleDetailView,
  RuleEditView,
  RuleParametersView,
  RuleValues,
  RulePackView,
  RuleRowView,
  TrialView,
  WhyView,
} from '#libs/protocol';

import { rule } from './overview-answers.ts';
import { facts, instant, place, severity } from './words.ts';

export const ruleRow = rule.extend({
  pack: z.string().nullable(),
  judged: z.int(),
  noisePercent: z.number().nullable(),
  fed: z.int(),
  fedNow: z.int(),
  fedByUs: z.boolean(),
  exceptions: z.int(),
  health: z.enum(['ok', 'off', 'no_data', 'silent', 'partly', 'noisy']),
  matches: z.int().nullable(),
  costUs: z.number().nullable(),
}) satisfies z.ZodType<RuleRowView>;

export const exception = z.strictObject({
  id: z.string(),
  rule: z.string(),
  where: z.record(z.string(), z.array(z.string())),
  owner: z.string(),
  reason: z.string(),
  expires: instant,
  expired: z.boolean(),
  held: z.int().nullable(),
  locality: place.nullable(),
}) satisfies z.ZodType<ExceptionView>;

const change = z.strictObject({
  at: instant,
  who: z.string(),
  what: z.string(),
  facts,
}) satisfies z.ZodType<RuleChangeView>;

const edit = z.strictObject({
  number: z.int(),
  at: instant,
  by: z.string(),
  reason: z.string(),
  text: z.string().nullable(),
}) satisfies z.ZodType<RuleEditView>;

const values = z.strictObject({
  level: severity.nullable(),
  threshold: z.number().nullable(),
  timespanS: z.number().nullable(),
  suppressS: z.number().nullable(),
  ratio: z.number().nullable(),
  baseline: z.number().nullable(),
}) satisfies z.ZodType<RuleValues>;

const parameters = z.strictObject({
  effective: values,
  centre: values.nullable(),
  provinces: z.array(z.strictObject({ locality: place, values })),
}) satisfies z.ZodType<RuleParametersView>;

export const ruleDetail = ruleRow.extend({
  description: z.string().nullable(),
  references: z.array(z.string()),
  tags: z.array(z.string()),
  falsePositives: z.array(z.string()),
  text: z.string(),
  edits: z.array(edit),
  original: z.string(),
  parameters,
  exceptionList: z.array(exception),
  history: z.array(change),
}) satisfies z.ZodType<RuleDetailView>;

const test = z.strictObject({
  field: z.string(),
  asked: z.string(),
  found: z.string().nullable(),
  passed: z.boolean(),
});
const nearest = ['matched', 'log_source', 'condition', 'exception'] as const;

export const why = z.strictObject({
  matched: z.boolean(),
  reason: z.enum([...nearest, 'off', 'unknown']),
  by: z.enum(['id', 'pack', 'level', 'logsource']).nullable(),
  members: z.array(
    z.strictObject({
      rule: z.string(),
      code: z.string().nullable(),
      title: z.string(),
      reason: z.enum(nearest),
      exception: z
        .strictObject({ id: z.string(), owner: z.string(), reason: z.string(), expires: instant })
        .nullable(),
      logsource: z.strictObject({ asked: z.string(), found: z.string() }),
      parts: z.array(
        z.strictObject({ name: z.string(), passed: z.boolean(), tests: z.array(test) }),
      ),
    }),
  ),
}) satisfies z.ZodType<WhyView>;

export const met = z.array(
  z.strictObject({ id: z.string(), code: z.string().nullable(), title: z.string() }),
);

export const trial = z.strictObject({
  lines: z.array(
    z.strictObject({
      line: z.int(),
      event: z.boolean(),
      fields: z.record(z.string(), z.unknown()),
      matched: met,
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

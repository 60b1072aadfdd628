import { z } from 'zod';

import type { BacktestView } from '#libs/protocol';

import { alert } from './incident-answers.ts';
import { instant, place } from './words.ts';

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

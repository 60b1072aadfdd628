import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import {
  Backtest,
  readRuleFiles,
  RuleControl,
  RuleEdits,
  RulePacks,
  withEdits,
  type BacktestOutcome,
} from '#libs/detect';
import { CENTRE } from '#libs/model';
import { projectFolder } from '#libs/platform';

import { EXIT, type Io } from '../verb.ts';
import { openCorrelator } from './detect-open.ts';
import { withBooks } from './documents.ts';

const DAY_MS = 86_400_000;

/** What `rules backtest` was asked for; times in ms. */
export interface BacktestWork {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

/** The work that the arguments ask for, or what is wrong with them. */
export function readBacktestWork(args: readonly string[], now: number): BacktestWork | string {
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(1),
      allowPositionals: true,
      options: { from: { type: 'string' }, to: { type: 'string' } },
    });
    const [rule] = positionals;
    if (rule === undefined) return 'rules backtest needs the id, name or code of a rule';
    const to = values.to === undefined ? now : Date.parse(values.to);
    const from = values.from === undefined ? to - DAY_MS : Date.parse(values.from);
    if (!(from < to)) return '--from and --to are times such as 2026-11-22T00:00:00+07:00';
    return { rule, from, to };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Runs a rule over the events that are kept, beside a running product or without one. */
export function runBacktest(work: BacktestWork, io: Io): Promise<number> {
  return withBooks('rules', io, async (books) => {
    const record = books.audit.append.bind(books.audit);
    const packs = new RulePacks({ ...books, record });
    const touch = (): Promise<void> => packs.touch();
    const control = new RuleControl({ ...books, record, touch });
    const root = projectFolder(import.meta.dirname);
    const own = await readRuleFiles([join(root, 'rules')]);
    const texts = await new RuleEdits({ ...books, record, touch }).texts();
    const given = [...own, ...(await packs.sources())];
    const sources = withEdits(given, texts, ({ file, pack }) =>
      pack === undefined ? relative(root, file) : file,
    );
    const options = await control.options();
    const store = books.holdings.events();
    const backtest = new Backtest({
      store,
      openCorrelation: openCorrelator,
      rules: () => ({ sources, options }),
      pause: () => Promise.resolve(),
    });
    const outcome = await backtest.run({ ...work, scope: { province: CENTRE } });
    return tell(outcome, work.rule, io);
  });
}

function tell(outcome: BacktestOutcome, rule: string, io: Io): number {
  if (outcome.done) {
    io.out.write(`${JSON.stringify(outcome.report)}\n`);
    return EXIT.done;
  }
  const why = 'problems' in outcome ? outcome.problems.join('\n') : outcome.reason;
  io.err.write(`rules: ${rule}: ${why}\n`);
  return EXIT.wrong;
}

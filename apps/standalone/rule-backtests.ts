import { createCorrelator, DEFAULT_CORRELATE_LIMITS } from '#libs/correlate';
import { Backtest, type BacktestReport } from '#libs/detect';
import { alertView } from '#libs/incident';
import type { Place } from '#libs/model';
import type { BacktestReportView, BacktestView } from '#libs/protocol';
import type { EventStore } from '#libs/store';

import { BacktestJobs, type BacktestJob } from '../engine/rules/backtest-jobs.ts';
import { RuleBacktests, type BacktestAsked } from '../server/controllers/backtests.controller.ts';
import type { Core } from './core.ts';
import { correlateLimits } from './settings.ts';

/** Backtests over the product's own events, with the rules and limits in force. */
export class ProductBacktests extends RuleBacktests {
  readonly #core: Core;
  readonly #jobs: BacktestJobs;

  constructor(core: Core, store: Pick<EventStore, 'search'>) {
    super();
    this.#core = core;
    const limits = { ...DEFAULT_CORRELATE_LIMITS, ...correlateLimits(core.config) };
    const backtest = new Backtest({
      store,
      openCorrelation: (set) => Promise.resolve(createCorrelator(set, limits)),
      rules: () => core.catalog.bundle,
      pause: () => new Promise(setImmediate),
    });
    this.#jobs = new BacktestJobs(backtest, core.clock);
  }

  start(
    asked: BacktestAsked,
    by: string,
  ): BacktestView | { readonly reason: 'too_many' | 'rule_unknown' } {
    const rule = this.#core.catalog.idOf(asked.rule);
    if (!this.#core.catalog.has(rule)) return { reason: 'rule_unknown' };
    const job = this.#jobs.start({ ...asked, rule }, by);
    return 'reason' in job ? { reason: 'too_many' } : this.#view(job);
  }

  list(scope: Place, rule?: string): readonly BacktestView[] {
    const id = rule === undefined ? undefined : this.#core.catalog.idOf(rule);
    return this.#jobs
      .list(scope)
      .filter(({ request }) => id === undefined || request.rule === id)
      .map((job) => this.#view(job));
  }

  get(id: string, scope: Place): BacktestView | undefined {
    const job = this.#jobs.get(id, scope);
    return job === undefined ? undefined : this.#view(job);
  }

  cancel(id: string, scope: Place): BacktestView | undefined {
    const job = this.#jobs.cancel(id, scope);
    return 'reason' in job ? undefined : this.#view(job);
  }

  #view({ id, by, at, request, progress, state, outcome, problem }: BacktestJob): BacktestView {
    const { rule, draft, from, to, scope } = request;
    const report = outcome?.done === true ? outcome.report : undefined;
    const reason = outcome?.done === false ? outcome.reason : undefined;
    const wrong = reason === 'canceled' ? problem : (problem ?? reason);
    const problems = outcome?.done === false && 'problems' in outcome ? outcome.problems : [wrong];
    return {
      id,
      rule,
      by,
      at: iso(at),
      from: iso(from),
      to: iso(to),
      locality: this.#core.availability.localities.nameOf(scope),
      draft: draft !== undefined,
      progress,
      state: reason === undefined ? state : reason === 'canceled' ? 'canceled' : 'refused',
      problems: problems.filter((one) => one !== undefined),
      report: report === undefined ? null : this.#reportView(report),
    };
  }

  #reportView(report: BacktestReport): BacktestReportView {
    const { scanned, matched, alerts, counts, examples, complete } = report;
    const { names, availability } = this.#core;
    return {
      scanned,
      matched,
      alerts,
      complete,
      counts: counts.map(({ day, place, alerts: found }) => {
        return { day, locality: availability.localities.nameOf(place), alerts: found };
      }),
      examples: examples.map((alert) => alertView({ alert }, names)),
    };
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

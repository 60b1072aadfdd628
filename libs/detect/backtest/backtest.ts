import type { Alert, AlertChange, Match, Place } from '#libs/model';
import {
  compileInPieces,
  neededOf,
  neededSome,
  type CompileOptions,
  type CorrelationRule,
  type RuleSet,
  type SigmaSource,
} from '#libs/sigma';
import type { EventStore } from '#libs/store';

import type { Correlation } from '../correlation.ts';
import { neededQuery } from './needed-query.ts';

/** Events asked for at once, and matches that one run keeps. */
const PAGE = 1_000;
const MATCHES_MAX = 200_000;
const BATCH_MATCHES = 1_000;
const EXAMPLES_MAX = 20;
/** Suppression window of a plain rule that names none, ms. */
const SUPPRESS_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A rule of the set in force, or a draft of one, over events of `[from, to)` (ms). */
export interface BacktestRequest {
  readonly rule: string;
  /** Text that stands in place of the rule's own. */
  readonly draft?: string;
  readonly from: number;
  readonly to: number;
  /** Whose events are looked at. */
  readonly scope: Place;
}

/** Alerts of one day (UTC+7, `YYYY-MM-DD`) and locality. */
export interface BacktestCount {
  readonly day: string;
  readonly place: Place;
  readonly alerts: number;
}

/** What live would have said. */
export interface BacktestReport {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
  /** Events that the store gave, and how many of them met a rule. */
  readonly scanned: number;
  readonly matched: number;
  readonly alerts: number;
  readonly counts: readonly BacktestCount[];
  /** The first alerts. */
  readonly examples: readonly Alert[];
  /** False when there were more matches than one run keeps; the newest are in. */
  readonly complete: boolean;
}

export type BacktestOutcome =
  | { readonly done: true; readonly report: BacktestReport }
  | { readonly done: false; readonly reason: 'canceled' | 'rule_unknown' | 'bad_span' }
  | { readonly done: false; readonly reason: 'refused'; readonly problems: readonly string[] };

export interface BacktestNeeds {
  readonly store: Pick<EventStore, 'search'>;
  /** The product's correlator over a rule set, under its own limits. */
  readonly openCorrelation: (set: RuleSet) => Promise<Pick<Correlation, 'accept' | 'advance'>>;
  /** The rules in force and what is laid on them. */
  readonly rules: () => {
    readonly sources: readonly SigmaSource[];
    readonly options: CompileOptions;
  };
  /** Lets others have the thread. */
  readonly pause: () => Promise<void>;
}

export interface BacktestEars {
  /** Hears how far it came, 0 to 1. */
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Runs a rule over stored events with the very same matcher and correlator as live. */
export class Backtest {
  readonly #needs: BacktestNeeds;

  constructor(needs: BacktestNeeds) {
    this.#needs = needs;
  }

  async run(request: BacktestRequest, ears: BacktestEars = {}): Promise<BacktestOutcome> {
    if (!(request.from < request.to)) return { done: false, reason: 'bad_span' };
    const prepared = await this.#prepare(request);
    if ('done' in prepared) return prepared;
    const found = await this.#matches(prepared.set, request, ears);
    if (found === undefined) return { done: false, reason: 'canceled' };
    const alerts = await this.#alerts(prepared.set, found.matches, request);
    const own = alerts.filter(
      ({ rule, first }) => rule === prepared.id && first >= request.from && first < request.to,
    );
    ears.progress?.(1);
    return {
      done: true,
      report: {
        rule: prepared.id,
        from: request.from,
        to: request.to,
        scanned: found.scanned,
        matched: new Set(found.matches.map(({ event }) => event.id)).size,
        alerts: own.length,
        counts: countsOf(own),
        examples: own.slice(0, EXAMPLES_MAX),
        complete: found.complete,
      },
    };
  }

  /** The set of the rule and of what it counts, switched on whatever the settings say. */
  async #prepare({
    rule,
    draft,
  }: BacktestRequest): Promise<{ set: RuleSet; id: string } | BacktestOutcome> {
    const { sources, options } = this.#needs.rules();
    const { switches: _, ...laid } = options;
    const file = `draft of ${rule}`;
    const all = draft === undefined ? sources : [{ file, text: draft }, ...sources];
    const whole = await compileInPieces(all, laid, this.#needs.pause);
    const problems = whole.refused
      .filter((refusal) => refusal.file === file)
      .map(({ line, column, message }) => `${line}:${column}: ${message}`);
    if (problems.length > 0) return { done: false, reason: 'refused', problems };
    const asked = [...whole.correlations, ...whole.rules].find((one) =>
      draft === undefined ? isCalled(one, rule) : one.file === file,
    );
    if (asked === undefined) return { done: false, reason: 'rule_unknown' };
    const only = { ...laid, only: [asked.id] };
    const set = await compileInPieces(all, only, this.#needs.pause);
    return { set, id: asked.id };
  }

  async #matches(
    set: RuleSet,
    { from, to, scope }: BacktestRequest,
    { progress, signal }: BacktestEars,
  ): Promise<{ matches: Match[]; scanned: number; complete: boolean } | undefined> {
    const matches: Match[] = [];
    let scanned = 0;
    const query = neededQuery(neededSome(set.rules.map(({ condition }) => neededOf(condition))));
    if (query === undefined) return { matches, scanned, complete: true };
    // What began before the span decides whether an alert of the span is a new one.
    const start = from - 2 * reachMs(set);
    let cursor: string | undefined;
    do {
      if (signal?.aborted === true) return undefined;
      const page = await this.#needs.store.search({
        query,
        scope,
        from: start,
        to,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const event of page.events) {
        scanned++;
        for (const { id } of set.match(event.fields)) matches.push({ rule: id, event });
      }
      const last = page.events.at(-1);
      if (last !== undefined) progress?.((to - last.time) / (to - start));
      if (matches.length > MATCHES_MAX) return { matches, scanned, complete: false };
      cursor = page.next;
      await this.#needs.pause();
    } while (cursor !== undefined);
    return { matches, scanned, complete: true };
  }

  /** The alerts in force at the end, the earliest first. */
  async #alerts(
    set: RuleSet,
    matches: readonly Match[],
    { to }: BacktestRequest,
  ): Promise<readonly Alert[]> {
    const correlation = await this.#needs.openCorrelation(set);
    const last = new Map<string, Alert>();
    const keep = (changes: readonly AlertChange[]) => {
      for (const { alert } of changes) last.set(alert.id, alert);
    };
    // As they came: how late a match was is part of what live would have said.
    const sorted = matches.toSorted((a, b) => a.event.received - b.event.received);
    let reached = 0;
    for (let at = 0; at < sorted.length; at += BATCH_MATCHES) {
      const batch = sorted.slice(at, at + BATCH_MATCHES);
      keep(await correlation.accept(batch));
      reached = batch.at(-1)?.event.received ?? reached;
      keep(await correlation.advance(reached));
      await this.#needs.pause();
    }
    keep(await correlation.advance(Math.max(reached, to)));
    return [...last.values()]
      .filter(({ state }) => state.kind === 'in_force')
      .toSorted((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
  }
}

function isCalled(
  rule: { readonly id: string; readonly name?: string; readonly ours: { readonly code?: string } },
  name: string,
): boolean {
  return rule.id === name || rule.name === name || rule.ours.code === name;
}

/** How far back what an alert is made of may lie: the windows of a chain one after the other. */
function reachMs({ rules, correlations }: RuleSet): number {
  const plain = rules.flatMap((one) => [one, ...Object.values(one.byProvince ?? {})]);
  const suppress = plain.map(({ ours }) => ours.suppressMs ?? SUPPRESS_MS);
  const longest = ({ timespanMs, byProvince = {} }: CorrelationRule): number =>
    Math.max(timespanMs, ...Object.values(byProvince).map((one) => one.timespanMs));
  const windows = correlations.reduce((sum, one) => sum + longest(one), 0);
  return Math.max(windows, ...suppress);
}

const ZONE_MS = 7 * 3_600_000;

function countsOf(alerts: readonly Alert[]): BacktestCount[] {
  const counts = new Map<string, BacktestCount>();
  for (const { first, place } of alerts) {
    const start = Math.floor((first + ZONE_MS) / DAY_MS) * DAY_MS;
    const day = new Date(start).toISOString().slice(0, 10);
    const key = `${day} ${place.province} ${place.commune ?? ''}`;
    const known = counts.get(key)?.alerts ?? 0;
    counts.set(key, { day, place, alerts: known + 1 });
  }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

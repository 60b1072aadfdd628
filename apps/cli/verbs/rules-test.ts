import { readFile } from 'node:fs/promises';

import type { Alert, Match } from '#libs/model';
import type { CorrelationRule, Rule, RuleSet } from '#libs/sigma';

import { alertsInForce, type OpenCorrelator } from './detect-correlate.ts';
import { SAMPLES_SUFFIX } from '#libs/detect';
import {
  eventFields,
  isProblem,
  readSamples,
  type DecodeLine,
  type ExpectedAlert,
  type Sample,
  type Samples,
  type Timeline,
} from './rules-samples.ts';

/** What samples need beside the rules. */
export interface SampleParts {
  readonly decodeLine: DecodeLine;
  readonly openCorrelator: OpenCorrelator;
}

/** What came of the samples of some rules. */
export interface SamplesOutcome {
  readonly passed: number;
  /** One line per sample that did not turn out as it says. */
  readonly failures: readonly string[];
  /** Rule files that have no samples. */
  readonly without: readonly string[];
}

/** 08:00 on Monday 23 November 2026 in Viet Nam: office hours. */
const START = Date.UTC(2026, 10, 23, 1);
const SPAN = /^(\d{1,9})(ms|s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Where a sample's events lie when it does not say. */
const LOCALITY_DEFAULT = '22';

/** Runs the samples beside every rule file of the set. */
export async function testSamples(
  set: RuleSet,
  files: readonly string[],
  parts: SampleParts,
): Promise<SamplesOutcome> {
  const failures: string[] = [];
  const without: string[] = [];
  let passed = 0;
  for (const file of files) {
    const samplesFile = file.replace(/\.ya?ml$/, SAMPLES_SUFFIX);
    const text = await readOptional(samplesFile);
    if (text === undefined) {
      without.push(file);
      continue;
    }
    const samples = readSamples(text);
    if ('problem' in samples) {
      failures.push(`${samplesFile}: ${samples.problem}`);
      continue;
    }
    const run = new SamplesRun(set, file, samplesFile, parts);
    await run.run(samples);
    passed += run.passed;
    failures.push(...run.failures);
  }
  return { passed, failures, without };
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The samples of one file against the rules of the file beside it. */
class SamplesRun {
  readonly #set: RuleSet;
  readonly #rules: readonly Rule[];
  readonly #all: readonly (Rule | CorrelationRule)[];
  readonly #samplesFile: string;
  readonly #parts: SampleParts;
  readonly failures: string[] = [];
  passed = 0;

  constructor(set: RuleSet, file: string, samplesFile: string, parts: SampleParts) {
    const own = ({ meta }: Rule | CorrelationRule) => meta.file === file;
    this.#set = set;
    this.#rules = set.rules.filter(own);
    this.#all = [...this.#rules, ...set.correlations.filter(own)];
    this.#samplesFile = samplesFile;
    this.#parts = parts;
  }

  async run(samples: Samples): Promise<void> {
    if (this.#all.length === 0) {
      this.failures.push(`${this.#samplesFile}: no rule of this file is in force`);
      return;
    }
    for (const [i, sample] of samples.match.entries())
      this.#testSample(`match[${i}]`, sample, true);
    for (const [i, sample] of samples.pass.entries()) this.#testSample(`pass[${i}]`, sample, false);
    for (const timeline of samples.timelines) await this.#testTimeline(timeline);
  }

  #testSample(where: string, sample: Sample, wanted: boolean): void {
    const event = eventFields(sample, 0, this.#parts.decodeLine);
    if (isProblem(event)) return this.#fail(where, event.problem);
    const name = sample['rule'];
    const rules =
      typeof name === 'string' ? this.#rules.filter((rule) => isCalled(rule, name)) : this.#rules;
    if (rules.length === 0) return this.#fail(where, `there is no plain rule ${String(name)}`);
    const met = this.#set.match(event).filter((rule) => rules.includes(rule));
    if (met.length > 0 === wanted) {
      this.passed++;
      return undefined;
    }
    if (!wanted) return this.#fail(where, `must not match, but ${met[0]?.id ?? ''} does`);
    const why = this.#set.explain(event, rules[0]?.id ?? '');
    return this.#fail(where, `does not match: ${JSON.stringify(why)}`);
  }

  async #testTimeline(timeline: Timeline): Promise<void> {
    const where = `timeline "${timeline.name}"`;
    const matches: Match[] = [];
    for (const [i, written] of timeline.events.entries()) {
      const at = readSpan(written.at);
      const every = readSpan(written.every);
      if (at === undefined || every === undefined) {
        return this.#fail(where, `events[${i}]: at and every are spans such as 90s`);
      }
      for (let n = 0; n < written.repeat; n++) {
        const fields = eventFields(written, n, this.#parts.decodeLine);
        if (isProblem(fields)) return this.#fail(where, `events[${i}]: ${fields.problem}`);
        const time = START + at + n * every;
        fields['@timestamp'] = new Date(time).toISOString();
        fields['gov.locality.code'] ??= LOCALITY_DEFAULT;
        const event = { id: `${i}-${n}`, time, received: time, fields };
        for (const rule of this.#set.match(fields)) matches.push({ rule: rule.id, event });
      }
    }
    matches.sort((a, b) => a.event.time - b.event.time);
    const ids = new Set(this.#all.map(({ id }) => id));
    const alerts = await alertsInForce(await this.#parts.openCorrelator(this.#set), matches);
    return this.#compare(
      where,
      alerts.filter(({ rule }) => ids.has(rule)),
      timeline.alerts,
    );
  }

  #compare(where: string, alerts: readonly Alert[], expected: readonly ExpectedAlert[]): void {
    const open = [...alerts];
    for (const wanted of expected) {
      const found = open.findIndex((alert) => this.#isExpected(alert, wanted));
      if (found >= 0) open.splice(found, 1);
      else {
        const got = open.map(shown).join(' ') || 'none';
        this.#fail(where, `no alert ${JSON.stringify(wanted)}; there are: ${got}`);
        return;
      }
    }
    if (open.length > 0) this.#fail(where, `not expected: ${open.map(shown).join(' ')}`);
    else this.passed++;
  }

  #isExpected(alert: Alert, wanted: ExpectedAlert): boolean {
    const { rule, group, count, first, last, level } = wanted;
    const called =
      rule === undefined || this.#all.some((one) => one.id === alert.rule && isCalled(one, rule));
    const grouped = Object.entries(group ?? {}).every(
      ([name, value]) => alert.group[name] === value,
    );
    const at = (span: string | undefined, time: number) =>
      span === undefined || START + (readSpan(span) ?? Number.NaN) === time;
    return (
      called &&
      grouped &&
      (count === undefined || alert.count === count) &&
      at(first, alert.first) &&
      at(last, alert.last) &&
      (level === undefined || alert.level === level)
    );
  }

  #fail(where: string, why: string): void {
    this.failures.push(`${this.#samplesFile}: ${where}: ${why}`);
  }
}

function isCalled(rule: Rule | CorrelationRule, name: string): boolean {
  return rule.id === name || rule.name === name || rule.ours.code === name;
}

function readSpan(text: string): number | undefined {
  const found = SPAN.exec(text);
  return found === null ? undefined : Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? Number.NaN);
}

function shown({ rule, group, count, first, last, level }: Alert): string {
  const after = (time: number) => `${(time - START) / 1000}s`;
  return JSON.stringify({ rule, group, count, first: after(first), last: after(last), level });
}

import type { Event } from '#libs/model';

import type { Histogram, HistogramRequest, TopRequest, TopValues } from '../ports.ts';
import { either, type Dsl } from './dsl.ts';
import {
  doubtWithin,
  OutOfTime,
  sureWithin,
  type EventQuestions,
  type Question,
  type SearchAnswer,
  type Step,
} from './event-questions.ts';
import { readDoubtful } from './event-search.ts';
import { hasField } from './field-conditions.ts';
import { kindOf, OWN } from './layout.ts';

/** Series of a histogram; further values are one series. */
const SERIES_MAX = 50;
const REST = '…';
/** Values counted of one step; what is beyond is too rare to be at the top. */
const VALUES_MAX = 10_000;
/** Different values counted exactly by the server; more are estimated. */
const DISTINCT_EXACT = 40_000;

interface Bucket {
  readonly key: string | number;
  readonly key_as_string?: string;
  readonly doc_count: number;
  readonly times?: { readonly buckets: readonly Bucket[] };
  readonly values?: { readonly value: number };
}

interface Terms {
  readonly sum_other_doc_count: number;
  readonly buckets: readonly Bucket[];
}

/** Whether the server can count the values of a field; else the events that have it are read. */
function isCounted(field: string): boolean {
  const kind = kindOf(field);
  return kind !== 'token' && kind !== 'message' && kind !== 'stored';
}

/** The values of a field as text, as the server's buckets name them. */
function keyOf({ key, key_as_string: text }: Bucket, field: string): string {
  const kind = kindOf(field);
  return kind === 'date' || kind === 'boolean' ? (text ?? String(key)) : String(key);
}

function valuesOf({ fields }: Event, field: string): string[] {
  const held = fields[field] ?? null;
  const list = Array.isArray(held) ? held : [held];
  return list.filter((one) => one !== null).map(String);
}

/** The question, with the events in doubt of which a field must be read to count it. */
async function beginCounting(
  questions: EventQuestions,
  request: HistogramRequest | TopRequest,
  field: string | undefined,
): Promise<Question> {
  const question = await questions.begin(request, field === undefined ? [] : [field]);
  if (field === undefined || isCounted(field)) return question;
  return { ...question, doubt: either(question.doubt, hasField(field)) };
}

/** Runs `count` over the steps, newest first; tells how far it came. */
async function overSteps(
  questions: EventQuestions,
  question: Question,
  count: (step: Step) => Promise<void>,
): Promise<{ complete: boolean; scanned: number; total: number }> {
  const total = await questions.count(question);
  let oldest: number | undefined;
  try {
    for (const step of question.steps) {
      await count(step);
      oldest = step.from;
    }
    return { complete: true, scanned: total, total };
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const scanned = oldest === undefined ? 0 : await questions.count(question, oldest - 1);
    return { complete: false, scanned, total };
  }
}

/** The most frequent values of a field. */
export async function topValues(
  questions: EventQuestions,
  request: TopRequest,
): Promise<TopValues> {
  const { field, limit } = request;
  const question = await beginCounting(questions, request, field);
  const counts = new Map<string, number>();
  let estimate = 0;
  const add = (value: string, count: number) => counts.set(value, (counts.get(value) ?? 0) + count);
  const coverage = await overSteps(questions, question, async (step) => {
    const found: [string, number][] = [];
    if (isCounted(field)) {
      const [answer] = await questions.ask(question, step, [topBody(question, step, field)]);
      const terms = aggregate<Terms>(answer, 'values');
      for (const bucket of terms?.buckets ?? [])
        found.push([keyOf(bucket, field), bucket.doc_count]);
      if ((terms?.sum_other_doc_count ?? 0) > 0) {
        estimate = Math.max(estimate, aggregate<{ value: number }>(answer, 'distinct')?.value ?? 0);
      }
    }
    for await (const events of doubtful(questions, question, step)) {
      for (const event of events) for (const one of valuesOf(event, field)) found.push([one, 1]);
    }
    // Only now: a step that ran out of time counts as not looked at.
    for (const [value, count] of found) add(value, count);
  });
  const values = [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  const distinct = Math.max(estimate, counts.size);
  return { ...coverage, values: values.slice(0, limit), distinct, sampled: false };
}

function topBody(question: Question, step: Step, field: string): Dsl {
  return {
    size: 0,
    query: sureWithin(question, step),
    track_total_hits: false,
    aggs: {
      values: {
        terms: { field, size: VALUES_MAX, order: [{ _count: 'desc' }, { _key: 'asc' }] },
      },
      distinct: { cardinality: { field, precision_threshold: DISTINCT_EXACT } },
    },
  };
}

function aggregate<T>(answer: SearchAnswer | undefined, name: string): T | undefined {
  return answer?.aggregations?.[name] as T | undefined;
}

function doubtful(questions: EventQuestions, question: Question, step: Step) {
  return readDoubtful(questions, question, step, doubtWithin(question, step));
}

/** Counts of a histogram's series, gathered step by step. */
class Series {
  readonly #counts = new Map<string, number[]>();
  readonly #from: number;
  readonly #intervalMs: number;
  readonly #buckets: number;

  constructor(from: number, intervalMs: number, buckets: number) {
    this.#from = from;
    this.#intervalMs = intervalMs;
    this.#buckets = buckets;
  }

  add(value: string, time: number, count: number): void {
    if (count === 0) return;
    let counts = this.#counts.get(value);
    if (counts === undefined) {
      counts = Array.from({ length: this.#buckets }, () => 0);
      this.#counts.set(value, counts);
    }
    const at = Math.floor((time - this.#from) / this.#intervalMs);
    counts[at] = (counts[at] ?? 0) + count;
  }

  /** The largest series first; those beyond the limit as one. */
  listed(): { value: string; counts: number[] }[] {
    const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0);
    const sorted = [...this.#counts]
      .filter(([value]) => value !== REST)
      .toSorted(([, a], [, b]) => sum(b) - sum(a))
      .map(([value, counts]) => ({ value, counts }));
    const rest = [this.#counts.get(REST) ?? [], ...sorted.slice(SERIES_MAX).map((s) => s.counts)];
    const total = Array.from({ length: this.#buckets }, (_, at) =>
      rest.reduce((all, counts) => all + (counts[at] ?? 0), 0),
    );
    const kept = sorted.slice(0, SERIES_MAX);
    return sum(total) === 0 ? kept : [...kept, { value: REST, counts: total }];
  }
}

type Count = readonly [value: string, time: number, count: number];

/** Events over time, split by the values of a field where one is named. */
export async function histogramOf(
  questions: EventQuestions,
  request: HistogramRequest,
): Promise<Histogram> {
  const { from, to, by } = request;
  const intervalMs = Math.max(1, Math.ceil((to - from) / Math.max(1, request.buckets)));
  const buckets = Math.max(0, Math.ceil((to - from) / intervalMs));
  const series = new Series(from, intervalMs, buckets);
  const question = await beginCounting(questions, request, by);
  const coverage = await overSteps(questions, question, async (step) => {
    const body = histogramBody(question, step, { from, intervalMs, by });
    const [answer] = await questions.ask(question, step, [body]);
    const found = countsOf(answer, by);
    for await (const events of doubtful(questions, question, step)) {
      for (const event of events) {
        const values = by === undefined ? [] : valuesOf(event, by);
        for (const one of values.length === 0 ? [''] : values) found.push([one, event.time, 1]);
      }
    }
    for (const [value, time, count] of found) series.add(value, time, count);
  });
  return { ...coverage, intervalMs, start: from, series: series.listed() };
}

function histogramBody(
  question: Question,
  step: Step,
  { from, intervalMs, by }: { from: number; intervalMs: number; by: string | undefined },
): Dsl {
  const times = {
    date_histogram: {
      field: OWN.time,
      fixed_interval: `${intervalMs}ms`,
      offset: `${from % intervalMs}ms`,
      min_doc_count: 1,
    },
  };
  const base = { size: 0, track_total_hits: false, query: sureWithin(question, step) };
  if (by === undefined || !isCounted(by)) return { ...base, aggs: { times } };
  return {
    ...base,
    aggs: {
      without: { missing: { field: by }, aggs: { times } },
      values: { terms: { field: by, size: SERIES_MAX, shard_size: VALUES_MAX }, aggs: { times } },
      all: { ...times, aggs: { values: { value_count: { field: by } } } },
    },
  };
}

function countsOf(answer: SearchAnswer | undefined, by: string | undefined): Count[] {
  const found: Count[] = [];
  const take = (value: string, of: { readonly buckets: readonly Bucket[] } | undefined) => {
    for (const { key, doc_count: count } of of?.buckets ?? [])
      found.push([value, Number(key), count]);
  };
  if (by === undefined || !isCounted(by)) {
    take('', aggregate(answer, 'times'));
    return found;
  }
  take('', aggregate<Bucket>(answer, 'without')?.times);
  const terms = aggregate<Terms>(answer, 'values');
  const listed = new Map<number, number>();
  for (const bucket of terms?.buckets ?? []) {
    take(keyOf(bucket, by), bucket.times);
    for (const { key, doc_count: count } of bucket.times?.buckets ?? []) {
      listed.set(Number(key), (listed.get(Number(key)) ?? 0) + count);
    }
  }
  if ((terms?.sum_other_doc_count ?? 0) === 0) return found;
  for (const { key, values } of aggregate<Terms>(answer, 'all')?.buckets ?? []) {
    found.push([REST, Number(key), (values?.value ?? 0) - (listed.get(Number(key)) ?? 0)]);
  }
  return found;
}

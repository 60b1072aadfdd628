import type { Event } from '#libs/model';

import type { EventSpan } from '../ports.ts';
import { compileQuery, type Matcher } from '../query/matches.ts';
import { scoped } from '../query/scoped.ts';
import { ElasticError, type Connection } from './connection.ts';
import { both, either, not, type Dsl } from './dsl.ts';
import { daysWithin, type EventDays } from './event-days.ts';
import { eventOf } from './event-document.ts';
import { OWN } from './layout.ts';
import { translate } from './translate.ts';

const DAY_MS = 86_400_000;
/** Answers that nobody gave a deadline for. */
const DEADLINE_MS = 30_000;
/** Days of the first step of a walk; each later step takes twice as many. */
const FIRST_STEP_DAYS = 2;

/** `[time, tie, sequence number]` of an event: its place in the order of answers. */
export type SortKey = readonly [time: number, tie: number, seq: number];

export const NEWEST_FIRST: readonly Dsl[] = [
  { [OWN.time]: 'desc' },
  { [OWN.tie]: 'desc' },
  { _seq_no: 'desc' },
];

export interface Hit {
  readonly _id: string;
  readonly _source: Readonly<Record<string, unknown>>;
  readonly sort: SortKey;
}

export interface SearchAnswer {
  readonly timed_out: boolean;
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit[] };
  readonly aggregations?: Readonly<Record<string, unknown>>;
}

/** Some neighbouring days of the span that are asked in one request. */
export interface Step {
  readonly indices: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** A question as the server is asked it. */
export interface Question {
  readonly sure: Dsl;
  readonly doubt: Dsl;
  /** Whether an event meets it, which the server cannot say of those in doubt. */
  readonly matches: Matcher;
  readonly from: number;
  readonly to: number;
  /** Newest days first. */
  readonly steps: readonly Step[];
  /** ms that are left. */
  readonly left: () => number;
}

/** The answers have taken too long. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Asks the day indices; every question is bounded by a scope and by a time. */
export class EventQuestions {
  readonly #connection: Connection;
  readonly #days: EventDays;

  constructor(connection: Connection, days: EventDays) {
    this.#connection = connection;
    this.#days = days;
  }

  /** `counted` are fields whose values are counted. */
  async begin(
    { query, scope, from, to, deadlineMs = DEADLINE_MS }: EventSpan & { deadlineMs?: number },
    counted: readonly string[] = [],
  ): Promise<Question> {
    const start = performance.now();
    const asked = scoped(query, scope);
    const days = from < to ? daysWithin(await this.#days.list(), from, to) : [];
    return {
      ...translate(asked, counted),
      matches: compileQuery(asked),
      from,
      to,
      steps: this.#stepsOf(days, from, to),
      left: () => deadlineMs - (performance.now() - start),
    };
  }

  #stepsOf(days: readonly number[], from: number, to: number): Step[] {
    const steps: Step[] = [];
    for (let at = 0, length = FIRST_STEP_DAYS; at < days.length; at += length / 2) {
      const some = days.slice(at, at + length);
      const [newest, oldest] = [some[0] ?? 0, some.at(-1) ?? 0];
      steps.push({
        indices: some.map((day) => this.#days.names.index(day)),
        from: Math.max(from, oldest * DAY_MS),
        to: Math.min(to, (newest + 1) * DAY_MS),
      });
      length *= 2;
    }
    return steps;
  }

  /** Events of the span, whatever they are; a count costs the server next to nothing. */
  async count({ steps, from, to }: Question, newerThan?: number): Promise<number> {
    const indices = steps
      .filter((step) => newerThan === undefined || step.to > newerThan)
      .flatMap((step) => step.indices);
    if (indices.length === 0) return 0;
    const query = spanOf(newerThan === undefined ? from : newerThan + 1, to);
    const [answer] = await this.#ask(indices, [{ size: 0, track_total_hits: true, query }]);
    return answer?.hits.total?.value ?? 0;
  }

  /**
   * One request for the days of a step; throws `OutOfTime` when they were not read to the end in
   * time.
   */
  async ask(question: Question, step: Step, bodies: readonly Dsl[]): Promise<SearchAnswer[]> {
    const left = Math.ceil(question.left());
    if (left <= 0) throw new OutOfTime('the deadline has passed');
    const timed = bodies.map((body) => ({ timeout: `${left}ms`, ...body }));
    const answers = await this.#ask(step.indices, timed, left);
    if (answers.some(({ timed_out: isLate }) => isLate)) throw new OutOfTime('not read to the end');
    return answers;
  }

  async #ask(
    indices: readonly string[],
    bodies: readonly Dsl[],
    leftMs = DEADLINE_MS,
  ): Promise<SearchAnswer[]> {
    const head = JSON.stringify({ index: indices, ignore_unavailable: true });
    const lines = bodies.map((body) => `${head}\n${JSON.stringify(body)}\n`).join('');
    const { responses } = await this.#connection.get<{
      readonly responses: readonly (SearchAnswer & { readonly status: number })[];
    }>({
      method: 'POST',
      path: '/_msearch',
      lines,
      query: { max_concurrent_searches: bodies.length },
      // The server keeps the time itself; this is for one that stands still.
      timeoutMs: leftMs + 5_000,
    });
    for (const answer of responses) {
      if (answer.status >= 300) {
        throw new ElasticError('POST /_msearch', { status: answer.status, body: answer });
      }
    }
    return [...responses];
  }
}

export function spanOf(from: number, to: number): Dsl {
  return { range: { [OWN.time]: { gte: from, lt: to } } };
}

/** Events of the step that meet the question for sure. */
export function sureWithin({ sure, doubt }: Question, { from, to }: Step): Dsl {
  return both(spanOf(from, to), sure, not(doubt));
}

/** Events of the step that must be read. */
export function doubtWithin({ doubt }: Question, { from, to }: Step): Dsl {
  return both(spanOf(from, to), doubt);
}

/** Events of the step that may meet the question. */
export function maybeWithin({ sure, doubt }: Question, { from, to }: Step): Dsl {
  return both(spanOf(from, to), either(sure, doubt));
}

export function eventOfHit({ _id: id, _source: source }: Hit): Event {
  return eventOf(id, source);
}

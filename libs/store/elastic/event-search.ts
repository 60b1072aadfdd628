import type { Event } from '#libs/model';

import { BadCursorError, type SearchPage, type SearchRequest } from '../ports.ts';
import { NOTHING, type Dsl } from './dsl.ts';
import {
  eventOfHit,
  maybeWithin,
  NEWEST_FIRST,
  OutOfTime,
  type EventQuestions,
  type Hit,
  type Question,
  type SortKey,
  type Step,
} from './event-questions.ts';

/** Most events of one page, and of one request while events must be read to know. */
const PAGE_MAX = 5_000;
const READ_PAGE = 1_000;
const TIE_MAX = 32_767;

interface Walk {
  readonly question: Question;
  readonly limit: number;
  readonly events: Event[];
  /** The last event looked at. */
  after: SortKey | undefined;
}

/** One page of a search, newest first; partial when the time was not enough. */
export async function searchEvents(
  questions: EventQuestions,
  request: SearchRequest,
): Promise<SearchPage> {
  const question = await questions.begin(request);
  const total = await questions.count(question);
  const limit = Math.max(0, Math.min(Math.floor(request.limit), PAGE_MAX));
  const after = readCursor(request.cursor);
  const walk: Walk = { question, limit, events: [], after };
  try {
    const isMore = limit > 0 && (await walkSteps(questions, walk));
    const { events } = walk;
    const next = isMore && walk.after !== undefined ? { next: cursorOf(walk.after) } : {};
    return { events, complete: true, scanned: total, total, ...next };
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const from = walk.after ?? [request.to, TIE_MAX, Number.MAX_SAFE_INTEGER];
    const scanned = walk.after === undefined ? 0 : await questions.count(question, walk.after[0]);
    return { events: walk.events, complete: false, scanned, total, next: cursorOf(from) };
  }
}

/** Whether the page is full and older ones follow. */
async function walkSteps(questions: EventQuestions, walk: Walk): Promise<boolean> {
  for (const step of walk.question.steps) {
    if (walk.after !== undefined && step.from > walk.after[0]) continue;
    if (await walkStep(questions, walk, step)) return true;
  }
  return false;
}

async function walkStep(questions: EventQuestions, walk: Walk, step: Step): Promise<boolean> {
  const { question, limit, events } = walk;
  const isExact = question.doubt === NOTHING;
  for (;;) {
    const size = isExact ? limit - events.length + 1 : READ_PAGE;
    const [answer] = await questions.ask(question, step, [pageOf(walk, step, size)]);
    const hits = answer?.hits.hits ?? [];
    for (const hit of hits) {
      const event = eventOfHit(hit);
      const isWanted = isExact || question.matches(event.fields, event.id);
      if (isWanted && events.length === limit) return true;
      if (isWanted) events.push(event);
      walk.after = hit.sort;
    }
    if (hits.length < size) return false;
  }
}

function pageOf({ question, after }: Walk, step: Step, size: number): Dsl {
  return {
    size,
    query: maybeWithin(question, step),
    sort: NEWEST_FIRST,
    track_total_hits: false,
    ...(after === undefined ? {} : { search_after: after }),
  };
}

export function cursorOf(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Throws for a cursor that was not made here. */
export function readCursor(cursor: string | undefined): SortKey | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const parts = /^\[(\d{1,16}),(-?\d{1,5}),(\d{1,16})\]$/.exec(text);
  const [time, tie = Infinity, seq] = (parts?.slice(1) ?? []).map(Number);
  if (time === undefined || seq === undefined || Math.abs(tie) > TIE_MAX + 1) {
    throw new BadCursorError();
  }
  return [time, tie, seq];
}

/** Every event of a step that must be read and meets the question, in pages. */
export async function* readDoubtful(
  questions: EventQuestions,
  question: Question,
  step: Step,
  query: Dsl,
): AsyncGenerator<readonly Event[]> {
  if (question.doubt === NOTHING) return;
  let after: Hit['sort'] | undefined;
  for (;;) {
    const body = {
      size: READ_PAGE,
      query,
      sort: NEWEST_FIRST,
      track_total_hits: false,
      ...(after === undefined ? {} : { search_after: after }),
    };
    const [answer] = await questions.ask(question, step, [body]);
    const hits = answer?.hits.hits ?? [];
    yield hits.map(eventOfHit).filter(({ fields, id }) => question.matches(fields, id));
    after = hits.at(-1)?.sort;
    if (hits.length < READ_PAGE) return;
  }
}

import { z } from 'zod';

import { scopeOf } from '#libs/auth';
import type { Principal } from '#libs/model';
import { parseQuery, type EventSpan } from '#libs/store';

import { ProblemException } from '../http/problem.ts';

/** Span that a search covers when it names none: the last day. */
const DEFAULT_SPAN_MS = 86_400_000;
/** A search that takes longer gives what it has and says how far it came. */
export const SEARCH_MS_MAX = 10_000;

/** What a query can be refused for. */
export const QUERY_PROBLEMS = [
  'query_syntax',
  'query_too_long',
  'query_too_deep',
  'query_bad_value',
] as const;

const instant = z.iso.datetime({ offset: true });

/** `from` and `to` of a request; `to` is left out of the span. */
export const spanShape = {
  from: instant.optional(),
  to: instant.optional(),
};

/** What the search page asks of events. */
export const eventSpanShape = { query: z.string().default(''), ...spanShape };

export interface SpanAsked {
  readonly query?: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Reads a query and its span, bounded by what this person may see; a query that cannot be read
 * names its character.
 */
export function eventSpan(asked: SpanAsked, who: Principal, now: number): EventSpan {
  const parsed = parseQuery(asked.query ?? '');
  if (parsed.problem !== undefined) {
    const { reason, message, messageVi, at } = parsed.problem;
    throw new ProblemException(reason, { detail: message, detailVi: messageVi, at });
  }
  // The newest events are stamped up to a few minutes ahead of us: the open end takes them in.
  const to = asked.to === undefined ? now + DEFAULT_SPAN_MS : Date.parse(asked.to);
  const from = asked.from === undefined ? now - DEFAULT_SPAN_MS : Date.parse(asked.from);
  if (from >= to) {
    throw new ProblemException('invalid', {
      detail: 'from must lie before to.',
      detailVi: 'Thời điểm bắt đầu phải trước thời điểm kết thúc.',
    });
  }
  return { query: parsed.query, scope: scopeOf(who), from, to };
}

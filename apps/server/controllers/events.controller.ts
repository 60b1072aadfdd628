import { Readable } from 'node:stream';

import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import { CENTRE, Clock, type Event, type Place, type Principal } from '#libs/model';
import type { EventView, HistogramView, SearchView, TopView } from '#libs/protocol';
import { BadCursorError, EventStore, exportCsv, type SearchPage } from '#libs/store';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { eventSpan, eventSpanShape, QUERY_PROBLEMS, SEARCH_MS_MAX } from './span.ts';

const ROWS_MAX = 1_000;
const BUCKETS_MAX = 500;
const TOP_MAX = 100;
const FIELD_CHARS_MAX = 200;
const CURSOR_CHARS_MAX = 500;

const fieldName = z.string().min(1).max(FIELD_CHARS_MAX);

const searchQuery = z.object({
  ...eventSpanShape,
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});
const histogramQuery = z.object({
  ...eventSpanShape,
  buckets: z.coerce.number().int().min(1).max(BUCKETS_MAX).default(60),
  by: fieldName.optional(),
});
const topQuery = z.object({
  ...eventSpanShape,
  field: fieldName,
  limit: z.coerce.number().int().min(1).max(TOP_MAX).default(10),
});

const exportQuery = z.object({
  ...eventSpanShape,
  columns: z.string().max(2_000).optional(),
});
/** What an export holds when nobody chose. */
const EXPORT_COLUMNS = [
  'time',
  'event.dataset',
  'gov.locality.code',
  'gov.locality.commune_code',
  'host.name',
  'source.ip',
  'user.name',
  'event.action',
  'event.outcome',
  'message',
  'id',
];

/** An event as pages show it. */
export function eventView(event: Event): EventView {
  return {
    id: event.id,
    time: new Date(event.time).toISOString(),
    received: new Date(event.received).toISOString(),
    fields: event.fields,
  };
}

/**
 * How much of the span was looked at; who sees one place gets it in hundredths: events of others
 * are no count of theirs.
 */
function looked({ scanned, total }: SearchPage, scope: Place): { scanned: number; total: number } {
  if (scope.province === CENTRE) return { scanned, total };
  return { scanned: total === 0 ? 100 : Math.floor((100 * scanned) / total), total: 100 };
}

function refuseBadCursor(error: unknown): never {
  if (!(error instanceof BadCursorError)) throw error;
  throw new ProblemException('invalid', {
    detail: 'The cursor is not one of this list.',
    detailVi: 'Con trỏ trang không thuộc danh sách này.',
  });
}

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  readonly #store: EventStore;
  readonly #clock: Clock;

  readonly #audit: Audit;

  constructor(
    @Inject(EventStore) store: EventStore,
    @Inject(Clock) clock: Clock,
    @Inject(Audit) audit: Audit,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#audit = audit;
  }

  @Get()
  @Needs('events.read')
  @Answers('Search', ...QUERY_PROBLEMS)
  @ApiOperation({ summary: 'Events of a span that match a query, newest first' })
  async search(
    @Query({ schema: searchQuery }) asked: z.output<typeof searchQuery>,
    @Who() who: Principal,
  ): Promise<SearchView> {
    const started = performance.now();
    const page = await this.#store
      .search({
        ...eventSpan(asked, who, this.#clock.now()),
        limit: asked.limit,
        deadlineMs: SEARCH_MS_MAX,
        ...(asked.cursor === undefined ? {} : { cursor: asked.cursor }),
      })
      .catch(refuseBadCursor);
    return {
      rows: page.events.map(eventView),
      cursor: page.next ?? null,
      complete: page.complete,
      ...looked(page, scopeOf(who)),
      tookMs: Math.round(performance.now() - started),
    };
  }

  @Get('histogram')
  @Needs('events.read')
  @Answers('Histogram', ...QUERY_PROBLEMS)
  @ApiOperation({ summary: 'How many events match in each part of a span' })
  async histogram(
    @Query({ schema: histogramQuery }) asked: z.output<typeof histogramQuery>,
    @Who() who: Principal,
  ): Promise<HistogramView> {
    const { start, intervalMs, series, complete } = await this.#store.histogram({
      ...eventSpan(asked, who, this.#clock.now()),
      buckets: asked.buckets,
      deadlineMs: SEARCH_MS_MAX,
      ...(asked.by === undefined ? {} : { by: asked.by }),
    });
    return { start: new Date(start).toISOString(), intervalMs, series, complete };
  }

  @Get('export.csv')
  @Needs('events.export')
  @Answers('csv', ...QUERY_PROBLEMS)
  @ApiOperation({ summary: 'Matching events as CSV that no spreadsheet runs; recorded' })
  async exportCsv(
    @Query({ schema: exportQuery }) asked: z.output<typeof exportQuery>,
    @Who() who: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = eventSpan(asked, who, this.#clock.now());
    await this.#audit.append({
      who: who.user,
      what: 'events.export',
      target: asked.query,
      place: scopeOf(who),
      facts: { from: new Date(request.from).toISOString(), to: new Date(request.to).toISOString() },
    });
    const columns = asked.columns?.split(',') ?? EXPORT_COLUMNS;
    const rows = exportCsv(this.#store, { request, columns });
    await reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="su-kien.csv"')
      .send(Readable.from(rows));
  }

  @Get('top')
  @Needs('events.read')
  @Answers('Top', ...QUERY_PROBLEMS)
  @ApiOperation({ summary: 'The commonest values of a field among matching events' })
  async top(
    @Query({ schema: topQuery }) asked: z.output<typeof topQuery>,
    @Who() who: Principal,
  ): Promise<TopView> {
    const { values, distinct, sampled, complete } = await this.#store.top({
      ...eventSpan(asked, who, this.#clock.now()),
      field: asked.field,
      limit: asked.limit,
      deadlineMs: SEARCH_MS_MAX,
    });
    return { field: asked.field, values, distinct, sampled, complete };
  }
}

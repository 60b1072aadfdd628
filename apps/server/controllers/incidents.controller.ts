import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { scopeOf } from '#libs/auth';
import { ACT_WORDS_VI, IncidentBook, VERDICTS, type ActResult } from '#libs/incident';
import { Clock, SEVERITIES, type Place, type Principal } from '#libs/model';
import type { ActionName, EventView, IncidentListView, IncidentView } from '#libs/protocol';
import { EventStore } from '#libs/store';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { ProblemException } from '../http/problem.ts';
import { LiveHub } from '../live/live-hub.ts';
import { eventView } from './events.controller.ts';

const ROWS_MAX = 5_000;
const TEXT_CHARS_MAX = 4_000;
const LIST_MAX = 500;
const STEP_CHARS_MAX = 1_000;
const EVIDENCE_SHOWN_MAX = 50;
const CURSOR_CHARS_MAX = 500;
/**
 * Evidence is looked for this far around an incident: events of a mad clock lie under their day of
 * receipt.
 */
const EVIDENCE_MARGIN_MS = 60_000;

const ACTIONS = [
  'acknowledge',
  'assign',
  'comment',
  'status',
  'verdict',
  'severity',
  'merge',
  'split',
  'reopen',
  'snooze',
  'step',
  'release',
  'undo',
] as const satisfies readonly ActionName[];

/** "critical,high" as a list. */
const listed = z
  .string()
  .max(200)
  .transform((text) => text.split(',').filter((part) => part !== ''));

const listQuery = z.object({
  status: z.enum(['open', 'all']).default('open'),
  q: z.string().max(200).optional(),
  severity: listed.optional(),
  state: listed.optional(),
  locality: z.string().max(5).optional(),
  assignee: z.string().max(100).optional(),
  sort: z.enum(['urgency', 'last', 'first', 'severity', 'events', 'id']).optional(),
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});

const actionBody = z.strictObject({
  version: z.int().min(0),
  assignee: z.string().max(100).nullable().optional(),
  text: z.string().max(TEXT_CHARS_MAX).optional(),
  status: z
    .enum([
      'new',
      'acknowledged',
      'in_progress',
      'waiting_locality',
      'waiting_vendor',
      'resolved',
      'closed',
    ])
    .optional(),
  verdict: z.enum(VERDICTS).optional(),
  severity: z.enum(SEVERITIES).optional(),
  incidents: z.array(z.string().max(32)).max(LIST_MAX).optional(),
  alerts: z.array(z.string().max(64)).max(LIST_MAX).optional(),
  until: z.iso.datetime().nullable().optional(),
  step: z.string().max(STEP_CHARS_MAX).optional(),
  done: z.boolean().optional(),
});

@ApiTags('incidents')
@Controller('api/v1/incidents')
export class IncidentsController {
  readonly #book: IncidentBook;
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #hub: LiveHub;

  constructor(
    @Inject(IncidentBook) book: IncidentBook,
    @Inject(EventStore) store: EventStore,
    @Inject(Clock) clock: Clock,
    @Inject(LiveHub) hub: LiveHub,
  ) {
    this.#book = book;
    this.#store = store;
    this.#clock = clock;
    this.#hub = hub;
  }

  @Get()
  @Needs('incidents.read')
  @Answers('IncidentList')
  @ApiOperation({ summary: 'Incidents: the open ones by urgency, or all, newest first' })
  async list(
    @Query({ schema: listQuery }) asked: z.output<typeof listQuery>,
    @Who() who: Principal,
  ): Promise<IncidentListView> {
    const { status, state, assignee, ...rest } = asked;
    // Before the list: it holds at least what has this number, and deltas go on from there.
    const { seq } = this.#hub;
    const page = await this.#book.list({
      ...defined(rest),
      limit: asked.limit,
      scope: scopeOf(who),
      show: status,
      ...(state === undefined ? {} : { status: state }),
      ...assigneeFilter(assignee, who),
    });
    if ('reason' in page) {
      throw new ProblemException('invalid', { detail: 'The cursor is not one of this list.' });
    }
    return { ...page, seq };
  }

  @Get('counts')
  @Needs('incidents.read')
  @Answers('IncidentCounts')
  @ApiOperation({ summary: 'How many open incidents there are, for the tabs of the queue' })
  counts(@Who() who: Principal): ReturnType<IncidentBook['counts']> {
    return this.#book.counts(scopeOf(who), who.user);
  }

  @Get(':id')
  @Needs('incidents.read')
  @Answers('Incident')
  @ApiOperation({ summary: 'One incident with alerts, timeline and the newest evidence' })
  async one(@Param('id') id: string, @Who() who: Principal): Promise<IncidentView> {
    const view = await this.#book.view(scopeOf(who), id);
    if (view === undefined) throw new ProblemException('not_found');
    return { ...view, evidence: await this.#evidence(view, scopeOf(who)) };
  }

  @Post(':id/:action')
  @HttpCode(200)
  @Needs('incidents.act')
  @Answers('Incident', 'conflict')
  @ApiOperation({ summary: 'Acts on an incident; `version` is the one the person saw' })
  async act(
    @Param('id') id: string,
    @Param('action') name: string,
    @Body({ schema: actionBody }) request: z.output<typeof actionBody>,
    @Who() who: Principal,
  ): Promise<IncidentView> {
    const action = ACTIONS.find((known) => known === name);
    if (action === undefined) throw new ProblemException('not_found');
    const bounded: Principal = { ...who, scope: scopeOf(who) };
    const { version, ...rest } = request;
    const result = await this.#book.act(bounded, id, action, { version, ...defined(rest) });
    if ('reason' in result) throw await this.#refusal(result, id, scopeOf(who));
    return this.one(id, who);
  }

  async #refusal(
    result: Exclude<ActResult, { done: true }>,
    id: string,
    scope: Place,
  ): Promise<ProblemException> {
    switch (result.reason) {
      case 'conflict': {
        const current = await this.#book.view(scope, id);
        return new ProblemException('conflict', {
          changedBy: result.changedBy,
          current: current ?? null,
          detail: `${result.changedBy} changed it meanwhile: ${result.what}.`,
          detailVi: `${result.changedBy} đã thay đổi trước đó: ${ACT_WORDS_VI[result.what]}.`,
        });
      }
      case 'invalid':
        return new ProblemException('invalid', {
          detail: result.message,
          detailVi: result.messageVi,
        });
      case 'not_allowed':
      case 'not_found':
        return new ProblemException(result.reason);
    }
  }

  /** The newest evidence of its alerts, as far as the events are still there. */
  async #evidence(view: Omit<IncidentView, 'evidence'>, scope: Place): Promise<EventView[]> {
    const refs = view.alertList
      .flatMap((alert) => alert.evidence)
      .map(({ event, time }) => ({ event, at: Date.parse(time) }))
      .toSorted((a, b) => b.at - a.at);
    const ids = [...new Set(refs.map(({ event }) => event))].slice(0, EVIDENCE_SHOWN_MAX);
    if (ids.length === 0) return [];
    const shown = refs.filter(({ event }) => ids.includes(event)).map(({ at }) => at);
    const page = await this.#store.search({
      query: { kind: 'ids', ids },
      scope,
      from: Math.min(...shown) - EVIDENCE_MARGIN_MS,
      to: Math.max(...shown, this.#clock.now()) + EVIDENCE_MARGIN_MS,
      limit: EVIDENCE_SHOWN_MAX,
    });
    return page.events.map(eventView);
  }
}

function assigneeFilter(
  asked: string | undefined,
  who: Principal,
): { assignee?: string; unassigned?: boolean } {
  if (asked === undefined) return {};
  if (asked === 'none') return { unassigned: true };
  return { assignee: asked === 'me' ? who.user : asked };
}

import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { MaintenanceBook, type MaintenanceWindow, type WindowRefused } from '#libs/alerting';
import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import type { Principal } from '#libs/model';
import type { ListView, MaintenanceView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';

const NAME_CHARS_MAX = 200;
const REASON_CHARS_MAX = 1_000;

const windowBody = z.strictObject({
  ...placeShape,
  source: z.string().max(NAME_CHARS_MAX).optional(),
  service: z.string().max(NAME_CHARS_MAX).optional(),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  reason: z.string().trim().min(1).max(REASON_CHARS_MAX),
});

/** Why a window was not taken, in both languages. */
const REFUSALS: Readonly<Record<WindowRefused['reason'], readonly [string, string]>> = {
  bad_span: [
    'It must end after it begins, and in the future.',
    'Khung giờ phải kết thúc sau khi bắt đầu và ở tương lai.',
  ],
  too_long: ['A window lasts a week at most.', 'Khung bảo trì dài nhất là một tuần.'],
  reason_required: ['State the reason.', 'Cần ghi lý do.'],
  too_many: ['There are too many windows.', 'Đã có quá nhiều khung bảo trì.'],
  window_unknown: ['There is no such window.', 'Không có khung bảo trì này.'],
};

@ApiTags('maintenance')
@Controller('api/v1/maintenance')
export class MaintenanceController {
  readonly #book: MaintenanceBook;
  readonly #audit: Audit;
  readonly #localities: Localities;

  constructor(
    @Inject(MaintenanceBook) book: MaintenanceBook,
    @Inject(Audit) audit: Audit,
    @Inject(Availability) { localities }: Availability,
  ) {
    this.#book = book;
    this.#audit = audit;
    this.#localities = localities;
  }

  @Get()
  @Needs('maintenance.read')
  @Answers('MaintenanceList')
  @ApiOperation({ summary: 'Maintenance windows that are planned, running or not yet settled' })
  list(@Who() who: Principal): ListView<MaintenanceView> {
    const rows = this.#book.list(scopeOf(who)).map((window) => this.#view(window));
    return { total: rows.length, rows, cursor: null };
  }

  @Post()
  @HttpCode(201)
  @Needs('maintenance.write')
  @Answers('Maintenance')
  @ApiOperation({
    summary: 'Plans maintenance: what breaks meanwhile is held, and raised once if it stays broken',
  })
  async plan(
    @Body({ schema: windowBody }) asked: z.output<typeof windowBody>,
    @Who() who: Principal,
  ): Promise<MaintenanceView> {
    const { source, service, reason } = asked;
    const place = reachablePlace(asked, who, this.#localities);
    const window = await this.#book.plan({
      place,
      from: Date.parse(asked.from),
      to: Date.parse(asked.to),
      reason,
      who: who.user,
      ...(source === undefined ? {} : { source }),
      ...(service === undefined ? {} : { service }),
    });
    if (!('id' in window)) throw refusal(window);
    await this.#record('maintenance.plan', window, who);
    return this.#view(window);
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('maintenance.write')
  @Answers('Maintenance')
  @ApiOperation({ summary: 'Ends a window now' })
  async end(@Param('id') id: string, @Who() who: Principal): Promise<MaintenanceView> {
    const window = await this.#book.end(id, scopeOf(who));
    if (!('id' in window)) throw new ProblemException('not_found');
    await this.#record('maintenance.end', window, who);
    return this.#view(window);
  }

  async #record(what: string, window: MaintenanceWindow, who: Principal): Promise<void> {
    const { id, place, reason } = window;
    await this.#audit.append({ who: who.user, what, target: id, place, facts: { reason } });
  }

  #view(window: MaintenanceWindow): MaintenanceView {
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      id: window.id,
      locality: this.#localities.nameOf(window.place),
      source: window.source ?? null,
      service: window.service ?? null,
      from: iso(window.from),
      to: iso(window.to),
      ended: window.ended === undefined ? null : iso(window.ended),
      reason: window.reason,
      who: window.who,
    };
  }
}

function refusal({ reason }: WindowRefused): ProblemException {
  const [detail, detailVi] = REFUSALS[reason];
  return new ProblemException('invalid', { detail, detailVi });
}

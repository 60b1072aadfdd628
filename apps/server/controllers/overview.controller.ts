import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Clock, type Place, type Principal } from '#libs/model';
import { scopeOf } from '#libs/auth';
import type { HealthView, ListView, RuleView, SummaryView } from '#libs/protocol';
import { parseWeek, weekOf, type Period } from '#libs/report';
import { HealthBoard, prometheusText } from '#libs/telemetry';

import { Needs, Open, Who } from '../access/access.ts';
import { ProblemException } from '../http/problem.ts';
import { pageOf, pageShape } from './paging.ts';

/** What the pages about the whole ask for. */
export abstract class Overview {
  abstract rules(scope: Place): Promise<readonly RuleView[]>;
  abstract summary(period: Period, scope: Place): Promise<SummaryView>;
  /** Seconds that detection is behind what was received. */
  abstract lagSeconds(): number;
  abstract readonly version: string;
  abstract readonly platform: 'embedded' | 'distributed';
}

const summaryQuery = z.object({ period: z.string().max(10).optional() });
const rulesQuery = z.object(pageShape);

@ApiTags('overview')
@Controller()
export class OverviewController {
  readonly #overview: Overview;
  readonly #board: HealthBoard;
  readonly #clock: Clock;

  constructor(
    @Inject(Overview) overview: Overview,
    @Inject(HealthBoard) board: HealthBoard,
    @Inject(Clock) clock: Clock,
  ) {
    this.#overview = overview;
    this.#board = board;
    this.#clock = clock;
  }

  @Get('api/v1/rules')
  @Needs('rules.read')
  @ApiOperation({ summary: 'Rules in force that raise alerts' })
  async rules(
    @Query({ schema: rulesQuery }) asked: z.output<typeof rulesQuery>,
    @Who() who: Principal,
  ): Promise<ListView<RuleView>> {
    return pageOf(await this.#overview.rules(scopeOf(who)), asked);
  }

  @Get('api/v1/summary')
  @Needs('summary.read')
  @ApiOperation({ summary: 'One week on one page, for a leader' })
  summary(
    @Query({ schema: summaryQuery }) asked: z.output<typeof summaryQuery>,
    @Who() who: Principal,
  ): Promise<SummaryView> {
    const { period = weekOf(this.#clock.now()).name } = asked;
    const week = parseWeek(period);
    if (week === undefined) {
      throw new ProblemException('invalid', {
        detail: `There is no week '${period}'; write it as 2026-W47.`,
        detailVi: `Không có tuần '${period}'; viết như 2026-W47.`,
      });
    }
    return this.#overview.summary(week, scopeOf(who));
  }

  @Get('api/v1/health')
  @Needs('health.read')
  @ApiOperation({ summary: 'One line for every door, stage, job and store' })
  health(): HealthView {
    return {
      at: new Date(this.#clock.now()).toISOString(),
      version: this.#overview.version,
      platform: this.#overview.platform,
      lagSeconds: this.#overview.lagSeconds(),
      lines: this.#board.lines(),
    };
  }

  @Get('health/live')
  @Open()
  @ApiOperation({ summary: 'This process runs' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @Open()
  @ApiOperation({ summary: 'Doors, spool and stores can do their work' })
  ready(): { status: 'ready' } {
    const down = this.#board
      .lines()
      .filter((line) => line.state === 'down' && line.group !== 'job');
    if (down.length > 0) {
      throw new ProblemException('not_ready', {
        detail: `Not ready: ${down.map((line) => line.id).join(', ')}.`,
        detailVi: `Chưa sẵn sàng: ${down.map((line) => line.name.vi).join(', ')}.`,
      });
    }
    return { status: 'ready' };
  }

  @Get('metrics')
  @Open()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Figures of every health line for Prometheus' })
  metrics(): string {
    return prometheusText(this.#board.lines());
  }
}

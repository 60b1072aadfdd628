import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Auth, scopeOf } from '#libs/auth';
import { Availability } from '#libs/availability';
import { CENTRE, Clock, type Place, type Principal } from '#libs/model';
import type { HealthView, SummaryView } from '#libs/protocol';
import { parseWeek, weekOf, type Period } from '#libs/report';
import { HealthBoard, prometheusText } from '#libs/telemetry';

import { Needs, Open, Who } from '../access/access.ts';
import { mayTouch } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { ownHealth, type OwnParts } from './own-health.ts';

/** What the pages about the whole ask for. */
export abstract class Overview {
  abstract summary(period: Period, scope: Place): Promise<SummaryView>;
  /** Seconds that detection is behind what was received. */
  abstract lagSeconds(): number;
  abstract readonly version: string;
  abstract readonly platform: 'embedded' | 'distributed';
}

/** Keys of a place that its health page looks at. */
const KEYS_MAX = 1_000;

const summaryQuery = z.object({ period: z.string().max(10).optional() });

@ApiTags('overview')
@Controller()
export class OverviewController {
  readonly #overview: Overview;
  readonly #board: HealthBoard;
  readonly #clock: Clock;
  readonly #availability: Availability;
  readonly #auth: Auth;

  constructor(
    @Inject(Overview) overview: Overview,
    @Inject(HealthBoard) board: HealthBoard,
    @Inject(Clock) clock: Clock,
    @Inject(Availability) availability: Availability,
    @Inject(Auth) auth: Auth,
  ) {
    this.#availability = availability;
    this.#auth = auth;
    this.#overview = overview;
    this.#board = board;
    this.#clock = clock;
  }

  @Get('api/v1/summary')
  @Needs('summary.read')
  @Answers('Summary')
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
  @Answers('Health')
  @ApiOperation({ summary: 'One line for every door, stage, job and store' })
  async health(@Who() who: Principal): Promise<HealthView> {
    const all = this.#board.lines();
    const whole = scopeOf(who).province === CENTRE;
    return {
      at: new Date(this.#clock.now()).toISOString(),
      version: this.#overview.version,
      platform: this.#overview.platform,
      lagSeconds: this.#overview.lagSeconds(),
      lines: whole ? all : ownHealth(await this.#own(who), all),
    };
  }

  async #own(who: Principal): Promise<OwnParts> {
    const { register, tracker, probes } = this.#availability;
    const now = this.#clock.now();
    const keys = await this.#auth.keys.list(scopeOf(who), KEYS_MAX);
    return {
      now,
      keys: keys.rows,
      sources: register
        .sources()
        .filter(({ place }) => mayTouch(place, who))
        .map((source) => ({ source, state: tracker.standing(source, now).state })),
      probes: register.probes().flatMap((probe) => {
        const service = register.service(probe.service);
        if (service === undefined || !mayTouch(service.place, who)) return [];
        const { verdict } = probes.standing(probe).state;
        return [{ probe, serviceName: service.name, verdict }];
      }),
    };
  }

  @Get('health/live')
  @Open()
  @Answers('Live')
  @ApiOperation({ summary: 'This process runs' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get(['health', 'health/ready'])
  @Open()
  @Answers('Ready', 'not_ready')
  @ApiOperation({ summary: 'What this role needs can do its work' })
  ready(): { status: 'ready' } {
    const down = this.#board.failing();
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
  @Answers('metrics')
  @ApiOperation({ summary: 'Figures of every health line for Prometheus' })
  metrics(): string {
    return prometheusText(this.#board.lines());
  }
}

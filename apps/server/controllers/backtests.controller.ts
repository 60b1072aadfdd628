import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import type { Place, Principal } from '#libs/model';
import type { BacktestView, ListView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { pageOf, pageShape } from './paging.ts';

const RULE_CHARS_MAX = 500;
/** Text of a draft. */
const DRAFT_CHARS_MAX = 200_000;
const DAYS_MAX = 31;
const DAY_MS = 86_400_000;

const instant = z.iso.datetime({ offset: true });
const startBody = z.strictObject({
  from: instant,
  to: instant,
  province: placeShape.province.optional(),
  commune: placeShape.commune,
  draft: z.string().min(1).max(DRAFT_CHARS_MAX).optional(),
});
const listQuery = z.object({ rule: z.string().max(RULE_CHARS_MAX).optional(), ...pageShape });

/** A backtest as it is asked for; times in ms. */
export interface BacktestAsked {
  readonly rule: string;
  readonly draft?: string;
  readonly from: number;
  readonly to: number;
  readonly scope: Place;
}

/** Backtests of this process as their page shows them; who asks sees those of its own scope. */
export abstract class RuleBacktests {
  /** Begins one, or lets it wait for its turn. */
  abstract start(
    asked: BacktestAsked,
    by: string,
  ): BacktestView | { readonly reason: 'too_many' | 'rule_unknown' };
  /** The newest first; of one rule, by id or code, when one is named. */
  abstract list(scope: Place, rule?: string): readonly BacktestView[];
  abstract get(id: string, scope: Place): BacktestView | undefined;
  /** Ends one; what it found so far is thrown away. */
  abstract cancel(id: string, scope: Place): BacktestView | undefined;
}

@ApiTags('rules')
@Controller('api/v1')
export class BacktestsController {
  readonly #backtests: RuleBacktests;
  readonly #audit: Audit;
  readonly #localities: Localities;

  constructor(
    @Inject(RuleBacktests) backtests: RuleBacktests,
    @Inject(Audit) audit: Audit,
    @Inject(Availability) { localities }: Availability,
  ) {
    this.#backtests = backtests;
    this.#audit = audit;
    this.#localities = localities;
  }

  @Post('rules/:id/backtests')
  @HttpCode(201)
  @Needs('events.read')
  @Answers('Backtest', 'invalid')
  @ApiOperation({ summary: 'Begins a backtest of a rule, or of a draft of it; recorded' })
  async start(
    @Param('id') id: string,
    @Body({ schema: startBody }) asked: z.output<typeof startBody>,
    @Who() who: Principal,
  ): Promise<BacktestView> {
    const { province, commune, draft } = asked;
    const scope =
      province === undefined
        ? scopeOf(who)
        : reachablePlace({ province, commune }, who, this.#localities);
    const [from, to] = [Date.parse(asked.from), Date.parse(asked.to)];
    if (!(from < to)) {
      throw refused('from must lie before to.', 'Thời điểm bắt đầu phải trước thời điểm kết thúc.');
    }
    if (to - from > DAYS_MAX * DAY_MS) {
      throw refused(`At most ${DAYS_MAX} days at once.`, `Mỗi lần tối đa ${DAYS_MAX} ngày.`);
    }
    const request = { rule: id, from, to, scope, ...(draft === undefined ? {} : { draft }) };
    const begun = this.#backtests.start(request, who.user);
    if ('reason' in begun) {
      if (begun.reason === 'rule_unknown') throw new ProblemException('not_found');
      const vi = 'Đang có quá nhiều lượt chạy thử chờ; hãy thử lại sau.';
      throw refused('Too many backtests are waiting; try again later.', vi);
    }
    const facts = {
      from: begun.from,
      to: begun.to,
      text: draft === undefined ? 'in force' : 'draft',
    };
    const what = 'rules.backtest';
    await this.#audit.append({ who: who.user, what, target: begun.rule, place: scope, facts });
    return begun;
  }

  @Get('backtests')
  @Needs('events.read')
  @Answers('BacktestList')
  @ApiOperation({ summary: 'Backtests of this server, the newest first' })
  list(
    @Query({ schema: listQuery }) asked: z.output<typeof listQuery>,
    @Who() who: Principal,
  ): ListView<BacktestView> {
    return pageOf(this.#backtests.list(scopeOf(who), asked.rule), asked);
  }

  @Get('backtests/:id')
  @Needs('events.read')
  @Answers('Backtest', 'not_found')
  @ApiOperation({ summary: 'A backtest: how far it came, and what it found' })
  one(@Param('id') id: string, @Who() who: Principal): BacktestView {
    const found = this.#backtests.get(id, scopeOf(who));
    if (found === undefined) throw new ProblemException('not_found');
    return found;
  }

  @Post('backtests/:id/cancel')
  @HttpCode(200)
  @Needs('events.read')
  @Answers('Backtest', 'not_found')
  @ApiOperation({ summary: 'Ends a backtest; what it found is thrown away; recorded' })
  async cancel(@Param('id') id: string, @Who() who: Principal): Promise<BacktestView> {
    const place = scopeOf(who);
    const ended = this.#backtests.cancel(id, place);
    if (ended === undefined) throw new ProblemException('not_found');
    const facts = { backtest: id };
    const what = 'rules.backtest-canceled';
    await this.#audit.append({ who: who.user, what, target: ended.rule, place, facts });
    return ended;
  }
}

function refused(detail: string, detailVi: string): ProblemException {
  return new ProblemException('invalid', { detail, detailVi });
}

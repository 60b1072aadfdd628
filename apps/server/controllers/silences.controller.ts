import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { SilenceBook, type SilenceRefused, type SilenceStanding } from '#libs/alerting';
import { scopeOf } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import { Clock, type Entity, type Principal } from '#libs/model';
import type { ListView, SilenceView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { ProblemException } from '../http/problem.ts';
import { ViewNames } from './alerts.controller.ts';

const VALUE_CHARS_MAX = 500;
const REASON_CHARS_MAX = 1_000;

const ENTITY_KINDS = [
  'address',
  'account',
  'host',
  'service',
  'upstream',
  'source',
  'probe',
  'provider',
] as const satisfies readonly Entity['kind'][];

const silencesQuery = z.object({ show: z.enum(['active', 'all']).default('active') });
const silenceBody = z.strictObject({
  ...placeShape,
  rule: z.string().max(200).optional(),
  entity: z
    .strictObject({ kind: z.enum(ENTITY_KINDS), value: z.string().min(1).max(VALUE_CHARS_MAX) })
    .optional(),
  until: z.iso.datetime({ offset: true }),
  reason: z.string().trim().min(1).max(REASON_CHARS_MAX),
});

/** Why a silence was not taken, in both languages. */
const REFUSALS: Readonly<
  Record<Exclude<SilenceRefused['reason'], 'not_allowed'>, readonly [string, string]>
> = {
  bad_span: ['It must end in the future.', 'Thời điểm kết thúc phải ở tương lai.'],
  too_long: ['A silence lasts thirty days at most.', 'Im lặng dài nhất là 30 ngày.'],
  too_wide: [
    'Name a rule or an entity: the whole country is not silenced at once.',
    'Hãy nêu luật hoặc đối tượng: không thể im lặng cả nước cùng lúc.',
  ],
  reason_required: ['State the reason.', 'Cần ghi lý do.'],
  too_many: ['There are too many silences.', 'Đã có quá nhiều lệnh im lặng.'],
  silence_unknown: ['There is no such silence.', 'Không có lệnh im lặng này.'],
};

@ApiTags('maintenance')
@Controller('api/v1/silences')
export class SilencesController {
  readonly #book: SilenceBook;
  readonly #localities: Localities;
  readonly #names: ViewNames;
  readonly #clock: Clock;

  constructor(
    @Inject(SilenceBook) book: SilenceBook,
    @Inject(Availability) { localities }: Availability,
    @Inject(ViewNames) names: ViewNames,
    @Inject(Clock) clock: Clock,
  ) {
    this.#book = book;
    this.#localities = localities;
    this.#names = names;
    this.#clock = clock;
  }

  @Get()
  @Needs('silences.read')
  @Answers('SilenceList')
  @ApiOperation({ summary: 'Silences in force, or all of them, with what each kept from people' })
  async list(
    @Query({ schema: silencesQuery }) asked: z.output<typeof silencesQuery>,
    @Who() who: Principal,
  ): Promise<ListView<SilenceView>> {
    const found = await this.#book.list(scopeOf(who), asked.show);
    return { total: found.length, rows: found.map((one) => this.#view(one)), cursor: null };
  }

  @Post()
  @HttpCode(201)
  @Needs('silences.write')
  @Answers('Silence')
  @ApiOperation({ summary: 'Keeps alerts of a rule, an entity or a place from people for a while' })
  async add(
    @Body({ schema: silenceBody }) asked: z.output<typeof silenceBody>,
    @Who() who: Principal,
  ): Promise<SilenceView> {
    const { rule, entity, reason } = asked;
    const place = reachablePlace(asked, who, this.#localities);
    if (rule !== undefined && this.#names.rules(this.#names.ruleId(rule)) === undefined) {
      throw new ProblemException('invalid', {
        detail: `There is no rule '${rule}'.`,
        detailVi: `Không có luật '${rule}'.`,
      });
    }
    const silence = await this.#book.add(askerOf(who), {
      place,
      reason,
      until: Date.parse(asked.until),
      ...defined({ rule: rule === undefined ? undefined : this.#names.ruleId(rule), entity }),
    });
    if (!('id' in silence)) throw refusal(silence);
    return this.#view({ ...silence, active: true, muted: 0 });
  }

  @Delete(':id')
  @HttpCode(200)
  @Needs('silences.write')
  @Answers('Silence')
  @ApiOperation({ summary: 'Ends a silence now; what it muted stays muted unless it goes on' })
  async end(@Param('id') id: string, @Who() who: Principal): Promise<SilenceView> {
    const ended = await this.#book.end(askerOf(who), id);
    if (!('id' in ended)) throw new ProblemException('not_found');
    const all = await this.#book.list(scopeOf(who), 'all');
    const muted = all.find((one) => one.id === id)?.muted ?? 0;
    return this.#view({ ...ended, active: false, muted });
  }

  #view(silence: SilenceStanding): SilenceView {
    const { rule, entity, ended } = silence;
    const iso = (ms: number): string => new Date(ms).toISOString();
    const facts = rule === undefined ? undefined : this.#names.rules(rule);
    return {
      id: silence.id,
      locality: this.#localities.nameOf(silence.place),
      rule:
        rule === undefined
          ? null
          : { id: rule, code: facts?.code ?? null, title: facts?.titleVi ?? rule },
      entity: entity ?? null,
      from: iso(silence.from),
      until: iso(silence.until),
      ended: ended === undefined ? null : { at: iso(ended.at), who: ended.who },
      reason: silence.reason,
      who: silence.who,
      active: silence.active && silence.until > this.#clock.now(),
      muted: silence.muted,
    };
  }
}

function askerOf(who: Principal): Parameters<SilenceBook['add']>[0] {
  return { user: who.user, scope: scopeOf(who) };
}

function refusal({ reason }: SilenceRefused): ProblemException {
  if (reason === 'not_allowed') return new ProblemException('not_allowed');
  const [detail, detailVi] = REFUSALS[reason];
  return new ProblemException('invalid', { detail, detailVi });
}

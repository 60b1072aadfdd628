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

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import { RuleControl } from '#libs/detect';
import { CENTRE, type Place, type Principal } from '#libs/model';
import type {
  LedgerSpanView,
  LedgerView,
  ListView,
  RuleCheckView,
  RuleDetailView,
  RuleRowView,
  RuleWhyView,
  StandingsView,
  TrialView,
} from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { pageOf, pageShape } from './paging.ts';
import { ruleRefusal } from './rule-refusal.ts';
import { spanShape } from './span.ts';

const TEXT_CHARS_MAX = 1_000;
const VALUE_CHARS_MAX = 500;
const FIELDS_MAX = 20;
const VALUES_MAX = 100;
const TRIAL_CHARS_MAX = 200_000;

const rulesQuery = z.object(pageShape);
const switchBody = z.strictObject({
  on: z.boolean(),
  reason: z.string().trim().min(1).max(TEXT_CHARS_MAX),
});
const exceptionBody = z.strictObject({
  province: placeShape.province.optional(),
  commune: placeShape.commune,
  where: z
    .record(
      z.string().min(1).max(VALUE_CHARS_MAX),
      z.array(z.string().max(VALUE_CHARS_MAX)).min(1).max(VALUES_MAX),
    )
    .refine((where) => Object.keys(where).length <= FIELDS_MAX),
  owner: z.string().trim().min(1).max(VALUE_CHARS_MAX),
  reason: z.string().trim().min(1).max(TEXT_CHARS_MAX),
  expires: z.iso.datetime({ offset: true }),
});
const trialBody = z.strictObject({
  text: z.string().min(1).max(TRIAL_CHARS_MAX),
  dataset: z.string().max(VALUE_CHARS_MAX).optional(),
  rule: z.string().max(VALUE_CHARS_MAX).optional(),
});

const ledgerQuery = z.object({
  rule: z.string().min(1).max(VALUE_CHARS_MAX),
  province: placeShape.province.optional(),
  commune: placeShape.commune,
  ...spanShape,
});
/** Span of the ledger that is asked for when none is named. */
const LEDGER_MS = 7 * 86_400_000;

const whyQuery = z.object({
  event: z.string().min(1).max(VALUE_CHARS_MAX),
  time: z.iso.datetime({ offset: true }),
});

/** Pasted lines that are to be tried. */
export interface TrialAsked {
  readonly text: string;
  readonly dataset?: string | undefined;
  /** Id or code of the rule that is to explain itself. */
  readonly rule?: string | undefined;
}

/** A text that somebody gives a rule's file over version `over`, 0 for none. */
export interface TextGiven {
  readonly text: string | null;
  readonly over: number;
  readonly by: string;
  readonly reason: string;
}

export type TextRefused = {
  readonly reason: 'conflict' | 'too_many' | 'refused' | 'rule_gone';
  readonly detail?: string;
};

/** A stored event that a rule, by id or code, is asked about; `time` in ms. */
export interface EventAsked {
  readonly rule: string;
  readonly id: string;
  readonly time: number;
  readonly scope: Place;
}

/** What the page of rules asks of the rules in force. */
export abstract class RuleDesk {
  abstract list(scope: Place): Promise<readonly RuleRowView[]>;
  abstract one(id: string, scope: Place): Promise<RuleDetailView | undefined>;
  /** What a rule could see at a place, without a gap up to now. Times in ms. */
  abstract ledger(
    rule: string,
    place: Place,
    from: number,
    to: number,
  ): Promise<readonly LedgerSpanView[] | { readonly reason: 'bad_span' | 'too_long' }>;
  /** Reads a text in place of a rule's, and runs its samples; undefined when there is no rule. */
  abstract check(id: string, text: string): Promise<RuleCheckView | undefined>;
  /** Gives a rule's file a text over the version that was read; null: the file's own. */
  abstract save(
    id: string,
    given: TextGiven,
  ): Promise<{ readonly saved: true } | TextRefused | undefined>;
  abstract readonly now: number;
  /** Normalizes pasted lines and matches them; nothing of it is kept. */
  abstract attempt(asked: TrialAsked): TrialView;
  /** Why a rule raised nothing of a stored event; undefined when there is no such event. */
  abstract why(asked: EventAsked): Promise<RuleWhyView | undefined>;
  /** The windows of a rule that are nearest to their threshold. */
  abstract standings(rule: string, scope: Place): Promise<StandingsView>;
}

@ApiTags('rules')
@Controller('api/v1')
export class RulesController {
  readonly #desk: RuleDesk;
  readonly #control: RuleControl;
  readonly #audit: Audit;
  readonly #localities: Localities;

  constructor(
    @Inject(RuleDesk) desk: RuleDesk,
    @Inject(RuleControl) control: RuleControl,
    @Inject(Audit) audit: Audit,
    @Inject(Availability) { localities }: Availability,
  ) {
    this.#desk = desk;
    this.#control = control;
    this.#audit = audit;
    this.#localities = localities;
  }

  @Get('rules')
  @Needs('rules.read')
  @Answers('RuleList')
  @ApiOperation({ summary: 'Rules that raise alerts: hits, noise, sources that feed them' })
  async list(
    @Query({ schema: rulesQuery }) asked: z.output<typeof rulesQuery>,
    @Who() who: Principal,
  ): Promise<ListView<RuleRowView>> {
    return pageOf(await this.#desk.list(scopeOf(who)), asked);
  }

  @Post('rules/test')
  @HttpCode(200)
  @Needs('events.read')
  @Answers('Trial')
  @ApiOperation({ summary: 'What pasted log lines become, and which rules meet them and why' })
  attempt(@Body({ schema: trialBody }) asked: z.output<typeof trialBody>): TrialView {
    return this.#desk.attempt(asked);
  }

  @Get('rules/:id')
  @Needs('rules.read')
  @Answers('RuleDetail')
  @ApiOperation({ summary: 'One rule with its text, exceptions and history' })
  async one(@Param('id') id: string, @Who() who: Principal): Promise<RuleDetailView> {
    const found = await this.#desk.one(id, scopeOf(who));
    if (found === undefined) throw new ProblemException('not_found');
    return found;
  }

  @Get('rules/:id/standings')
  @Needs('events.read')
  @Answers('Standings', 'not_found')
  @ApiOperation({ summary: 'How far the windows of a correlation are from their threshold' })
  async standings(@Param('id') id: string, @Who() who: Principal): Promise<StandingsView> {
    const rule = await this.one(id, who);
    return this.#desk.standings(rule.id, scopeOf(who));
  }

  @Get('rules/:id/why')
  @Needs('events.read')
  @Answers('RuleWhy', 'not_found')
  @ApiOperation({ summary: 'Why a rule raised nothing of a stored event, and what was missing' })
  async why(
    @Param('id') id: string,
    @Query({ schema: whyQuery }) asked: z.output<typeof whyQuery>,
    @Who() who: Principal,
  ): Promise<RuleWhyView> {
    const time = Date.parse(asked.time);
    const found = await this.#desk.why({ rule: id, id: asked.event, time, scope: scopeOf(who) });
    if (found === undefined) throw new ProblemException('not_found');
    return found;
  }

  @Post('rules/:id/switch')
  @HttpCode(200)
  @Needs('rules.write')
  @Answers('RuleDetail', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Switches a rule on or off for all places, with a reason' })
  async turn(
    @Param('id') id: string,
    @Body({ schema: switchBody }) { on, reason }: z.output<typeof switchBody>,
    @Who() who: Principal,
  ): Promise<RuleDetailView> {
    // A rule is one for all places: only the centre switches it.
    if (scopeOf(who).province !== CENTRE) throw new ProblemException('not_allowed');
    const rule = await this.one(id, who);
    const changed = await this.#control.switch(
      on ? 'on' : 'off',
      { by: 'id', value: rule.id },
      who.user,
    );
    if ('reason' in changed) throw ruleRefusal(changed);
    const target = `id ${rule.id}`;
    const facts = { reason, state: on ? 'on' : 'off' };
    const place = { province: CENTRE };
    await this.#audit.append({ who: who.user, what: 'rules.reason', target, place, facts });
    return { ...rule, enabled: on };
  }

  @Post('rules/:id/exceptions')
  @HttpCode(201)
  @Needs('rules.write')
  @Answers('RuleDetail', 'invalid')
  @ApiOperation({ summary: 'States an exception with owner, reason and expiry' })
  async except(
    @Param('id') id: string,
    @Body({ schema: exceptionBody }) asked: z.output<typeof exceptionBody>,
    @Who() who: Principal,
  ): Promise<RuleDetailView> {
    const { province, commune, where, owner, reason, expires } = asked;
    const place =
      province === undefined
        ? undefined
        : reachablePlace({ province, commune }, who, this.#localities);
    const rule = await this.one(id, who);
    const given = { rule: rule.id, where, owner, reason, expires: Date.parse(expires) };
    const made = await this.#control.except(
      place === undefined || place.province === CENTRE ? given : { ...given, place },
      scopeOf(who),
      who.user,
    );
    if (!('id' in made)) throw ruleRefusal(made);
    return this.one(id, who);
  }

  @Delete('exceptions/:id')
  @HttpCode(204)
  @Needs('rules.write')
  @Answers('nothing', 'conflict')
  @ApiOperation({ summary: 'Ends an exception now' })
  async endException(@Param('id') id: string, @Who() who: Principal): Promise<void> {
    const ended = await this.#control.endException(id, scopeOf(who), who.user);
    if (!('ended' in ended)) throw ruleRefusal(ended);
  }

  @Get('ledger')
  @Needs('ledger.read')
  @Answers('Ledger', 'not_found')
  @ApiOperation({ summary: 'When a rule was evaluated at a place, and when it was blind and why' })
  async ledger(
    @Query({ schema: ledgerQuery }) asked: z.output<typeof ledgerQuery>,
    @Who() who: Principal,
  ): Promise<LedgerView> {
    const { province, commune } = asked;
    const place =
      province === undefined
        ? scopeOf(who)
        : reachablePlace({ province, commune }, who, this.#localities);
    const to = asked.to === undefined ? this.#desk.now : Date.parse(asked.to);
    const from = asked.from === undefined ? to - LEDGER_MS : Date.parse(asked.from);
    const rule = await this.one(asked.rule, who);
    const spans = await this.#desk.ledger(rule.id, place, from, to);
    if ('reason' in spans) {
      throw new ProblemException('invalid', {
        detail: spans.reason === 'too_long' ? 'The span is too long.' : 'from must lie before to.',
        detailVi:
          spans.reason === 'too_long'
            ? 'Khoảng thời gian quá dài.'
            : 'Thời điểm bắt đầu phải trước thời điểm kết thúc.',
      });
    }
    const iso = (ms: number): string => new Date(ms).toISOString();
    const locality = this.#localities.nameOf(place);
    return { rule: rule.id, locality, from: iso(from), to: iso(to), spans };
  }
}

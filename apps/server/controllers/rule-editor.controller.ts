import { Body, Controller, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import { RuleControl } from '#libs/detect';
import { CENTRE, SEVERITIES, type Principal } from '#libs/model';
import type { RuleCheckView, RuleDetailView, RuleValues } from '#libs/protocol';
import type { RuleParameters } from '#libs/sigma';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { ruleRefusal } from './rule-refusal.ts';
import { RuleDesk, type TextRefused } from './rules.controller.ts';

const TEXT_CHARS_MAX = 200_000;
const REASON_CHARS_MAX = 1_000;
const SECOND_MS = 1_000;
const WEEK_S = 604_800;

const text = z.string().min(1).max(TEXT_CHARS_MAX);
const reason = z.string().trim().min(1).max(REASON_CHARS_MAX);
const checkBody = z.strictObject({ text });
const saveBody = z.strictObject({ text: text.nullable(), over: z.int().min(0), reason });
const parametersBody = z.strictObject({
  province: placeShape.province.optional(),
  values: z
    .strictObject({
      level: z.enum(SEVERITIES).optional(),
      threshold: z.number().min(0).optional(),
      timespanS: z.number().int().min(1).max(WEEK_S).optional(),
      suppressS: z.number().int().min(1).max(WEEK_S).optional(),
      ratio: z.number().min(0).max(1).optional(),
      baseline: z.number().min(0).optional(),
    })
    .nullable(),
  reason,
});
type Given = NonNullable<z.output<typeof parametersBody>['values']>;

@ApiTags('rules')
@Controller('api/v1/rules')
export class RuleEditorController {
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

  @Post(':id/check')
  @HttpCode(200)
  @Needs('rules.write')
  @Answers('RuleCheck', 'not_found')
  @ApiOperation({ summary: 'What is wrong with a text of a rule, and whether its samples hold' })
  async check(
    @Param('id') id: string,
    @Body({ schema: checkBody }) asked: z.output<typeof checkBody>,
    @Who() who: Principal,
  ): Promise<RuleCheckView> {
    onlyCentre(who);
    const checked = await this.#desk.check(id, asked.text);
    if (checked === undefined) throw new ProblemException('not_found');
    return checked;
  }

  @Put(':id/text')
  @Needs('rules.write')
  @Answers('RuleDetail', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Gives the file of a rule another text, or its own again; recorded' })
  async save(
    @Param('id') id: string,
    @Body({ schema: saveBody }) asked: z.output<typeof saveBody>,
    @Who() who: Principal,
  ): Promise<RuleDetailView> {
    onlyCentre(who);
    const saved = await this.#desk.save(id, { ...asked, by: who.user });
    if (saved === undefined) throw new ProblemException('not_found');
    if ('reason' in saved) throw textRefusal(saved);
    return this.#one(id, who);
  }

  @Put(':id/parameters')
  @Needs('rules.write')
  @Answers('RuleDetail', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Sets values of a rule for all places, or for a province; recorded' })
  async parameters(
    @Param('id') id: string,
    @Body({ schema: parametersBody }) asked: z.output<typeof parametersBody>,
    @Who() who: Principal,
  ): Promise<RuleDetailView> {
    const { province } = asked;
    const place =
      province === undefined ? scopeOf(who) : reachablePlace({ province }, who, this.#localities);
    const rule = await this.#one(id, who);
    const { effective } = rule.parameters;
    const given = asked.values === null ? undefined : parametersOf(asked.values, effective);
    const done = await this.#control.parameters(rule.id, given, place, who.user);
    if ('reason' in done) throw ruleRefusal(done);
    const facts = { reason: asked.reason };
    await this.#audit.append({
      who: who.user,
      what: 'rules.reason',
      target: rule.id,
      place,
      facts,
    });
    return this.#one(id, who);
  }

  async #one(id: string, who: Principal): Promise<RuleDetailView> {
    const found = await this.#desk.one(id, scopeOf(who));
    if (found === undefined) throw new ProblemException('not_found');
    return found;
  }
}

/** A rule is one for all places: only the centre changes its text. */
function onlyCentre(who: Principal): void {
  if (scopeOf(who).province !== CENTRE) throw new ProblemException('not_allowed');
}

/** The values the rule has a use for; throws `invalid` when there is none. */
function parametersOf(given: Given, has: RuleValues): RuleParameters {
  const { level, threshold, timespanS, suppressS, ratio, baseline } = given;
  const fits = (value: number | undefined, own: number | null): value is number =>
    value !== undefined && own !== null;
  const made: RuleParameters = {
    ...(level === undefined ? {} : { level }),
    ...(fits(threshold, has.threshold) ? { condition: [{ op: 'gte', value: threshold }] } : {}),
    ...(fits(timespanS, has.timespanS) ? { timespanMs: timespanS * SECOND_MS } : {}),
    ...(fits(suppressS, has.suppressS) ? { suppressMs: suppressS * SECOND_MS } : {}),
    ...(fits(ratio, has.ratio) ? { ratio: { gte: ratio } } : {}),
    ...(fits(baseline, has.baseline) ? { baseline: { gte: baseline } } : {}),
  };
  if (Object.keys(made).length > 0) return made;
  throw new ProblemException('invalid', {
    detail: 'The rule has no use for any of these values.',
    detailVi: 'Luật này không dùng giá trị nào trong số đó.',
  });
}

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  too_many: ['Too many files were edited.', 'Đã có quá nhiều tệp được sửa.'],
  refused: ['The text is refused', 'Văn bản bị từ chối'],
  rule_gone: ['The text must keep the id of the rule', 'Phải giữ nguyên id của luật'],
};

function textRefusal({ reason: why, detail }: TextRefused): ProblemException {
  if (why === 'conflict') return new ProblemException('conflict');
  const [english, vietnamese] = REFUSALS[why] ?? [why, why];
  const more = detail === undefined ? '' : `: ${detail}`;
  return new ProblemException('invalid', {
    detail: `${english}${more}`,
    detailVi: `${vietnamese}${more}`,
  });
}

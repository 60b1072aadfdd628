import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import {
  readPackArchive,
  RuleControl,
  RulePacks,
  RulesUnreadable,
  type PackChange,
  type PackFiles,
  type SwitchBy,
} from '#libs/detect';
import { CENTRE, SEVERITIES, type Principal } from '#libs/model';
import type { ListView, PackChangeView, RulePackView, RuleSwitchesView } from '#libs/protocol';
import type { CompileOptions, SigmaSource } from '#libs/sigma';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { takeUploads } from '../http/upload.ts';
import { ruleRefusal } from './rule-refusal.ts';

/** Rules and refusals that are named one by one. */
const NAMED_MAX = 100;
const NAME_CHARS_MAX = 200;
const REASON_CHARS_MAX = 1_000;

const importQuery = z.object({
  from: z.string().max(NAME_CHARS_MAX).default('console'),
  current: z.coerce.number().int().min(0).optional(),
});
const word = z.string().trim().toLowerCase().min(1).max(NAME_CHARS_MAX);
const switchBody = z.intersection(
  z.object({ on: z.boolean(), reason: z.string().trim().min(1).max(REASON_CHARS_MAX) }),
  z.discriminatedUnion('by', [
    z.object({ by: z.enum(['pack', 'id']), value: z.string().min(1).max(NAME_CHARS_MAX) }),
    z.object({ by: z.literal('level'), value: z.enum(SEVERITIES) }),
    z.object({
      by: z.literal('logsource'),
      value: z
        .strictObject({
          category: word.optional(),
          product: word.optional(),
          service: word.optional(),
        })
        .refine((value) => Object.keys(value).length > 0),
    }),
  ]),
);

/** The rules that stand beside a pack, and their names. */
export abstract class RulesBeside {
  /** Every source but those of the pack, and the values of placeholders. */
  abstract besides(pack: string): {
    readonly sources: readonly SigmaSource[];
    readonly options: Pick<CompileOptions, 'placeholders'>;
  };
  /** Title of a rule in Vietnamese, or its id. */
  abstract titleOf(id: string): string;
}

@ApiTags('rules')
@Controller('api/v1')
export class PacksController implements OnModuleInit {
  readonly #control: RuleControl;
  readonly #packs: RulePacks;
  readonly #beside: RulesBeside;
  readonly #audit: Audit;
  readonly #host: HttpAdapterHost;

  constructor(
    @Inject(RuleControl) control: RuleControl,
    @Inject(RulePacks) packs: RulePacks,
    @Inject(RulesBeside) beside: RulesBeside,
    @Inject(Audit) audit: Audit,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#control = control;
    this.#packs = packs;
    this.#beside = beside;
    this.#audit = audit;
    this.#host = host;
  }

  onModuleInit(): void {
    const fastify = this.#host.httpAdapter.getInstance<FastifyInstance>();
    takeUploads(fastify, '/api/v1/rule-packs/');
  }

  @Get('rule-packs')
  @Needs('rules.read')
  @Answers('RulePackList')
  @ApiOperation({ summary: 'Packs of imported rules with the versions to go back to' })
  async packs(): Promise<ListView<RulePackView>> {
    const { switches } = await this.#control.settings();
    const rows = (await this.#packs.list()).map(({ name, current, versions }) => ({
      name,
      current,
      enabled: !switches.packs.includes(name),
      versions: versions.map(({ number, at, by, from, rules, license }) => ({
        number,
        at: new Date(at).toISOString(),
        by,
        from,
        rules,
        license: license ?? null,
      })),
    }));
    return { total: rows.length, rows, cursor: null };
  }

  @Post('rule-packs/:name/rollback')
  @HttpCode(204)
  @Needs('rules.write')
  @Answers('nothing', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Puts the version before the one in force in force again' })
  async rollback(@Param('name') name: string, @Who() who: Principal): Promise<void> {
    onlyCentre(who);
    const done = await this.#packs.rollback(name, who.user);
    if ('reason' in done) throw ruleRefusal(done);
  }

  @Post('rule-packs/:name/preview')
  @HttpCode(200)
  @Needs('rules.write')
  @Answers('PackChange', 'invalid')
  @ApiOperation({ summary: 'What an archive (tar, tar.gz, zip) of rules would change' })
  async preview(
    @Param('name') name: string,
    @Body() body: unknown,
    @Who() who: Principal,
  ): Promise<PackChangeView> {
    const files = this.#read(body, who);
    return this.#changeView(name, files, await this.#change(name, files));
  }

  @Post('rule-packs/:name/import')
  @HttpCode(200)
  @Needs('rules.write')
  @Answers('PackChange', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Puts an archive of rules in force over the version named' })
  async import(
    @Param('name') name: string,
    @Query({ schema: importQuery }) { from, current }: z.output<typeof importQuery>,
    @Body() body: unknown,
    @Who() who: Principal,
  ): Promise<PackChangeView> {
    const files = this.#read(body, who);
    const change = await this.#change(name, files);
    // What was shown is against one version: over another it may be something else.
    if (current !== undefined && current !== (await this.#current(name))) {
      throw new ProblemException('conflict');
    }
    const view = await this.#changeView(name, files, change);
    const done = await this.#packs.apply({ pack: name, from, by: who.user }, files, change.rules);
    if ('reason' in done) throw ruleRefusal(done);
    return { ...view, current: done.number };
  }

  @Get('rule-switches')
  @Needs('rules.read')
  @Answers('RuleSwitches')
  @ApiOperation({ summary: 'What is switched off by pack, level, log source and id' })
  async switches(): Promise<RuleSwitchesView> {
    const { packs, levels, logsources, ids, on } = (await this.#control.settings()).switches;
    const titled = (all: readonly string[]) =>
      all.map((id) => ({ id, title: this.#beside.titleOf(id) }));
    return {
      packs,
      levels,
      logsources: logsources.map((one) => ({ ...one })),
      ids: titled(ids),
      on: titled(on),
    };
  }

  @Post('rule-switches')
  @HttpCode(200)
  @Needs('rules.write')
  @Answers('RuleSwitches', 'invalid', 'conflict')
  @ApiOperation({ summary: 'Switches rules on or off by pack, level, log source or id' })
  async turn(
    @Body({ schema: switchBody }) asked: z.output<typeof switchBody>,
    @Who() who: Principal,
  ): Promise<RuleSwitchesView> {
    onlyCentre(who);
    const { on, reason } = asked;
    const what = switchBy(asked);
    const changed = await this.#control.switch(on ? 'on' : 'off', what, who.user);
    if ('reason' in changed) throw ruleRefusal(changed);
    const value = typeof what.value === 'string' ? what.value : JSON.stringify(what.value);
    const target = `${what.by} ${value}`;
    const facts = { reason, state: on ? 'on' : 'off' };
    const place = { province: CENTRE };
    await this.#audit.append({ who: who.user, what: 'rules.reason', target, place, facts });
    return this.switches();
  }

  #read(body: unknown, who: Principal): PackFiles {
    onlyCentre(who);
    try {
      if (Buffer.isBuffer(body)) return readPackArchive(body);
    } catch (error) {
      if (!(error instanceof RulesUnreadable)) throw error;
      throw new ProblemException('invalid', {
        detail: error.message,
        detailVi: `Không đọc được gói luật: ${error.message}`,
      });
    }
    throw new ProblemException('invalid', {
      detail: 'Send the archive itself as application/octet-stream.',
      detailVi: 'Hãy gửi chính tệp gói luật (tar, tar.gz hoặc zip).',
    });
  }

  async #change(name: string, files: PackFiles): Promise<PackChange> {
    const { sources, options } = this.#beside.besides(name);
    const change = await this.#packs.preview(name, files, sources, options);
    if ('reason' in change) throw ruleRefusal(change);
    return change;
  }

  async #current(name: string): Promise<number> {
    return (await this.#packs.list()).find((pack) => pack.name === name)?.current ?? 0;
  }

  async #changeView(
    pack: string,
    files: PackFiles,
    { added, changed, removed, refused, rules, unchanged }: PackChange,
  ): Promise<PackChangeView> {
    const part = <T>(all: readonly T[]) => ({ total: all.length, rows: all.slice(0, NAMED_MAX) });
    return {
      pack,
      current: await this.#current(pack),
      files: files.files.length,
      rules,
      license: files.license ?? null,
      unchanged,
      added: part(added),
      changed: part(changed),
      removed: part(removed),
      refused: part(refused.map((one) => ({ ...one, instead: one.instead ?? null }))),
    };
  }
}

function onlyCentre(who: Principal): void {
  // Rules are the same for all places: only the centre changes them.
  if (scopeOf(who).province !== CENTRE) throw new ProblemException('not_allowed');
}

function switchBy(asked: z.output<typeof switchBody>): SwitchBy {
  if (asked.by !== 'logsource') return asked;
  const named = Object.entries(asked.value).filter(([, value]) => value !== undefined);
  return { by: 'logsource', value: Object.fromEntries(named) };
}

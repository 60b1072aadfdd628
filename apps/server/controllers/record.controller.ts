import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit, type Verification } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import type { Principal } from '#libs/model';
import type { ListView, RecordView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { spanShape } from './span.ts';

const ROWS_MAX = 1_000;
const CURSOR_CHARS_MAX = 500;

const recordQuery = z.object({
  ...spanShape,
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
  who: z.string().max(CURSOR_CHARS_MAX).optional(),
  what: z.string().max(CURSOR_CHARS_MAX).optional(),
  target: z.string().max(CURSOR_CHARS_MAX).optional(),
});
/** One chain per process that writes: the product, and the command line beside it. */
const verifyQuery = z.object({ chain: z.enum(['main', 'cli']).default('main') });

@ApiTags('record')
@Controller('api/v1/record')
export class RecordController {
  readonly #audit: Audit;

  constructor(@Inject(Audit) audit: Audit) {
    this.#audit = audit;
  }

  @Get()
  @Needs('record.read')
  @Answers('RecordList')
  @ApiOperation({ summary: 'What people did, newest first' })
  async list(
    @Query({ schema: recordQuery }) asked: z.output<typeof recordQuery>,
    @Who() who: Principal,
  ): Promise<ListView<RecordView>> {
    const page = await this.#audit.list({
      scope: scopeOf(who),
      limit: asked.limit,
      keys: defined({ who: asked.who, what: asked.what, target: asked.target }),
      ...(asked.from === undefined ? {} : { from: Date.parse(asked.from) }),
      ...(asked.to === undefined ? {} : { to: Date.parse(asked.to) }),
      ...(asked.cursor === undefined ? {} : { cursor: asked.cursor }),
    });
    const rows = page.rows.map(({ seq, at, who: by, what, target, facts, hash }) => ({
      seq,
      at: new Date(at).toISOString(),
      who: by,
      what,
      target,
      facts,
      hash,
    }));
    return { total: page.total, rows, cursor: page.next ?? null };
  }

  @Get('verify')
  @Needs('record.read')
  @Answers('Verification')
  @ApiOperation({ summary: 'Whether the chain of the record is whole' })
  verify(
    @Query({ schema: verifyQuery }) { chain }: z.output<typeof verifyQuery>,
  ): Promise<Verification> {
    return this.#audit.verify(chain);
  }
}

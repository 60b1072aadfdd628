import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit, verifyRecord } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import type { Principal } from '#libs/model';
import type { ListView, RecordCheckView, RecordView } from '#libs/protocol';
import { Documents } from '#libs/store';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { defined } from '../http/defined.ts';
import { spanShape } from './span.ts';

const ROWS_MAX = 1_000;
const CURSOR_CHARS_MAX = 500;
const CHAIN_CHARS_MAX = 200;

const recordQuery = z.object({
  ...spanShape,
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
  who: z.string().max(CURSOR_CHARS_MAX).optional(),
  what: z.string().max(CURSOR_CHARS_MAX).optional(),
  target: z.string().max(CURSOR_CHARS_MAX).optional(),
});
const verifyQuery = z.object({ chain: z.string().min(1).max(CHAIN_CHARS_MAX).optional() });

@ApiTags('record')
@Controller('api/v1/record')
export class RecordController {
  readonly #audit: Audit;
  readonly #documents: Documents;

  constructor(@Inject(Audit) audit: Audit, @Inject(Documents) documents: Documents) {
    this.#audit = audit;
    this.#documents = documents;
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
    const rows = page.rows.map(({ chain, seq, at, who: by, what, target, facts, hash }) => ({
      chain,
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
  @ApiOperation({ summary: 'Whether every chain of the record is whole, or one of them' })
  async verify(
    @Query({ schema: verifyQuery }) { chain }: z.output<typeof verifyQuery>,
  ): Promise<RecordCheckView> {
    const all = await verifyRecord(
      this.#documents,
      this.#audit,
      chain === undefined ? [] : [chain],
    );
    const chains = all
      .filter((found) => chain === undefined || found.chain === chain)
      .map((found) =>
        found.whole
          ? { chain: found.chain, entries: found.entries, broken: null }
          : { chain: found.chain, entries: 0, broken: { seq: found.seq, reason: found.reason } },
      );
    return {
      whole: chains.every(({ broken }) => broken === null),
      entries: chains.reduce((sum, { entries }) => sum + entries, 0),
      chains,
    };
  }
}

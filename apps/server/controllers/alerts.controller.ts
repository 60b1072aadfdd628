import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { scopeOf } from '#libs/auth';
import { ALERT_KIND, alertView, type Names } from '#libs/incident';
import type { AlertRecord, Principal } from '#libs/model';
import type { AlertView, ListView } from '#libs/protocol';
import { Documents } from '#libs/store';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { spanShape } from './span.ts';

const ROWS_MAX = 5_000;
const CURSOR_CHARS_MAX = 500;

const alertsQuery = z.object({
  ...spanShape,
  rule: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});

/** What names rules and places in the views. */
export abstract class ViewNames implements Names {
  abstract readonly rules: Names['rules'];
  abstract readonly places: Names['places'];
  /** Id of a rule by its catalogue code (`SEC-01`) or id. */
  abstract ruleId(codeOrId: string): string;
}

@ApiTags('incidents')
@Controller('api/v1/alerts')
export class AlertsController {
  readonly #documents: Documents;
  readonly #names: ViewNames;

  constructor(@Inject(Documents) documents: Documents, @Inject(ViewNames) names: ViewNames) {
    this.#documents = documents;
    this.#names = names;
  }

  @Get()
  @Needs('alerts.read')
  @Answers('AlertList')
  @ApiOperation({ summary: 'Alerts by the time of their last match, newest first' })
  async list(
    @Query({ schema: alertsQuery }) asked: z.output<typeof alertsQuery>,
    @Who() who: Principal,
  ): Promise<ListView<AlertView>> {
    const page = await this.#documents.list<AlertRecord>(ALERT_KIND, {
      scope: scopeOf(who),
      limit: asked.limit,
      ...(asked.rule === undefined ? {} : { keys: { rule: this.#names.ruleId(asked.rule) } }),
      ...(asked.from === undefined ? {} : { from: Date.parse(asked.from) }),
      ...(asked.to === undefined ? {} : { to: Date.parse(asked.to) }),
      ...(asked.cursor === undefined ? {} : { cursor: asked.cursor }),
    });
    return {
      total: page.total,
      rows: page.rows.map(({ body }) => alertView(body, this.#names)),
      cursor: page.next ?? null,
    };
  }
}
